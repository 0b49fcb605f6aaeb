import { isTimeZone, offsetAt } from './time-zone.ts'

/** Hours of one weekday by the local clock. */
export interface WeeklyHours {
  /** 0 = Sunday to 6 = Saturday. */
  readonly weekday: number
  /** Minutes since local midnight at which it begins, 0 to 1439. */
  readonly fromMinute: number
  /** Minutes since local midnight at which it ends, exclusive, 1 to 1440. Past midnight = a second entry. */
  readonly toMinute: number
}

/** A time away, in instants: milliseconds since the epoch, the end exclusive. */
export interface TimeOff {
  readonly fromMs: number
  readonly toMs: number
}

/** When an agent or a team works. Who has no schedule works always. */
export interface WorkingHours {
  /** IANA name such as `Europe/Madrid`. */
  readonly timeZone: string
  readonly weekly: readonly WeeklyHours[]
  readonly timeOff: readonly TimeOff[]
  /** Local dates as `YYYY-MM-DD`, closed from midnight to midnight. */
  readonly holidays: readonly string[]
}

/** How a schedule stands at an instant: plain data that an agent's state carries. */
export interface HoursState {
  readonly within: boolean
  /** Why not, if not. */
  readonly closedBy?: 'out-of-hours' | 'time-off' | 'holiday'
  /** When `within` changes next, milliseconds since the epoch; absent = not within the next 400 days. */
  readonly untilMs?: number
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** How far ahead a change is looked for. */
const HORIZON_DAYS = 400

/** How a schedule stands at an instant, as an agent's state carries it. The end of an interval is outside it. */
export function hoursStateAt(schedule: WorkingHours, atMs: number): HoursState {
  const reason = closedBy(schedule, atMs)
  const untilMs = changeAfter(schedule, atMs, reason === undefined)
  return {
    within: reason === undefined,
    ...(reason === undefined ? {} : { closedBy: reason }),
    ...(untilMs === undefined ? {} : { untilMs }),
  }
}

/** What closes a schedule at an instant, the weightiest first; undefined within working hours. */
export function closedBy(
  schedule: WorkingHours,
  atMs: number,
  offsetMs = offsetAt(schedule.timeZone, atMs),
): HoursState['closedBy'] {
  if (schedule.timeOff.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)) return 'time-off'
  const localMs = atMs + offsetMs
  if (schedule.holidays.length > 0 && schedule.holidays.includes(localDate(localMs))) return 'holiday'
  const day = Math.floor(localMs / DAY_MS)
  const minute = (localMs - day * DAY_MS) / MINUTE_MS
  const weekday = weekdayOf(day)
  for (const hours of schedule.weekly) {
    if (hours.weekday === weekday && minute >= hours.fromMinute && minute < hours.toMinute) return undefined
  }
  return 'out-of-hours'
}

/** The weekday of a day counted from the epoch, which began on a Thursday. */
const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7

const localDate = (localMs: number): string => new Date(localMs).toISOString().slice(0, 10)

/**
 * Goes through stretches of one offset from UTC. Within a stretch everything changes only at a minute named in the
 * schedule, at a local midnight or at the bounds of a time off; between stretches the local clock jumps.
 */
function changeAfter(schedule: WorkingHours, atMs: number, within: boolean): number | undefined {
  if (schedule.weekly.length === 0) return undefined
  const { timeZone } = schedule
  const endMs = atMs + HORIZON_DAYS * DAY_MS
  let startMs = atMs
  while (startMs < endMs) {
    const offsetMs = offsetAt(timeZone, startMs)
    const dayEndMs = (Math.floor(startMs / DAY_MS) + 1) * DAY_MS
    const stretchEndMs = offsetChangeWithin(timeZone, startMs, dayEndMs, offsetMs) ?? dayEndMs
    for (const candidateMs of boundaries(schedule, startMs, stretchEndMs, offsetMs)) {
      if (candidateMs <= atMs) continue
      const offsetThenMs = candidateMs === stretchEndMs ? offsetAt(timeZone, candidateMs) : offsetMs
      if ((closedBy(schedule, candidateMs, offsetThenMs) === undefined) !== within) return candidateMs
    }
    startMs = stretchEndMs
  }
  return undefined
}

/** Instants of a stretch at which something may change, in order, its end among them. */
function boundaries(
  schedule: WorkingHours,
  startMs: number,
  endMs: number,
  offsetMs: number,
): readonly number[] {
  const found = [endMs]
  const add = (atMs: number): void => {
    if (atMs >= startMs && atMs < endMs) found.push(atMs)
  }
  const firstDay = Math.floor((startMs + offsetMs) / DAY_MS)
  const lastDay = Math.floor((endMs + offsetMs) / DAY_MS)
  for (let day = firstDay; day <= lastDay; day += 1) {
    const midnightMs = day * DAY_MS - offsetMs
    add(midnightMs)
    const weekday = weekdayOf(day)
    for (const hours of schedule.weekly) {
      if (hours.weekday !== weekday) continue
      add(midnightMs + hours.fromMinute * MINUTE_MS)
      add(midnightMs + hours.toMinute * MINUTE_MS)
    }
  }
  for (const { fromMs, toMs } of schedule.timeOff) {
    add(fromMs)
    add(toMs)
  }
  return found.sort((one, other) => one - other)
}

/** The first instant of a stretch of at most a day with another offset than at its start; searched to the second. */
function offsetChangeWithin(
  timeZone: string,
  startMs: number,
  endMs: number,
  offsetMs: number,
): number | undefined {
  if (offsetAt(timeZone, endMs) === offsetMs) return undefined
  let before = startMs
  let after = endMs
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offsetAt(timeZone, middle) === offsetMs) before = middle
    else after = middle
  }
  return after === endMs ? undefined : after
}

/** One thing that is wrong with a schedule; any of them keeps it from being saved. */
export interface ScheduleIssue {
  /** Where, as a path within the schedule such as `weekly.0.toMinute`. */
  readonly path: string
  readonly code:
    | 'unknown-time-zone'
    | 'unknown-weekday'
    | 'minute-out-of-range'
    | 'ends-before-it-begins'
    | 'overlap'
    | 'unknown-date'
  /** What is wrong, in a sentence of English. */
  readonly message: string
}

const isMinute = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most

/** Says what is wrong with a schedule; nothing = it may be saved. Pure and total. */
export function checkSchedule(schedule: WorkingHours): readonly ScheduleIssue[] {
  const issues: ScheduleIssue[] = []
  const tell = (path: string, code: ScheduleIssue['code'], message: string): void =>
    void issues.push({ path, code, message })
  if (!isTimeZone(schedule.timeZone))
    tell('timeZone', 'unknown-time-zone', `There is no time zone “${schedule.timeZone}”.`)
  for (const [index, hours] of schedule.weekly.entries()) {
    const path = `weekly.${index}`
    const { weekday, fromMinute, toMinute } = hours
    if (!isMinute(weekday, 0, 6)) tell(`${path}.weekday`, 'unknown-weekday', 'A weekday is 0 (Sunday) to 6.')
    if (!isMinute(fromMinute, 0, 1_439))
      tell(`${path}.fromMinute`, 'minute-out-of-range', 'Hours begin at minute 0 to 1439 of the day.')
    if (!isMinute(toMinute, 1, 1_440))
      tell(`${path}.toMinute`, 'minute-out-of-range', 'Hours end at minute 1 to 1440 of the day.')
    if (toMinute <= fromMinute)
      tell(
        `${path}.toMinute`,
        'ends-before-it-begins',
        'The hours end before they begin; hours past midnight are two entries.',
      )
    const overlaps = schedule.weekly
      .slice(0, index)
      .some(
        (other) => other.weekday === weekday && other.fromMinute < toMinute && fromMinute < other.toMinute,
      )
    if (overlaps) tell(path, 'overlap', 'These hours overlap others of the same day.')
  }
  for (const [index, { fromMs, toMs }] of schedule.timeOff.entries()) {
    if (!(toMs > fromMs))
      tell(`timeOff.${index}.toMs`, 'ends-before-it-begins', 'The time off ends before it begins.')
  }
  for (const [index, date] of schedule.holidays.entries()) {
    if (!isDate(date))
      tell(`holidays.${index}`, 'unknown-date', `“${date}” is no date; write it as 2026-12-31.`)
  }
  return issues
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const atMs = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text)
}
