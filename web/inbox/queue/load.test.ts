import { describe, expect, it } from 'vitest'
import type { QueueAgentView } from '../../../src/domain/queue-views.ts'
import { byRoom, dotOfEntry, fullness, isFree, limitOf } from './load.ts'

const entry = (part: {
  name?: string
  open?: number
  email?: number
  capacity?: object
  available?: boolean
  present?: boolean
  pushReachableUntil?: string
}): QueueAgentView =>
  ({
    agent: {
      name: part.name ?? 'A',
      availability: 'online',
      present: part.present ?? true,
      pushReachableUntil: part.pushReachableUntil,
    },
    load: { total: part.open ?? 0, perWorkType: { email: part.email ?? 0 } },
    capacity: part.capacity ?? {},
    available: part.available ?? true,
  }) as unknown as QueueAgentView

describe('how full an agent is', () => {
  it('goes by the limit that is nearest', () => {
    expect(fullness(entry({ open: 3, email: 2, capacity: { total: 6, perWorkType: { email: 2 } } }))).toBe(1)
    expect(fullness(entry({ open: 3, capacity: { total: 6 } }))).toBe(0.5)
    expect(fullness(entry({ open: 3 }))).toBeUndefined()
    expect(fullness(entry({ open: 0, capacity: { total: 0 } }))).toBe(1)
  })

  it('draws against all together, or the sum of the kinds', () => {
    expect(limitOf(entry({ capacity: { total: 6, perWorkType: { email: 2 } } }))).toBe(6)
    expect(limitOf(entry({ capacity: { perWorkType: { email: 2, messaging: 3 } } }))).toBe(5)
    expect(limitOf(entry({}))).toBeUndefined()
  })

  it('counts a device that takes push notifications as being there, as long as it does', () => {
    const now = Date.now()
    const until = (ms: number) =>
      entry({ present: false, pushReachableUntil: new Date(now + ms).toISOString() })
    expect([until(60_000), until(-60_000)].map(dotOfEntry)).toEqual(['online', 'offline'])
  })

  it('puts who has room first', () => {
    const full = entry({ name: 'Full', open: 2, capacity: { total: 2 } })
    const busy = entry({ name: 'Busy', open: 1, capacity: { total: 2 } })
    const gone = entry({ name: 'Gone', available: false, open: 1, capacity: { total: 2 } })
    const asleep = entry({ name: 'Asleep', available: false })
    const free = entry({ name: 'Free', capacity: { total: 2 } })
    expect([full, gone, busy, asleep, free].sort(byRoom).map(({ agent }) => agent.name)).toEqual([
      'Free',
      'Busy',
      'Full',
      'Asleep',
      'Gone',
    ])
    expect(isFree(full)).toBe(false)
    expect(isFree(asleep)).toBe(false)
  })
})
