import { expect, it } from 'vitest'
import { hoursStateAt, type WorkingHours } from '../domain/routing/hours.ts'
import { createHoursCache } from './hours-cache.ts'

const at = (instant: string): number => Date.parse(instant)
const office: WorkingHours = {
  timeZone: 'UTC',
  weekly: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, fromMinute: 540, toMinute: 1_020 })),
  timeOff: [],
  holidays: ['2026-11-25'],
}

it('tells at any time what the schedule tells, though it remembers', () => {
  const hoursOf = createHoursCache()
  for (let nowMs = at('2026-11-24T16:00:00Z'); nowMs < at('2026-11-27T10:00:00Z'); nowMs += 3_600_000)
    expect(hoursOf(office, nowMs)).toEqual(hoursStateAt(office, nowMs))
})

it('works out one schedule once, for however many agents', () => {
  const hoursOf = createHoursCache()
  const first = hoursOf(office, at('2026-11-24T10:00:00Z'))
  expect(hoursOf({ ...office }, at('2026-11-24T11:00:00Z'))).toBe(first)
})
