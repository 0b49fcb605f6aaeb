import { expect, it } from 'vitest'
import { hoursStateAt, type WorkingHours } from './hours.ts'
import { choiceOutOfHours, goesBeforeHours } from './out-of-hours.ts'

const at = (instant: string): number => Date.parse(instant)
/** Monday to Friday, 9 to 17; Wednesday is a holiday and Thursday night a time off. */
const office: WorkingHours = {
  timeZone: 'UTC',
  weekly: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, fromMinute: 540, toMinute: 1_020 })),
  timeOff: [{ fromMs: at('2026-11-26T20:00:00Z'), toMs: at('2026-11-27T06:00:00Z') }],
  holidays: ['2026-11-25'],
}
const holds = (chosenAt: string, askedAt: string, schedule = office): boolean =>
  goesBeforeHours(choiceOutOfHours(schedule, at(chosenAt)), hoursStateAt(schedule, at(askedAt)), at(askedAt))

it.each([
  ['the same evening', '2026-11-23T18:00:00Z', '2026-11-23T23:00:00Z', true],
  ['to the last moment before the hours open', '2026-11-23T18:00:00Z', '2026-11-24T08:59:59Z', true],
  ['not the next evening', '2026-11-23T18:00:00Z', '2026-11-24T18:00:00Z', false],
  ['not in a holiday that begins later', '2026-11-24T18:00:00Z', '2026-11-25T00:00:00Z', false],
  ['in the holiday in which it was chosen', '2026-11-25T10:00:00Z', '2026-11-25T12:00:00Z', true],
  ['not in a time off that begins later', '2026-11-26T18:00:00Z', '2026-11-26T20:00:00Z', false],
  ['not when chosen within the hours', '2026-11-23T12:00:00Z', '2026-11-23T18:00:00Z', false],
])('"online" out of hours holds: %s', (_when, chosenAt, askedAt, expected) => {
  expect(holds(chosenAt, askedAt)).toBe(expected)
})

it('holds for a day where the hours never open', () => {
  const never = { ...office, weekly: [] }
  expect(holds('2026-11-23T18:00:00Z', '2026-11-24T17:59:59Z', never)).toBe(true)
  expect(holds('2026-11-23T18:00:00Z', '2026-11-24T18:00:00Z', never)).toBe(false)
})
