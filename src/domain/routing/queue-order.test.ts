import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PRIORITIES } from '../conversation.ts'
import type { ConversationId } from '../ids.ts'
import { compareWaiting, inQueueOrder, priorityRank, queuePlace, type Waiting } from './queue-order.ts'

const waiting = (id: string, priority: Waiting['priority'], enteredAtMs: number): Waiting => ({
  id: id as ConversationId,
  priority,
  enteredAtMs,
})

describe('the queue', () => {
  const queue = [
    waiting('d', 'normal', 2),
    waiting('e', 'low', 1),
    waiting('c', 'normal', 1),
    waiting('a', 'urgent', 9),
    waiting('b', 'high', 5),
  ]

  it('is left by priority, then by arrival', () => {
    expect(inQueueOrder(queue).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(PRIORITIES.map(priorityRank)).toEqual([0, 1, 2, 3])
  })

  it('tells each his place, and who does not wait none', () => {
    expect(queuePlace(queue, 'a' as ConversationId)).toBe(1)
    expect(queuePlace(queue, 'e' as ConversationId)).toBe(5)
    expect(queuePlace(queue, 'x' as ConversationId)).toBeUndefined()
  })

  it('has one order, however it is read', () => {
    const one = fc
      .tuple(fc.string({ maxLength: 3 }), fc.constantFrom(...PRIORITIES), fc.nat(3))
      .map(([id, priority, at]) => waiting(id, priority, at))
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: ({ id }) => id }), (list) => {
        const order = inQueueOrder(list)
        expect(inQueueOrder([...list].reverse())).toEqual(order)
        for (const [index, { id }] of order.entries()) expect(queuePlace(list, id)).toBe(index + 1)
        expect(list.every((entry) => compareWaiting(entry, entry) === 0)).toBe(true)
      }),
    )
  })
})
