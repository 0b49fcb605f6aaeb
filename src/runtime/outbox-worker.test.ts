import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConversationId } from '../domain/ids.ts'
import { type OutboxWorker, startOutboxWorker } from './outbox-worker.ts'

const id = (name: string): ConversationId => name as ConversationId

let due: ConversationId[]
let underWay: Map<string, { finish: () => void; fail: () => void }>
let started: string[]
let errors: string[]
let worker: OutboxWorker

beforeEach(() => {
  vi.useFakeTimers()
  due = []
  underWay = new Map()
  started = []
  errors = []
  worker = startOutboxWorker({
    due: async (_, limit) => due.slice(0, limit),
    deliver: (conversationId) =>
      new Promise((resolve, reject) => {
        started.push(conversationId)
        const end = (act: () => void) => () => {
          underWay.delete(conversationId)
          due = due.filter((one) => one !== conversationId)
          act()
        }
        underWay.set(conversationId, {
          finish: end(() => resolve(undefined)),
          fail: end(() => reject(new Error('database away'))),
        })
      }),
    now: () => 0,
    onError: (_, message) => void errors.push(message),
  })
})
afterEach(async () => {
  for (const { finish } of underWay.values()) finish()
  await worker.stop(60_000)
  vi.useRealTimers()
})

const turn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

describe('the outbox worker', () => {
  it('sends as soon as it is woken, each conversation once at a time', async () => {
    due = [id('a'), id('b')]
    worker.wake()
    worker.wake()
    await turn()
    worker.wake()
    await turn()
    expect(started).toEqual(['a', 'b'])
    underWay.get('a')?.finish()
    due.push(id('a'))
    worker.wake()
    await turn()
    expect(started).toEqual(['a', 'b', 'a'])
  })

  it('finds by itself what nobody woke it for, and goes on after an error', async () => {
    due = [id('a')]
    await vi.advanceTimersByTimeAsync(1_000)
    expect(started).toEqual(['a'])
    underWay.get('a')?.fail()
    due = [id('a')]
    await vi.advanceTimersByTimeAsync(1_000)
    expect(started).toEqual(['a', 'a'])
    expect(errors).toHaveLength(1)
  })

  it('serves a limited number at once, the rest as room becomes free', async () => {
    due = Array.from({ length: 100 }, (_, index) => id(`c${index}`))
    worker.wake()
    await turn()
    expect(started).toHaveLength(64)
    underWay.get('c3')?.finish()
    await turn()
    expect(started).toHaveLength(65)
    for (let round = 0; round < 100; round += 1) {
      for (const { finish } of [...underWay.values()]) finish()
      await turn()
    }
    expect(new Set(started).size).toBe(100)
    expect(started).toHaveLength(100)
  })

  it('waits for what is under way when it stops, and begins nothing after', async () => {
    due = [id('a')]
    worker.wake()
    await turn()
    let stopped = false
    const stopping = worker.stop(60_000).then(() => {
      stopped = true
    })
    await turn()
    expect(stopped).toBe(false)
    underWay.get('a')?.finish()
    await stopping
    due = [id('b')]
    worker.wake()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(started).toEqual(['a'])
  })

  it('waits only so long for a platform that does not answer', async () => {
    due = [id('a')]
    worker.wake()
    await turn()
    const stopping = worker.stop(3_000)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await stopping).toBe(1)
  })
})
