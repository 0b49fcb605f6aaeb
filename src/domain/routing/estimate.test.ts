import { describe, expect, it } from 'vitest'
import { agentOf } from '../../../test/harness/routing-state.ts'
import { estimateWait, percentile, servingCapacity } from './estimate.ts'

const MINUTE = 60_000
const tens = Array.from({ length: 10 }, () => 10 * MINUTE)

describe('an estimate', () => {
  it('is one end of work for each place, shared among all who work', () => {
    expect(estimateWait(1, { slots: 5, free: 0 }, tens)).toEqual({
      likelyMs: 2 * MINUTE,
      atMostMs: 2 * MINUTE,
    })
    expect(estimateWait(10, { slots: 5, free: 0 }, tens)?.likelyMs).toBe(20 * MINUTE)
  })

  it('is nothing for those who find room', () => {
    expect(estimateWait(2, { slots: 5, free: 2 }, tens)?.likelyMs).toBe(0)
    expect(estimateWait(3, { slots: 5, free: 2 }, tens)?.likelyMs).toBe(2 * MINUTE)
  })

  it('tells the likely from the slow, in whole minutes', () => {
    const mixed = [1, 1, 1, 1, 1, 1, 1, 20, 20, 20].map((minutes) => minutes * MINUTE)
    expect(estimateWait(3, { slots: 4, free: 0 }, mixed)).toEqual({
      likelyMs: 6 * MINUTE,
      atMostMs: 15 * MINUTE,
    })
  })

  it.each([
    ['too few samples', 1, { slots: 5, free: 0 }, tens.slice(0, 4)],
    ['nobody there', 1, { slots: 0, free: 0 }, tens],
    ['no limits', 1, undefined, tens],
    ['no place', 0, { slots: 5, free: 0 }, tens],
    ['samples that are none', 1, { slots: 5, free: 0 }, tens.map(() => Number.NaN)],
  ])('is not known with %s', (_name, place, capacity, handling) => {
    expect(estimateWait(place, capacity, handling)).toBeUndefined()
  })

  it('counts what the available agents can hold of a kind of work', () => {
    const agents = [
      agentOf('a', { capacity: { total: 5 }, load: { email: 2, messaging: 1 } }),
      agentOf('b', { capacity: { total: 9, perWorkType: { messaging: 2 } }, load: { messaging: 3 } }),
      agentOf('c', { capacity: { total: 5 }, availability: 'away' }),
      agentOf('d', { capacity: { total: 1 }, load: { email: 4 } }),
    ]
    expect(servingCapacity(agents, 'messaging')).toEqual({ slots: 5, free: 2 })
    expect(servingCapacity([...agents, agentOf('e')], 'messaging')).toBeUndefined()
  })

  it('takes percentiles by nearest rank', () => {
    expect([0, 0.5, 0.9, 1].map((share) => percentile([4, 1, 3, 2], share))).toEqual([1, 2, 4, 4])
    expect(percentile([], 0.5)).toBeUndefined()
  })
})
