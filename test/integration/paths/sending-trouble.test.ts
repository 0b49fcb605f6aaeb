/** What becomes of a sending when it is our own side that fails: the database, a clock, a process that stood still. */
import mongoose from 'mongoose'
import { describe, expect, it, vi } from 'vitest'
import type { SendReceipt } from '../../../src/contract/connector.ts'
import {
  type DeliverDeps,
  deliverConversation,
  SEND_LEASE_MS,
} from '../../../src/services/deliver-messages.ts'
import { retryMessage } from '../../../src/services/retry-message.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, type RigOptions, SCRIPTED, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()
const ONCE_ONLY = { ...SCRIPTED, idempotentSend: false }

const away = (): Error => new mongoose.mongo.MongoServerError({ message: 'it steps down', code: 189 })
const fails = (): Promise<never> => Promise.reject(away())

async function talk(options: RigOptions = {}) {
  const rig = createPathRig(database.stores, { capabilities: ONCE_ONLY, ...options })
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  await rig.reply(id, 'Hi')
  const last = async () => {
    const message = (await rig.thread(id)).at(-1)
    if (!message) throw new Error('it is there')
    return message
  }
  const deliverWith = (change: Partial<DeliverDeps>) =>
    deliverConversation(id, { ...rig.deliverDeps, ...change })
  return { ...rig, id, last, deliverWith }
}

type Talk = Awaited<ReturnType<typeof talk>>

/** A store's method that does something else at the first call. */
function atFirst<Method extends (...args: never[]) => Promise<unknown>>(
  method: Method,
  first: NoInfer<Method>,
): Method {
  let calls = 0
  const either = (...args: Parameters<Method>): Promise<unknown> => {
    calls += 1
    return calls === 1 ? first(...args) : method(...args)
  }
  return either as Method
}

describe('when the database does not answer', () => {
  it('before the platform was called, nothing was sent: it goes out by itself', async () => {
    const rig = await talk()
    const { conversations } = database.stores
    const find = atFirst(conversations.find, fails)
    const dueMs = await rig.deliverWith({ conversations: { ...conversations, find } })
    expect(rig.sent).toEqual([])
    expect(await rig.last()).toMatchObject({
      status: 'queued',
      delivery: { state: 'queued', certainty: 'not-sent', attempts: 1 },
    })
    rig.state.nowMs = dueMs ?? 0
    await rig.deliver(rig.id)
    expect(rig.sent).toHaveLength(1)
    expect(await rig.last()).toMatchObject({ status: 'sent', delivery: { attempts: 2 } })
  })

  it('after it was, what is known is kept in hand until it does', async () => {
    const rig = await talk()
    const { outbox } = database.stores
    const settle = atFirst(outbox.settle.bind(outbox), fails)
    await rig.deliverWith({ outbox: { ...outbox, settle } as typeof outbox })
    expect(rig.sent).toHaveLength(1)
    const { id, ...sent } = await rig.last()
    expect(sent).toMatchObject({ status: 'sent', externalId: `out-${id}` })
  })

  it('to what it has written all the same, that is told of, with what came before', async () => {
    const rig = await talk()
    const { outbox } = database.stores
    const externalId = `out-${(await rig.last()).id}`
    await rig.receive([rig.entry({ type: 'status', externalId, status: 'read', atMs: rig.state.nowMs })])
    rig.events.length = 0
    const settle = atFirst(outbox.settle.bind(outbox), async (...args) => {
      await outbox.settle(...args)
      throw away()
    })
    await rig.deliverWith({ outbox: { ...outbox, settle } as typeof outbox })
    expect(await rig.last()).toMatchObject({ status: 'read', externalId })
    expect(rig.events).toContainEqual(
      expect.objectContaining({
        type: 'message.updated',
        message: expect.objectContaining({ status: 'read' }),
      }),
    )
  })
})

describe('a lease that is nearly over', () => {
  /** Reading what the message is made of takes so long, the first time. */
  const slowly = (rig: Talk, takesMs: number): Partial<DeliverDeps> => {
    const { conversations } = database.stores
    const find = atFirst(conversations.find, (id) => {
      rig.state.nowMs += takesMs
      return conversations.find(id)
    })
    return { conversations: { ...conversations, find } }
  }

  it('begins no sending: others might take it for one that ended', async () => {
    const left: number[] = []
    const rig = await talk({
      send: async ({ id }) => {
        left.push(((await rig.last()).delivery?.leaseUntilMs ?? 0) - rig.state.nowMs)
        return { externalId: `out-${id}` }
      },
    })
    await rig.deliverWith(slowly(rig, SEND_LEASE_MS - 4_000))
    expect(left).toEqual([SEND_LEASE_MS])
    expect(await rig.last()).toMatchObject({ status: 'sent', delivery: { attempts: 1 } })
  })

  it('is all the time that a sending has', async () => {
    let begin = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const rig = await talk({
      send: () => {
        begin()
        return new Promise<SendReceipt>(() => undefined)
      },
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const delivered = rig.deliverWith(slowly(rig, 30_000))
    await begun
    vi.advanceTimersByTime(SEND_LEASE_MS - 30_000 - 1)
    vi.useRealTimers()
    await delivered
    expect(await rig.last()).toMatchObject({ delivery: { state: 'unknown', errorCode: 'timeout' } })
  })

  it('is judged by the clock of all, not by that of a node that is ahead', async () => {
    let isTaken = false
    const rig = await talk({
      send: async ({ id }) => {
        // A node whose clock is an hour ahead looks at what this one has in hand.
        const now = (): number => rig.state.nowMs + 3_600_000
        isTaken = (await rig.deliverWith({ now, nodeId: 'ahead' })) === undefined
        return { externalId: `out-${id}` }
      },
    })
    await rig.deliver(rig.id)
    expect(isTaken).toBe(false)
    expect(await rig.last()).toMatchObject({ status: 'sent', delivery: { state: 'done', attempts: 1 } })
  })
})

describe('a lease that was lost while the platform took the message', () => {
  /** @param then what happens between the loss and the platform's answer */
  function lost(also: RigOptions['also'] = {}, then?: (rig: Talk) => Promise<unknown>): Promise<Talk> {
    let isFirst = true
    const made: Promise<Talk> = talk({
      also,
      send: async ({ id }) => {
        const rig = await made
        if (isFirst) {
          isFirst = false
          rig.state.nowMs += SEND_LEASE_MS
          await rig.deliver(rig.id)
          await then?.(rig)
        }
        return { externalId: `out-${id}` }
      },
    })
    return made
  }

  it('leaves nobody in doubt: whoever knows says so', async () => {
    const rig = await lost()
    await rig.deliver(rig.id)
    const { id, ...sent } = await rig.last()
    expect(sent).toMatchObject({ status: 'sent', externalId: `out-${id}` })
    expect(Object.keys(sent.delivery ?? {}).sort()).toEqual(['attempts', 'attemptsBefore', 'state'])
    expect(rig.sent).toHaveLength(1)
  })

  it('needs no asking any more where the platform can be asked', async () => {
    const findSent = vi.fn(async () => ({ found: 'unknown' as const }))
    const rig = await lost({ findSent })
    await rig.deliver(rig.id)
    expect(await rig.last()).toMatchObject({ status: 'sent', delivery: { state: 'done' } })
    rig.state.nowMs += 3_600_000
    await rig.deliver(rig.id)
    expect(findSent).not.toHaveBeenCalled()
    expect(rig.sent).toHaveLength(1)
  })

  it('keeps nobody from sending again what a person wants sent again by then', async () => {
    const rig = await lost({}, async (one) => {
      const { id, delivery } = await one.last()
      expect(delivery).toMatchObject({ state: 'unknown' })
      await retryMessage(one.id, id, one.agent, one.deliverDeps)
    })
    await rig.deliver(rig.id)
    expect(rig.sent).toHaveLength(2)
    expect(await rig.last()).toMatchObject({ status: 'sent', delivery: { attempts: 2 } })
  })
})
