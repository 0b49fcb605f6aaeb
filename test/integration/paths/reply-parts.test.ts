/** A reply that goes in several parts, when one of them does not arrive. */
import { describe, expect, it } from 'vitest'
import type { OutboundMessage } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { retryMessage } from '../../../src/services/retry-message.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, SCRIPTED, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()

const CAPABILITIES = { ...SCRIPTED, text: { ...SCRIPTED.text, maxLength: 5, overLimit: 'split' as const } }
const PARTS = ['alpha', 'bravo', 'delta', 'hotel']
const WHOLE = PARTS.join(' ')

type Trouble = 'refused' | 'uncertain' | 'busy'

function failureOf(trouble: Trouble): ConnectorError {
  return new ConnectorError({
    code: `was-${trouble}`,
    retry: trouble === 'refused' ? 'never' : 'later',
    delivery: trouble === 'uncertain' ? 'unknown' : 'not-sent',
  })
}

/** A customer who wrote, and a platform that does not take the texts that `troubles` names. */
async function talk() {
  const troubles = new Map<string, Trouble>()
  const rig = createPathRig(database.stores, {
    capabilities: CAPABILITIES,
    send: async ({ id, text }: OutboundMessage) => {
      const trouble = troubles.get(text)
      if (trouble) throw failureOf(trouble)
      return { externalId: `out-${id}` }
    },
  })
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  const reply = async (text = WHOLE) => {
    await rig.reply(id, text)
    await rig.deliver(id)
  }
  const ours = async () => (await rig.thread(id)).filter(({ direction }) => direction === 'outbound')
  const again = async (text: string) => {
    const message = (await ours()).find((one) => one.text === text)
    if (!message) throw new Error(`${text} is not there`)
    await retryMessage(id, message.id, rig.agent, rig.deliverDeps)
    await rig.deliver(id)
  }
  return {
    ...rig,
    id,
    troubles,
    reply,
    ours,
    again,
    went: () => rig.sent.map(({ text }) => text),
    statuses: async () => (await ours()).map(({ status }) => status),
  }
}

describe('a reply in several parts', () => {
  it.each<Trouble>(['refused', 'uncertain'])(
    'does not go on once a part of it is %s, and says so of the others; what was written next goes',
    async (trouble) => {
      const rig = await talk()
      rig.troubles.set('bravo', trouble)
      await rig.reply()
      await rig.reply('next')
      expect(rig.went()).toEqual(['alpha', 'bravo', 'next'])
      expect(await rig.statuses()).toEqual(['sent', 'failed', 'failed', 'failed', 'sent'])
      const [, , second, third] = await rig.ours()
      for (const part of [second, third]) {
        expect(part?.delivery).toMatchObject({
          state: 'dead',
          errorCode: 'earlier-part-failed',
          certainty: 'not-sent',
        })
      }
    },
  )

  it('goes on by itself after a part that was only late', async () => {
    const rig = await talk()
    rig.troubles.set('bravo', 'busy')
    await rig.reply()
    expect(rig.went()).toEqual(['alpha', 'bravo'])
    rig.troubles.clear()
    rig.state.nowMs += 60_000
    await rig.deliver(rig.id)
    expect(rig.went()).toEqual(['alpha', 'bravo', ...PARTS.slice(1)])
  })

  it('stops also where the platform tells late that a part failed', async () => {
    const rig = await talk()
    rig.troubles.set('bravo', 'busy')
    await rig.reply()
    const [first] = await rig.ours()
    const { externalId = '' } = first ?? {}
    await rig.receive([
      rig.entry({ type: 'status', externalId, status: 'failed', errorCode: 'late', atMs: 1 }),
    ])
    rig.troubles.clear()
    rig.state.nowMs += 60_000
    await rig.deliver(rig.id)
    expect(await rig.statuses()).toEqual(['failed', 'failed', 'failed', 'failed'])
  })

  it('goes on with the part that a person sends again, and what it held back follows', async () => {
    const rig = await talk()
    rig.troubles.set('bravo', 'refused')
    await rig.reply()
    rig.troubles.clear()
    await rig.again('bravo')
    expect(rig.went()).toEqual(['alpha', 'bravo', ...PARTS.slice(1)])
    expect(await rig.statuses()).toEqual(['sent', 'sent', 'sent', 'sent'])
  })

  it('is held back again where that fails again', async () => {
    const rig = await talk()
    rig.troubles.set('bravo', 'refused')
    await rig.reply()
    await rig.again('bravo')
    expect(rig.went()).toEqual(['alpha', 'bravo', 'bravo'])
    expect(await rig.statuses()).toEqual(['sent', 'failed', 'failed', 'failed'])
  })

  it('goes without the part that failed where a person says so', async () => {
    const rig = await talk()
    rig.troubles.set('bravo', 'uncertain')
    await rig.reply()
    await rig.again('delta')
    expect(rig.went()).toEqual(['alpha', 'bravo', 'delta', 'hotel'])
    expect(await rig.statuses()).toEqual(['sent', 'failed', 'sent', 'sent'])
  })

  it('leaves a part alone that failed for a reason of its own', async () => {
    const rig = await talk()
    rig.troubles.set('bravo', 'refused')
    await rig.reply()
    rig.troubles.set('delta', 'refused')
    await rig.again('delta')
    rig.troubles.clear()
    await rig.again('bravo')
    expect(rig.went()).toEqual(['alpha', 'bravo', 'delta', 'bravo'])
    expect(await rig.statuses()).toEqual(['sent', 'sent', 'failed', 'failed'])
  })
})
