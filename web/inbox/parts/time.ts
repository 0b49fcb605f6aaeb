import { locale, text } from '../text/text.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' })
const dayMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
const fullDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
const longDay = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' })
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' })
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' })

const startOfDay = (date: Date): number =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()

/** Whole days between two instants, by the calendar. */
const daysApart = (from: Date, to: Date): number => Math.round((startOfDay(to) - startOfDay(from)) / DAY_MS)

/** `14:05`. */
export const timeOf = (instant: string): string => clock.format(new Date(instant))

/** For lists: `now`, `5m`, `14:05`, `Tue`, `3 Nov`. */
export function shortTime(instant: string, now = new Date()): string {
  const date = new Date(instant)
  const minutes = Math.floor((now.getTime() - date.getTime()) / MINUTE_MS)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes}m`
  const days = daysApart(date, now)
  if (days === 0) return clock.format(date)
  if (days < 7) return weekday.format(date)
  return date.getFullYear() === now.getFullYear() ? dayMonth.format(date) : fullDate.format(date)
}

/** The heading of a day: `Today`, `Yesterday`, `Tuesday, 3 November`. */
export function dayTitle(instant: string, now = new Date()): string {
  const date = new Date(instant)
  const days = daysApart(date, now)
  if (days === 0) return text.thread.today
  if (days === 1) return text.thread.yesterday
  return date.getFullYear() === now.getFullYear() ? longDay.format(date) : fullDate.format(date)
}

/** Names the local day an instant lies in. */
export const dayKey = (instant: string): string => {
  const date = new Date(instant)
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
}

/** `Monday, 23 November 2026 at 14:05`, for tooltips. */
export const exactTime = (instant: string): string => exact.format(new Date(instant))

/** `3 Nov 2026`. */
export const dateOf = (instant: string): string => fullDate.format(new Date(instant))

/** `Tue 14:05` within a week, else `3 Nov, 14:05`. */
export function soonTime(instant: string, now = new Date()): string {
  const date = new Date(instant)
  const days = Math.abs(daysApart(now, date))
  if (days === 0) return clock.format(date)
  return days < 7
    ? `${weekday.format(date)} ${clock.format(date)}`
    : `${dayMonth.format(date)}, ${clock.format(date)}`
}

/** `5 minutes ago`, `in 2 hours`. */
export function relativeTime(instant: string, now = new Date()): string {
  const minutes = Math.round((new Date(instant).getTime() - now.getTime()) / MINUTE_MS)
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute')
  const hours = Math.round(minutes / 60)
  if (Math.abs(hours) < 24) return relative.format(hours, 'hour')
  return relative.format(Math.round(hours / 24), 'day')
}
