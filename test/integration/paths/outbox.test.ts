import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { createBus } from '../../../src/services/bus.ts'
import { SEND_LEASE_MS } from '../../../src/services/deliver-messages.ts'
import { retryMessage } from '../../../src/services/retry-message.ts'
import type { Settlement } from '../../../src/store/outbox-store.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, type RigOptions, SCRIPTED, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()

const later = (retryAfterMs?: number): ConnectorError =>
  new ConnectorError({
    code: 'rate-limited',
    retry: 'later',
    delivery: 'not-sent',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })

async function talk(options: RigOptions = {}) {
  const rig = createPathRig(database.stores, options)
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  const outbound = async () =>
    (await rig.thread(id)).filter(({ direction, kind }) => direction === 'outbound' && kind === 'message')
  const retry = async (messageId: Parameters<typeof retryMessage>[1]) =>
    retryMessage(id, messageId, rig.agent, {
      ...database.stores,
      bus: createBus(() => undefined),
      now: () => rig.state.nowMs,
    })
  return { ...rig, id, outbound, retry }
}

describe('the outbox', () => {
  it('sends in order, also when many workers serve one conversation at once', async () => {
    const rig = await talk()
    for (const number of [1, 2, 3, 4, 5]) await rig.reply(rig.id, `answer ${number}`)
    await Promise.all(Array.from({ length: 8 }, () => rig.deliver(rig.id)))
    await rig.deliver(rig.id)
    expect(rig.sent.map(({ text }) => text)).toEqual([1, 2, 3, 4, 5].map((number) => `answer ${number}`))
    expect((await rig.outbound()).map(({ status }) => status)).toEqual(Array(5).fill('sent'))
  })

  it('lets nothing overtake what waits, and waits as long as the platform asks', async () => {
    let fail = true
    const rig = await talk({
      send: async ({ id }) => {
        if (fail) throw later(90_000)
        return { externalId: id }
      },
    })
    await rig.reply(rig.id, 'first')
    await rig.reply(rig.id, 'second')
    expect(await rig.deliver(rig.id)).toBe(rig.state.nowMs + 90_000)
    expect(await rig.deliver(rig.id)).toBe(rig.state.nowMs + 90_000)
    expect(rig.sent.map(({ text }) => text)).toEqual(['first'])
    fail = false
    rig.state.nowMs += 90_000
    expect(await rig.deliver(rig.id)).toBeUndefined()
    expect(rig.sent.map(({ text, attempt }) => `${text} ${attempt}`)).toEqual([
      'first 1',
      'first 2',
      'second 1',
    ])
  })

  it('backs off further and further, gives up, and resends when a person asks', async () => {
    const retry = { maxAttempts: 4, firstDelayMs: 1_000, longestDelayMs: 60_000 }
    let fail = true
    const rig = await talk({
      capabilities: { ...SCRIPTED, retry },
      send: async ({ id }) => {
        if (fail) throw later()
        return { externalId: id }
      },
    })
    await rig.reply(rig.id, 'Hi')
    const waits: number[] = []
    for (;;) {
      const dueMs = await rig.deliver(rig.id)
      if (dueMs === undefined) break
      waits.push(dueMs - rig.state.nowMs)
      rig.state.nowMs = dueMs
    }
    expect(waits).toEqual([750, 1_500, 3_000])
    const [dead] = await rig.outbound()
    expect(dead).toMatchObject({
      status: 'failed',
      delivery: { state: 'dead', errorCode: 'rate-limited', attempts: 4 },
    })
    if (!dead) throw new Error('there is a message')
    fail = false
    await rig.retry(dead.id)
    await expect(rig.retry(dead.id)).rejects.toMatchObject({ code: 'not-retryable' })
    await rig.deliver(rig.id)
    expect(rig.sent).toHaveLength(5)
    expect((await rig.outbound())[0]).toMatchObject({ status: 'sent', delivery: { state: 'done' } })
  })

  it('gives up at once on what no other try can mend', async () => {
    const rig = await talk({
      send: () =>
        Promise.reject(new ConnectorError({ code: 'blocked', retry: 'never', delivery: 'not-sent' })),
    })
    await rig.reply(rig.id, 'Hi')
    expect(await rig.deliver(rig.id)).toBeUndefined()
    expect((await rig.outbound())[0]).toMatchObject({
      status: 'failed',
      delivery: { state: 'dead', attempts: 1 },
    })
  })

  it.each([
    ['repeats', true],
    ['asks a person about', false],
  ])('%s what a worker died over (idempotent: %s)', async (_, idempotentSend) => {
    const rig = await talk({ capabilities: { ...SCRIPTED, idempotentSend } })
    await rig.reply(rig.id, 'Hi')
    await rig.reply(rig.id, 'behind it')
    const head = await database.stores.outbox.head(rig.id)
    if (!head) throw new Error('something waits')
    const lost = await database.stores.outbox.lease(head, rig.clocks(), SEND_LEASE_MS, 'dead')
    if (!lost) throw new Error('it was free')
    expect(await rig.deliver(rig.id)).toBe(rig.state.nowMs + SEND_LEASE_MS)
    expect(rig.sent).toEqual([])
    rig.state.nowMs += SEND_LEASE_MS
    expect(await rig.deliver(rig.id)).toBeUndefined()
    expect(rig.sent.map(({ text }) => text)).toEqual(idempotentSend ? ['Hi', 'behind it'] : ['behind it'])
    const [first] = await rig.outbound()
    expect(first).toMatchObject(
      idempotentSend
        ? { status: 'sent', delivery: { state: 'done', attempts: 2 } }
        : {
            status: 'failed',
            delivery: { state: 'unknown', errorCode: 'interrupted', certainty: 'unknown' },
          },
    )
    // The worker was only slow: what it brings back late changes nothing, unless it clears up a doubt.
    const failure = { code: 'reset', retry: 'later', delivery: 'not-sent' } as const
    const late: readonly Settlement[] = [
      { outcome: 'retry', atMs: rig.state.nowMs, failure },
      ...(idempotentSend ? [{ outcome: 'sent', externalId: 'late', status: 'sent' } as const] : []),
    ]
    for (const settlement of late)
      expect(await database.stores.outbox.settle(lost, settlement)).toBeUndefined()
    expect((await rig.outbound())[0]).toEqual(first)
    if (idempotentSend || !first) return
    await rig.retry(first.id)
    await rig.deliver(rig.id)
    expect((await rig.outbound())[0]).toMatchObject({ status: 'sent' })
  })

  it('waits for no lease of a holder that is gone, and leaves those of others alone', async () => {
    const { outbox } = database.stores
    const rigs = await Promise.all([talk(), talk()])
    const heads = []
    for (const rig of rigs) {
      await rig.reply(rig.id, 'Hi')
      const head = await outbox.head(rig.id)
      if (head) heads.push(head)
    }
    const [ofDead, ofLiving] = rigs
    const nowMs = ofDead.state.nowMs
    for (const [index, head] of heads.entries()) {
      await outbox.lease(head, ofDead.clocks(), SEND_LEASE_MS, index === 0 ? 'dead-1' : 'living')
    }
    expect(await outbox.endLeases({ of: ['dead-1', 'dead-2'] }, nowMs)).toBe(1)
    expect(await outbox.endLeases({ of: ['dead-1', 'dead-2'] }, nowMs)).toBe(0)
    await ofDead.deliver(ofDead.id)
    expect(await ofLiving.deliver(ofLiving.id)).toBe(nowMs + SEND_LEASE_MS)
    expect([ofDead.sent.length, ofLiving.sent.length]).toEqual([1, 0])
    expect(await outbox.endLeases({ allBut: 'living' }, nowMs)).toBe(0)
    expect(await outbox.endLeases({ allBut: 'its successor' }, nowMs)).toBe(1)
    await ofLiving.deliver(ofLiving.id)
    expect((await ofLiving.outbound())[0]).toMatchObject({ status: 'sent', delivery: { attempts: 2 } })
    expect(JSON.stringify(await ofLiving.outbound())).not.toContain('lease')
  })

  it('never repeats by itself what may have arrived', async () => {
    const rig = await talk({
      send: () => Promise.reject(new ConnectorError({ code: 'reset', retry: 'later', delivery: 'unknown' })),
    })
    await rig.reply(rig.id, 'Hi')
    expect(await rig.deliver(rig.id)).toBeUndefined()
    rig.state.nowMs += 86_400_000
    expect(await rig.deliver(rig.id)).toBeUndefined()
    expect(rig.sent).toHaveLength(1)
    expect((await rig.outbound())[0]).toMatchObject({ status: 'failed', delivery: { state: 'unknown' } })
  })

  it('keeps what a paused channel has to send', async () => {
    const rig = await talk()
    await rig.reply(rig.id, 'Hi')
    rig.state.paused = true
    expect(await rig.deliver(rig.id)).toBeGreaterThan(rig.state.nowMs)
    await expect(rig.reply(rig.id, 'more')).rejects.toMatchObject({ code: 'channel-paused' })
    expect(rig.sent).toEqual([])
    rig.state.paused = false
    rig.state.nowMs += 5_000
    await rig.deliver(rig.id)
    expect(rig.sent).toHaveLength(1)
  })

  it('sends the parts of a long reply in order, and records them once', async () => {
    const rig = await talk()
    const text = 'one two three four five six seven eight nine ten eleven twelve thirteen'
    await Promise.all(Array.from({ length: 5 }, () => rig.reply(rig.id, text, 'client-1')))
    await rig.deliver(rig.id)
    expect(rig.sent.length).toBeGreaterThan(1)
    expect(rig.sent.map((part) => part.text).join(' ')).toBe(text)
    expect(await rig.outbound()).toHaveLength(rig.sent.length)
  })

  it('makes one message of a reply sent twenty times at once, and answers each the same', async () => {
    const rig = await talk()
    const answers = await Promise.all(Array.from({ length: 20 }, () => rig.reply(rig.id, 'Hi', 'client-1')))
    expect(new Set(answers.map(({ messages }) => messages[0]?.id)).size).toBe(1)
    await rig.deliver(rig.id)
    expect(rig.sent).toHaveLength(1)
    expect(await rig.outbound()).toHaveLength(1)
    expect(
      rig.events.filter((event) => event.type === 'message.created' && event.message.text === 'Hi').length,
    ).toBeGreaterThan(0)
  })

  it('takes an unowned conversation for whoever answers it, and marks it read', async () => {
    const rig = await talk()
    await rig.reply(rig.id, 'Hi')
    expect(await rig.conversation()).toMatchObject({ assigneeId: rig.agent.agentId, unreadCount: 0 })
  })
})
