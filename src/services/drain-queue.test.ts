import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Priority } from '../domain/conversation.ts'
import type { ConversationId } from '../domain/ids.ts'
import { compareWaiting, priorityRank } from '../domain/routing/queue-order.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { type DrainDeps, drainDue, drainOwed, drainWaiting } from './drain-queue.ts'

interface Waiting {
  readonly id: string
  readonly priority: Priority
  readonly sinceMs: number
  readonly group: string | undefined
}

const stored = ({ id, priority, sinceMs, group }: Waiting): StoredConversation =>
  ({
    id: id as ConversationId,
    priority,
    routing: { status: 'waiting', sinceMs, ...(group === undefined ? {} : { group }) },
  }) as StoredConversation

const orderOf = ({ id, priority, routing }: StoredConversation) => ({
  id,
  priority,
  enteredAtMs: routing.sinceMs,
})

/** A queue in memory; `places` says how many of each group find somebody. */
function queueOf(all: readonly Waiting[], places: ReadonlyMap<string | undefined, number>) {
  const left = new Map(places)
  const waiting = new Map(all.map((one) => [one.id as ConversationId, stored(one)]))
  const assigned: StoredConversation[] = []
  let read = 0
  const deps: DrainDeps = {
    routingQueue: {
      owed: async (limit, _, after) =>
        [...waiting.values()].filter(({ id }) => !after || id > after.id).slice(0, limit),
      due: async (_, limit, after) =>
        [...waiting.values()].filter(({ id }) => !after || id > after.id).slice(0, limit),
      groups: async () => [...new Set(all.map(({ group }) => group))],
      waiting: async (group, limit, after) => {
        const found = [...waiting.values()]
          .filter(({ routing }) => routing.group === group)
          .sort((one, other) => compareWaiting(orderOf(one), orderOf(other)))
          .filter(
            (one) =>
              !after ||
              priorityRank(one.priority) > after.rank ||
              (priorityRank(one.priority) === after.rank &&
                (one.routing.sinceMs > after.sinceMs ||
                  (one.routing.sinceMs === after.sinceMs && one.id > after.id))),
          )
          .slice(0, limit)
        read += found.length
        return found
      },
    },
    route: async (conversations) => {
      const still: StoredConversation[] = []
      for (const one of conversations) {
        const free = left.get(one.routing.group) ?? 0
        if (free === 0) {
          still.push(one)
          continue
        }
        left.set(one.routing.group, free - 1)
        waiting.delete(one.id)
        assigned.push(one)
      }
      return { assigned: [], waiting: still }
    },
    now: () => 0,
    isStopping: () => false,
  }
  return { deps, assigned, waiting, read: () => read }
}

const anyQueue = fc
  .array(
    fc.record({
      priority: fc.constantFrom<Priority>('urgent', 'high', 'normal', 'low'),
      sinceMs: fc.nat(20),
      group: fc.constantFrom(undefined, 'a', 'b', 'c'),
    }),
    { maxLength: 120 },
  )
  .map((list) => list.map((one, index): Waiting => ({ ...one, id: String(index).padStart(4, '0') })))

describe('draining what waits', () => {
  it('gives away as many as there are places, in the order in which they leave, whatever the groups', async () => {
    await fc.assert(
      fc.asyncProperty(anyQueue, fc.array(fc.nat(60), { minLength: 4, maxLength: 4 }), async (all, free) => {
        const groups = [undefined, 'a', 'b', 'c']
        const places = new Map(groups.map((group, index) => [group, free[index] ?? 0]))
        const { deps, assigned } = queueOf(all, places)
        await drainWaiting('capacity', deps)
        for (const group of groups) {
          const members = all.filter((one) => one.group === group).map(stored)
          members.sort((one, other) => compareWaiting(orderOf(one), orderOf(other)))
          const got = assigned.filter(({ routing }) => routing.group === group).map(({ id }) => id)
          expect(got).toEqual(members.slice(0, places.get(group)).map(({ id }) => id))
        }
        const inOrder = [...assigned].sort((one, other) => compareWaiting(orderOf(one), orderOf(other)))
        if (free.every((count) => count >= all.length)) expect(assigned).toEqual(inOrder)
      }),
      { numRuns: 300 },
    )
  })

  it('reads a few heads of ten thousand when nobody is free, and all of them when the rules changed', async () => {
    const all = Array.from(
      { length: 10_000 },
      (_, index): Waiting => ({
        id: String(index).padStart(5, '0'),
        priority: 'normal',
        sinceMs: index,
        group: index % 2 === 0 ? 'a' : 'b',
      }),
    )
    const few = queueOf(all, new Map([['a', 1]]))
    await drainWaiting('capacity', few.deps)
    expect(few.assigned.map(({ id }) => id)).toEqual(['00000'])
    expect(few.read()).toBeLessThanOrEqual(32)
    const every = queueOf(all.slice(0, 500), new Map())
    await drainWaiting('rules', every.deps, true)
    expect(every.read()).toBe(500)
  })

  it.each([
    ['what is owed', drainOwed.bind(undefined, 'sweep')],
    ['what is due', drainDue],
  ])('comes to an end also when %s stays, and reaches what comes after it', async (_, drain) => {
    const all = Array.from(
      { length: 700 },
      (_, index): Waiting => ({
        id: String(index).padStart(4, '0'),
        priority: 'low',
        sinceMs: index,
        group: index < 500 ? 'stuck' : 'free',
      }),
    )
    const queue = queueOf(all, new Map([['free', 200]]))
    await drain(queue.deps)
    expect(queue.waiting.size).toBe(500)
    expect(queue.assigned).toHaveLength(200)
  })
})
