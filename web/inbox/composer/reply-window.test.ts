import { describe, expect, it } from 'vitest'
import type { ReachView } from '../../../src/domain/views.ts'
import { heardLast, replyWindowOf } from './reply-window.ts'

const WROTE_AT = '2026-11-23T12:00:00.000Z'
const at = (clock: string, lastInboundAt: string | undefined = WROTE_AT) =>
  replyWindowOf(
    { replyWindowHours: 24 },
    lastInboundAt ? { lastInboundAt: lastInboundAt as never } : {},
    Date.parse(clock),
  )

describe('the reply window', () => {
  it('counts from the customer’s last message, and warns in its last hour', () => {
    expect(at('2026-11-23T13:00:00.000Z')).toMatchObject({ kind: 'open', leftMs: 23 * 3_600_000 })
    expect(at('2026-11-24T11:00:00.000Z')).toMatchObject({ kind: 'open', leftMs: 3_600_000 })
    expect(at('2026-11-24T11:00:00.001Z')).toMatchObject({ kind: 'closing' })
    expect(at('2026-11-24T11:59:59.999Z')).toMatchObject({ kind: 'closing', leftMs: 1 })
  })

  it('is closed at the very instant it ends, and where the customer never wrote', () => {
    const closedAtMs = Date.parse('2026-11-24T12:00:00.000Z')
    expect(at('2026-11-24T12:00:00.000Z')).toEqual({ kind: 'closed', hours: 24, closedAtMs })
    expect(replyWindowOf({ replyWindowHours: 24 }, {}, 0)).toEqual({ kind: 'closed', hours: 24 })
  })

  it('is not there where the channel has none', () => {
    expect(replyWindowOf({}, { lastInboundAt: WROTE_AT as never }, 0)).toEqual({ kind: 'none' })
  })
})

describe('when the customer wrote last', () => {
  const LATER = '2026-11-25T12:00:00.000Z'
  const here = { channelId: 'here', lastInboundAt: WROTE_AT } as never
  const way = (channelId: string, lastInboundAt?: string) =>
    ({ channelId, lastInboundAt }) as never as ReachView

  it('is told by any conversation on the same channel', () => {
    expect(heardLast(here, [way('here', LATER), way('there', '2026-11-26T12:00:00.000Z')])).toEqual({
      lastInboundAt: LATER,
    })
    expect(heardLast({ channelId: 'here' } as never, [way('here', LATER)])).toEqual({ lastInboundAt: LATER })
  })

  it.each([
    ['nothing is known yet', undefined],
    ['he wrote on another channel only', [way('there', LATER)]],
    ['he wrote earlier elsewhere', [way('here', '2026-11-22T12:00:00.000Z')]],
    ['he is known there by two names', [way('here', LATER), way('here', LATER)]],
  ])('is told by the conversation itself where %s', (_, ways) => {
    expect(heardLast(here, ways)).toBe(here)
  })
})
