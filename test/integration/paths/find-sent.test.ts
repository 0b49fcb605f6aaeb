/** What becomes of a message whose sending was cut off, on a channel whose platform can be asked. */
import { describe, expect, it } from 'vitest'
import type { OutboundMessage, SentSearch } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { deliverConversation, SEND_LEASE_MS } from '../../../src/services/deliver-messages.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, SCRIPTED, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()

const cutOff = (): ConnectorError =>
  new ConnectorError({ code: 'reset', detail: 'The line was cut', retry: 'later', delivery: 'unknown' })

type Look = SentSearch | ConnectorError

/** @param answers what the platform says when it is asked, one after the other */
async function talk(answers: Look[], cuts = 1) {
  const asked: OutboundMessage[] = []
  /** What the platform's side was told of these ids at each look. */
  const recorded: ReadonlySet<string>[] = []
  let left = cuts
  const rig = createPathRig(database.stores, {
    capabilities: { ...SCRIPTED, idempotentSend: false },
    send: async ({ id }) => {
      left -= 1
      if (left >= 0) throw cutOff()
      return { externalId: `out-${id}` }
    },
    also: {
      findSent: async (message, _, recordedAmong) => {
        asked.push(message)
        recorded.push(await recordedAmong(['m1', 'theirs-8', 'theirs-9']))
        const answer = answers.shift() ?? { found: 'unknown' }
        if (answer instanceof ConnectorError) throw answer
        return answer
      },
    },
  })
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  const outbound = async () =>
    (await rig.thread(id)).filter(({ direction, kind }) => direction === 'outbound' && kind === 'message')
  /** Moves the clock to whenever something is due, until nothing is. @returns the waits */
  const run = async (): Promise<number[]> => {
    const waits: number[] = []
    for (;;) {
      const dueMs = await rig.deliver(id)
      if (dueMs === undefined) return waits
      waits.push(dueMs - rig.state.nowMs)
      rig.state.nowMs = dueMs
    }
  }
  /** How messages fare, as screens were told. */
  const shown = () =>
    rig.events.flatMap((event) => (event.type === 'message.updated' ? (event.message.delivery ?? []) : []))
  return { ...rig, id, asked, recorded, outbound, run, shown }
}

describe('an attempt that may have arrived', () => {
  it('is looked up some seconds later, and settled as sent', async () => {
    const rig = await talk([{ found: 'sent', receipt: { externalId: 'theirs-1', status: 'delivered' } }])
    await rig.reply(rig.id, 'Hi')
    await rig.reply(rig.id, 'behind it')
    expect(await rig.deliver(rig.id)).toBe(rig.state.nowMs + 5_000)
    expect((await rig.outbound())[0]).toMatchObject({
      status: 'sending',
      delivery: { state: 'queued', attempts: 1, errorCode: 'reset', certainty: 'unknown' },
    })
    expect(rig.sent.map(({ text }) => text)).toEqual(['Hi'])
    expect(rig.asked).toEqual([])
    // Nobody is told of a next attempt: the platform is asked, and no more.
    expect(rig.shown().at(-1)).toEqual({
      state: 'queued',
      attempts: 1,
      errorCode: 'reset',
      errorDetail: 'The line was cut',
      certainty: 'unknown',
      checking: true,
    })
    rig.state.nowMs += 5_000
    await rig.deliver(rig.id)
    expect(rig.shown().at(-2)).toEqual({ state: 'done', attempts: 1 })
    expect(rig.asked.map(({ id, text }) => ({ id, text }))).toEqual([{ id: rig.sent[0]?.id, text: 'Hi' }])
    const [first, second] = await rig.outbound()
    expect(first).toMatchObject({
      status: 'delivered',
      externalId: 'theirs-1',
      delivery: { state: 'done', attempts: 1 },
    })
    expect(Object.keys(first?.delivery ?? {}).sort()).toEqual(['attempts', 'attemptsBefore', 'state'])
    expect(second).toMatchObject({ status: 'sent' })
    expect(rig.sent.map(({ text }) => text)).toEqual(['Hi', 'behind it'])
  })

  it('is sent again when the platform surely has not got it, and that counts', async () => {
    const rig = await talk([{ found: 'not-sent' }])
    await rig.reply(rig.id, 'Hi')
    const waits = await rig.run()
    expect(waits[0]).toBe(5_000)
    expect(rig.sent.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect((await rig.outbound())[0]).toMatchObject({ status: 'sent', delivery: { attempts: 2 } })
  })

  it('fails for good when every attempt is cut off and none arrived', async () => {
    const rig = await talk(Array(20).fill({ found: 'not-sent' }), 100)
    await rig.reply(rig.id, 'Hi')
    await rig.run()
    expect((await rig.outbound())[0]).toMatchObject({
      status: 'failed',
      delivery: { state: 'dead', errorCode: 'reset', certainty: 'not-sent', attempts: 14 },
    })
  })

  it('is asked about three times, then a person is', async () => {
    const rig = await talk([])
    await rig.reply(rig.id, 'Hi')
    expect(await rig.run()).toEqual([5_000, 15_000, 60_000])
    expect(rig.asked).toHaveLength(3)
    expect(rig.sent).toHaveLength(1)
    const [message] = await rig.outbound()
    expect(message).toMatchObject({
      status: 'failed',
      delivery: {
        state: 'unknown',
        errorCode: 'reset',
        errorDetail: 'The line was cut',
        certainty: 'unknown',
      },
    })
    expect(message?.delivery).not.toHaveProperty('looks')
  })

  it('waits for a platform that cannot be asked, but not for ever', async () => {
    const away = new ConnectorError({ code: 'platform-unavailable', retry: 'later', delivery: 'not-sent' })
    const rig = await talk([away, away, { found: 'sent', receipt: { externalId: 'theirs-2' } }])
    await rig.reply(rig.id, 'Hi')
    expect(await rig.run()).toEqual([5_000, 15_000, 15_000])
    expect((await rig.outbound())[0]).toMatchObject({ status: 'sent', externalId: 'theirs-2' })

    const gone = await talk(Array(100).fill(away))
    await gone.reply(gone.id, 'Hi')
    const waits = await gone.run()
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(240_000)
    expect((await gone.outbound())[0]).toMatchObject({ delivery: { state: 'unknown' } })
  })

  it('waits no longer than that for a platform that asks for hours', async () => {
    const hours = new ConnectorError({
      code: 'rate-limited',
      retry: 'later',
      delivery: 'not-sent',
      retryAfterMs: 7_200_000,
    })
    const rig = await talk([hours, hours])
    await rig.reply(rig.id, 'Hi')
    expect(await rig.run()).toEqual([5_000, 180_000])
    expect((await rig.outbound())[0]).toMatchObject({ delivery: { state: 'unknown' } })
  })

  it('is asked about, too, when the server died over it', async () => {
    const rig = await talk([{ found: 'sent', receipt: { externalId: 'theirs-3' } }], 0)
    await rig.reply(rig.id, 'Hi')
    const head = await database.stores.outbox.head(rig.id)
    if (!head) throw new Error('something waits')
    await database.stores.outbox.lease(head, rig.clocks(), SEND_LEASE_MS, 'dead')
    expect(await rig.run()).toEqual([SEND_LEASE_MS, 5_000])
    expect(rig.sent).toEqual([])
    expect((await rig.outbound())[0]).toMatchObject({
      status: 'sent',
      externalId: 'theirs-3',
      delivery: { attempts: 1 },
    })
  })

  it('goes on being asked about when the server dies while it asks', async () => {
    const rig = await talk([{ found: 'sent', receipt: { externalId: 'theirs-4' } }])
    await rig.reply(rig.id, 'Hi')
    await rig.deliver(rig.id)
    rig.state.nowMs += 5_000
    const head = await database.stores.outbox.head(rig.id)
    if (!head) throw new Error('something waits')
    const lost = await database.stores.outbox.lease(head, rig.clocks(), SEND_LEASE_MS, 'dead')
    expect(lost?.delivery).toMatchObject({ state: 'leased', attempts: 1, looks: 0 })
    expect(await rig.run()).toEqual([SEND_LEASE_MS])
    expect(rig.sent).toHaveLength(1)
    expect((await rig.outbound())[0]).toMatchObject({ status: 'sent', externalId: 'theirs-4' })
    // What the dead one would have written changes nothing.
    if (!lost) return
    expect(
      await database.stores.outbox.settle(lost, { outcome: 'check', atMs: rig.state.nowMs, looks: 1 }),
    ).toBeUndefined()
  })

  it('gets what the platform told of it before its id was known', async () => {
    const rig = await talk([{ found: 'sent', receipt: { externalId: 'theirs-5' } }])
    await rig.reply(rig.id, 'Hi')
    await rig.deliver(rig.id)
    await rig.receive([
      rig.entry({ type: 'status', externalId: 'theirs-5', status: 'read', atMs: rig.state.nowMs }),
    ])
    await rig.run()
    expect((await rig.outbound())[0]).toMatchObject({ status: 'read', externalId: 'theirs-5' })
  })

  it('is recorded with its failure where the platform took it and could not deliver it', async () => {
    const failure = { code: 'recipient-unreachable', detail: 'The phone is switched off', optedOut: true }
    const rig = await talk([{ found: 'failed', receipt: { externalId: 'theirs-7' }, failure }])
    await rig.reply(rig.id, 'Hi')
    await rig.run()
    expect((await rig.outbound())[0]).toMatchObject({
      status: 'failed',
      externalId: 'theirs-7',
      delivery: {
        state: 'done',
        attempts: 1,
        errorCode: 'recipient-unreachable',
        errorDetail: 'The phone is switched off',
      },
    })
    await expect(rig.reply(rig.id, 'And now?')).rejects.toMatchObject({ code: 'message-refused' })
    // It arrives after all.
    await rig.receive([
      rig.entry({ type: 'status', externalId: 'theirs-7', status: 'delivered', atMs: rig.state.nowMs }),
    ])
    expect((await rig.outbound())[0]).toMatchObject({ status: 'delivered' })
  })

  it('is never taken for another message that is recorded', async () => {
    const rig = await talk(Array(4).fill({ found: 'sent', receipt: { externalId: 'theirs-8' } }), 2)
    await rig.reply(rig.id, 'Hi')
    await rig.reply(rig.id, 'Hi')
    await rig.run()
    const [first, second] = await rig.outbound()
    expect(first).toMatchObject({ status: 'sent', externalId: 'theirs-8' })
    expect(rig.recorded.map((ids) => [...ids].sort())).toEqual([['m1'], ...Array(3).fill(['m1', 'theirs-8'])])
    expect(second).toMatchObject({ status: 'failed', delivery: { state: 'unknown' } })
    expect(second).not.toHaveProperty('externalId')
  })

  it('is looked up by one of many workers at once', async () => {
    const rig = await talk([{ found: 'sent', receipt: { externalId: 'theirs-6' } }])
    await rig.reply(rig.id, 'Hi')
    await rig.deliver(rig.id)
    rig.state.nowMs += 5_000
    await Promise.all(Array.from({ length: 8 }, () => rig.deliver(rig.id)))
    expect(rig.asked).toHaveLength(1)
  })
})

it('asks a person at once where the platform cannot be asked', async () => {
  const rig = createPathRig(database.stores, { send: () => Promise.reject(cutOff()) })
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  await rig.reply(id, 'Hi')
  expect(await rig.deliver(id)).toBeUndefined()
  expect((await rig.thread(id)).at(-1)).toMatchObject({ delivery: { state: 'unknown' } })
})

it('tells the pace when the platform holds the whole channel', async () => {
  const rig = createPathRig(database.stores, {
    send: () =>
      Promise.reject(
        new ConnectorError({
          code: 'rate-limited',
          retry: 'later',
          delivery: 'not-sent',
          retryAfterMs: 30_000,
          holds: 'channel',
        }),
      ),
  })
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  await rig.reply(id, 'Hi')
  expect(await rig.deliver(id)).toBe(rig.state.nowMs + 30_000)
  expect(rig.state.heldUntilMs).toBe(rig.state.nowMs + 30_000)
})

it('believes no platform that wants to be left alone for a year', async () => {
  const rig = createPathRig(database.stores, {
    send: () =>
      Promise.reject(
        new ConnectorError({
          code: 'rate-limited',
          retry: 'later',
          delivery: 'not-sent',
          retryAfterMs: 365 * 86_400_000,
          holds: 'channel',
        }),
      ),
  })
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  await rig.reply(id, 'Hi')
  const hourMs = 3_600_000
  expect(await rig.deliver(id)).toBe(rig.state.nowMs + hourMs)
  expect(rig.state.heldUntilMs).toBe(rig.state.nowMs + hourMs)
})

it('a message whose turn is too far away is put back as if it had not been taken', async () => {
  const rig = createPathRig(database.stores)
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  await rig.reply(id, 'Hi')
  let asked = 0
  const laterMs = rig.state.nowMs + 30_000
  const pace = {
    take: () => (asked === 0 ? undefined : laterMs),
    skip: () => undefined,
    go: async () => {
      asked += 1
      return undefined
    },
    hold: () => undefined,
  }
  expect(await deliverConversation(id, { ...rig.deliverDeps, pace })).toBe(laterMs)
  expect(rig.sent).toEqual([])
  const waiting = (await rig.thread(id)).at(-1)
  expect(waiting).toMatchObject({ status: 'queued', delivery: { state: 'queued', attempts: 0 } })
  expect(waiting?.delivery).not.toHaveProperty('leaseToken')
  await rig.deliver(id)
  expect((await rig.thread(id)).at(-1)).toMatchObject({ status: 'sent', delivery: { attempts: 1 } })
})
