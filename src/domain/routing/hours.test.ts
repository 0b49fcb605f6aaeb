import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSchedule, hoursStateAt, type WorkingHours } from './hours.ts'

const isWithin = (schedule: WorkingHours, atMs: number): boolean => hoursStateAt(schedule, atMs).within
const changesAt = (schedule: WorkingHours, atMs: number): number | undefined =>
  hoursStateAt(schedule, atMs).untilMs
const MINUTE = 60_000
const DAY = 86_400_000
const ZONES = [
  'UTC',
  'Europe/Madrid',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'America/St_Johns',
  'Pacific/Apia',
  'Atlantic/Azores',
] as const

const at = (text: string): number => Date.parse(text)
const nineToFive = (timeZone: string, change: Partial<WorkingHours> = {}): WorkingHours => ({
  timeZone,
  weekly: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, fromMinute: 540, toMinute: 1_020 })),
  timeOff: [],
  holidays: [],
  ...change,
})

/** Reads the local clock in the plainest way there is, for comparison. */
function naive(schedule: WorkingHours, atMs: number): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: schedule.timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(atMs)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  const date = `${part('year')}-${part('month')}-${part('day')}`
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(part('weekday'))
  const minute = Number(part('hour')) * 60 + Number(part('minute'))
  if (schedule.timeOff.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)) return false
  if (schedule.holidays.includes(date)) return false
  return schedule.weekly.some(
    (hours) => hours.weekday === weekday && minute >= hours.fromMinute && minute < hours.toMinute,
  )
}

describe('working hours', () => {
  it.each([
    ['begins at the first minute', 'UTC', '2026-11-23T09:00:00Z', true],
    ['is not before it', 'UTC', '2026-11-23T08:59:59.999Z', false],
    ['ends before the last minute', 'UTC', '2026-11-23T17:00:00Z', false],
    ['is closed on other days', 'UTC', '2026-11-22T12:00:00Z', false],
    ['goes by the local clock in winter', 'Europe/Madrid', '2026-11-23T08:00:00Z', true],
    ['goes by the local clock in summer', 'Europe/Madrid', '2026-07-20T07:00:00Z', true],
    ['goes by the local day', 'Pacific/Auckland', '2026-11-22T21:00:00Z', true],
  ] as const)('%s', (_name, zone, instant, within) => {
    expect(isWithin(nineToFive(zone), at(instant))).toBe(within)
  })

  it('tells a holiday and a time off from a closed hour, and until when', () => {
    const schedule = nineToFive('Europe/Madrid', {
      holidays: ['2026-12-25'],
      timeOff: [{ fromMs: at('2026-11-23T10:00:00Z'), toMs: at('2026-11-23T12:30:00Z') }],
    })
    expect(hoursStateAt(schedule, at('2026-11-23T11:00:00Z'))).toEqual({
      within: false,
      closedBy: 'time-off',
      untilMs: at('2026-11-23T12:30:00Z'),
    })
    expect(hoursStateAt(schedule, at('2026-12-25T11:00:00Z'))).toEqual({
      within: false,
      closedBy: 'holiday',
      untilMs: at('2026-12-28T08:00:00Z'),
    })
    expect(hoursStateAt(schedule, at('2026-11-23T17:00:00Z'))).toEqual({
      within: false,
      closedBy: 'out-of-hours',
      untilMs: at('2026-11-24T08:00:00Z'),
    })
    expect(hoursStateAt(schedule, at('2026-11-23T09:00:00Z'))).toEqual({
      within: true,
      untilMs: at('2026-11-23T10:00:00Z'),
    })
  })

  it('follows the clock when it jumps', () => {
    const nights: WorkingHours = {
      timeZone: 'Europe/Madrid',
      weekly: [{ weekday: 0, fromMinute: 120, toMinute: 150 }],
      timeOff: [],
      holidays: [],
    }
    // On 2026-03-29 the hour from two to three does not exist.
    expect(changesAt(nights, at('2026-03-28T12:00:00Z'))).toBe(at('2026-04-05T00:00:00Z'))
    // On 2026-10-25 it comes twice.
    expect(changesAt(nights, at('2026-10-24T12:00:00Z'))).toBe(at('2026-10-25T00:00:00Z'))
    expect(changesAt(nights, at('2026-10-25T00:10:00Z'))).toBe(at('2026-10-25T00:30:00Z'))
    expect(changesAt(nights, at('2026-10-25T00:40:00Z'))).toBe(at('2026-10-25T01:00:00Z'))
    expect(changesAt(nights, at('2026-10-25T01:10:00Z'))).toBe(at('2026-10-25T01:30:00Z'))
  })

  it('is never and always', () => {
    const never = nineToFive('UTC', { weekly: [] })
    expect(hoursStateAt(never, 0)).toEqual({ within: false, closedBy: 'out-of-hours' })
    const always = nineToFive('Europe/Madrid', {
      weekly: [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, fromMinute: 0, toMinute: 1_440 })),
    })
    expect(hoursStateAt(always, at('2026-10-24T12:00:00Z'))).toEqual({ within: true })
  })

  it('reads a zone that is not known as UTC rather than to stop', () => {
    expect(isWithin(nineToFive('Mars/Olympus'), at('2026-11-23T09:00:00Z'))).toBe(true)
  })

  it('agrees with the plain reading of the clock, minute by minute, also where clocks jump', () => {
    const weekly = fc.array(
      fc.tuple(fc.nat(6), fc.nat(95), fc.integer({ min: 1, max: 40 })).map(([weekday, quarter, length]) => ({
        weekday,
        fromMinute: quarter * 15,
        toMinute: Math.min(1_440, (quarter + length) * 15),
      })),
      { minLength: 1, maxLength: 8 },
    )
    // Around the jumps of the zones above, where faults live.
    const start = fc
      .tuple(
        fc.constantFrom(
          '2026-03-08',
          '2026-03-29',
          '2026-04-05',
          '2026-10-04',
          '2026-10-25',
          '2026-11-01',
          '2026-02-15',
        ),
        fc.integer({ min: -2_000, max: 2_000 }),
      )
      .map(([day, minutes]) => at(`${day}T00:00:00Z`) + minutes * MINUTE)
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        weekly,
        start,
        fc.array(fc.tuple(fc.nat(4_000), fc.integer({ min: 1, max: 2_000 })), { maxLength: 2 }),
        fc.boolean(),
        (timeZone, hours, startMs, off, holiday) => {
          const schedule: WorkingHours = {
            timeZone,
            weekly: hours,
            timeOff: off.map(([from, length]) => ({
              fromMs: startMs + from * MINUTE,
              toMs: startMs + (from + length) * MINUTE,
            })),
            holidays: holiday ? [new Date(startMs + DAY).toISOString().slice(0, 10)] : [],
          }
          const within = naive(schedule, startMs)
          expect(isWithin(schedule, startMs)).toBe(within)
          const change = changesAt(schedule, startMs)
          const lastMs = Math.min(change ?? Number.POSITIVE_INFINITY, startMs + 3 * DAY)
          // All zones above keep to quarters of an hour from UTC, as the schedule does.
          const firstQuarterMs = Math.ceil((startMs + 1) / (15 * MINUTE)) * 15 * MINUTE
          for (let atMs = firstQuarterMs; atMs < lastMs; atMs += 15 * MINUTE) {
            if (off.length > 0) break
            expect(naive(schedule, atMs)).toBe(within)
          }
          for (
            let atMs = startMs;
            off.length > 0 && atMs < Math.min(lastMs, startMs + DAY / 2);
            atMs += 5 * MINUTE
          )
            expect(naive(schedule, atMs)).toBe(within)
          if (change === undefined) return
          expect(change).toBeGreaterThan(startMs)
          expect(naive(schedule, change - 1)).toBe(within)
          expect(naive(schedule, change)).toBe(!within)
        },
      ),
      { numRuns: 200 },
    )
  })

  it.each([
    [{ timeZone: 'Mars/Olympus' }, 'timeZone', 'unknown-time-zone'],
    [
      { weekly: [{ weekday: 1, fromMinute: 600, toMinute: 540 }] },
      'weekly.0.toMinute',
      'ends-before-it-begins',
    ],
    [{ weekly: [{ weekday: 7, fromMinute: 1, toMinute: 2 }] }, 'weekly.0.weekday', 'unknown-weekday'],
    [{ weekly: [{ weekday: 1, fromMinute: -1, toMinute: 2 }] }, 'weekly.0.fromMinute', 'minute-out-of-range'],
    [
      { weekly: [{ weekday: 1, fromMinute: 1, toMinute: 1_441 }] },
      'weekly.0.toMinute',
      'minute-out-of-range',
    ],
    [
      {
        weekly: [
          { weekday: 1, fromMinute: 0, toMinute: 60 },
          { weekday: 1, fromMinute: 59, toMinute: 90 },
        ],
      },
      'weekly.1',
      'overlap',
    ],
    [{ timeOff: [{ fromMs: 5, toMs: 5 }] }, 'timeOff.0.toMs', 'ends-before-it-begins'],
    [{ holidays: ['2026-02-30'] }, 'holidays.0', 'unknown-date'],
    [{ holidays: ['Christmas'] }, 'holidays.0', 'unknown-date'],
  ] as const)('refuses %j', (change, path, code) => {
    expect(checkSchedule(nineToFive('UTC', change as Partial<WorkingHours>))).toMatchObject([{ path, code }])
  })

  it('takes hours that meet, and whole days', () => {
    const weekly = [
      { weekday: 1, fromMinute: 0, toMinute: 60 },
      { weekday: 1, fromMinute: 60, toMinute: 1_440 },
    ]
    expect(checkSchedule(nineToFive('Europe/Madrid', { weekly, holidays: ['2028-02-29'] }))).toEqual([])
  })
})
