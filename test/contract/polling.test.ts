/** The session of the connectors that have either way in, held to what every session must keep to. */
import { describe, expect, it } from 'vitest'
import { telegram } from '../../connectors/telegram/telegram-connector.ts'
import type { Connector } from '../../src/contract/connector.ts'
import { CHECKS } from './connector-kit.ts'
import { pollingFixtures } from './fixtures/telegram.ts'
import { subjectOf } from './kit-subject.ts'
import { SESSION_CHECKS } from './session-kit.ts'

const { inbound } = telegram
if (inbound.kind !== 'either') throw new Error('it can be received in two ways')
const polling = { ...telegram, inbound: inbound.session } as Connector

describe('telegram by polling', () => {
  it.each(Object.entries(CHECKS))('%s', async (_, check) => {
    expect(await check(subjectOf(polling, pollingFixtures))).toEqual([])
  })

  it.each(Object.entries(SESSION_CHECKS))('%s', async (_, check) => {
    expect(await check({ connector: polling, fixtures: pollingFixtures })).toEqual([])
  })
})
