import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import { createWorkQueue } from './work-queue.ts'

const HELD = new Set([0, 1])

const entry = (order: number, partition = 0): JournalEntry => ({
  id: `entry-${order}` as JournalEntryId,
  channelId: 'c' as ChannelId,
  order,
  partition,
  body: new Uint8Array(),
  contentType: '',
  facts: {},
  receivedAtMs: order,
  tries: 0,
})
const orders = (entries: readonly JournalEntry[]): number[] => entries.map(({ order }) => order)

/** A queue that has looked into an empty journal. */
function ready() {
  const queue = createWorkQueue()
  queue.merge([], true)
  return queue
}

describe('a work queue', () => {
  it('leaves in their places the entries of a line that rests', () => {
    const queue = ready()
    queue.offer([entry(1), entry(2, 1), entry(3), entry(4, 1)], HELD)
    expect(orders(queue.take(9, HELD, new Set(['partition 0'])))).toEqual([2, 4])
    expect(queue.size).toBe(2)
    expect(queue.take(9, HELD, new Set(['partition 0']))).toEqual([])
    queue.offer([entry(5), entry(6, 1)], HELD)
    expect(orders(queue.take(1, HELD, new Set(['partition 0'])))).toEqual([6])
    expect(orders(queue.take(9, HELD))).toEqual([1, 3, 5])
  })

  it('gives out each entry once, in the order offered', () => {
    const queue = ready()
    expect(queue.offer([entry(1), entry(2)], HELD)).toBe(true)
    expect(queue.offer([entry(2), entry(3)], HELD)).toBe(true)
    expect(queue.oldestReceivedAtMs).toBe(1)
    expect(orders(queue.take(2, HELD))).toEqual([1, 2])
    queue.merge([entry(1), entry(2), entry(3)], true)
    expect(orders(queue.take(9, HELD))).toEqual([3])
    expect(queue.size).toBe(0)
    expect(queue.oldestReceivedAtMs).toBeUndefined()
  })

  it('takes an entry again once it was done with', () => {
    const queue = ready()
    queue.offer([entry(1)], HELD)
    const taken = queue.take(9, HELD)
    queue.merge([entry(1)], true)
    expect(queue.size).toBe(0)
    queue.forget(taken)
    queue.merge([entry(1)], true)
    expect(orders(queue.take(9, HELD))).toEqual([1])
  })

  it('leaves alone what is not this node’s, and drops what it lost meanwhile', () => {
    const queue = ready()
    queue.offer([entry(1, 0), entry(2, 1), entry(3, 7)], HELD)
    expect(orders(queue.take(9, new Set([1])))).toEqual([2])
    expect(queue.size).toBe(0)
    queue.merge([entry(1, 0)], true)
    expect(orders(queue.take(9, HELD))).toEqual([1])
  })

  it('lets nothing new overtake what the journal may still hold: at the start, after a failure, when memory is full', () => {
    const queue = createWorkQueue()
    expect(queue.offer([entry(9)], HELD)).toBe(false)
    queue.merge([entry(1), entry(2)], false)
    expect(queue.offer([entry(9)], HELD)).toBe(false)
    queue.merge([entry(3), entry(9)], true)
    expect(queue.offer([entry(10)], HELD)).toBe(true)
    expect(orders(queue.take(9, HELD))).toEqual([1, 2, 3, 9, 10])
    queue.clear()
    expect(queue.offer([entry(11)], HELD)).toBe(false)

    const full = ready()
    const many = Array.from({ length: 10_000 }, (_, index) => entry(index + 1))
    expect(full.offer(many, HELD)).toBe(true)
    expect(full.offer([entry(10_001)], HELD)).toBe(false)
    expect(full.take(10_000, HELD)).toHaveLength(10_000)
    expect(full.offer([entry(10_002)], HELD)).toBe(false)
    full.merge([entry(10_001), entry(10_002)], true)
    expect(orders(full.take(9, HELD))).toEqual([10_001, 10_002])
  })

  it('is full of few large entries as of many small ones', () => {
    const large = (order: number): JournalEntry => ({ ...entry(order), body: new Uint8Array(6_000_000) })
    const queue = ready()
    expect(queue.offer([large(1), large(2)], HELD)).toBe(true)
    expect(queue.offer([large(3)], HELD)).toBe(false)
    expect(orders(queue.take(1, HELD))).toEqual([1])
    queue.merge([large(2), large(3)], true)
    expect(queue.offer([large(4)], HELD)).toBe(false)
    expect(orders(queue.take(9, HELD))).toEqual([2, 3])
    queue.merge([large(4)], true)
    expect(queue.offer([large(5)], HELD)).toBe(true)
    expect(orders(queue.take(9, HELD))).toEqual([4, 5])
    expect(queue.inHand).toHaveLength(5)
    queue.forget([2, 3, 4, 5].map(large))
    expect(queue.bytesInHand).toBe(large(1).body.byteLength)
  })

  it('keeps arrival order and loses nothing, however offers, scans and work are mixed', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constant('arrive' as const),
          count: fc.integer({ min: 1, max: 30 }),
          told: fc.boolean(),
        }),
        fc.record({ kind: fc.constant('scan' as const), limit: fc.integer({ min: 1, max: 40 }) }),
        fc.record({ kind: fc.constant('work' as const), limit: fc.integer({ min: 1, max: 20 }) }),
        fc.record({ kind: fc.constant('fail' as const) }),
      ),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(steps, (list) => {
        const queue = createWorkQueue()
        let journal: JournalEntry[] = []
        const done: number[] = []
        let next = 0
        /** Somebody did not tell of his entries: only a scan can find them, and what is told later may pass them. */
        let untold = false
        const scan = (limit: number): void => {
          const found = journal.slice(0, limit)
          queue.merge(found, found.length < limit)
        }
        const work = (limit: number): void => {
          const batch = queue.take(limit, HELD)
          done.push(...orders(batch))
          journal = journal.filter((one) => !batch.includes(one))
          queue.forget(batch)
        }
        for (const step of list) {
          if (step.kind === 'arrive') {
            const arrived = Array.from({ length: step.count }, () => entry((next += 1)))
            journal.push(...arrived)
            if (step.told) queue.offer(arrived, HELD)
            else untold = true
          } else if (step.kind === 'scan') scan(step.limit)
          else if (step.kind === 'work') work(step.limit)
          else queue.clear()
        }
        while (journal.length > 0) {
          scan(1_000)
          work(1_000)
        }
        expect([...done].sort((a, b) => a - b)).toEqual(Array.from({ length: next }, (_, index) => index + 1))
        if (!untold) expect(done).toEqual([...done].sort((a, b) => a - b))
      }),
      { numRuns: 500 },
    )
  })
})
