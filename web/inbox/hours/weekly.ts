import type { WeeklyHours } from '../../../src/domain/routing/hours.ts'

/** Minutes of a local day. */
export const DAY_MINUTES = 1_440
/** What one cell of the grid stands for. */
export const CELL_MINUTES = 30
/** Cells of a day. */
export const CELLS = DAY_MINUTES / CELL_MINUTES

/** Weekdays as they stand in the grid: Monday first, 0 = Sunday as everywhere else. */
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 0] as const

/** A part of a day, the end exclusive. */
export interface Span {
  readonly fromMinute: number
  readonly toMinute: number
}

/** The hours of one weekday, in order. */
export const spansOf = (weekly: readonly WeeklyHours[], weekday: number): readonly Span[] =>
  weekly
    .filter((entry) => entry.weekday === weekday)
    .map(({ fromMinute, toMinute }) => ({ fromMinute, toMinute }))
    .sort((one, other) => one.fromMinute - other.fromMinute)

/** Sorted, with neighbours and overlaps as one, and nothing empty. */
export function tidySpans(spans: readonly Span[]): readonly Span[] {
  const tidy: Span[] = []
  for (const span of [...spans].sort((one, other) => one.fromMinute - other.fromMinute)) {
    if (span.toMinute <= span.fromMinute) continue
    const last = tidy.at(-1)
    if (last && span.fromMinute <= last.toMinute) {
      tidy[tidy.length - 1] = { ...last, toMinute: Math.max(last.toMinute, span.toMinute) }
    } else {
      tidy.push(span)
    }
  }
  return tidy
}

/** The week with other hours on one day. */
export const withDay = (
  weekly: readonly WeeklyHours[],
  weekday: number,
  spans: readonly Span[],
): readonly WeeklyHours[] =>
  WEEKDAYS.flatMap((day) =>
    (day === weekday ? spans : spansOf(weekly, day)).map((span) => ({ weekday: day, ...span })),
  )

/** Adds a part of a day, or takes it away. */
export function paint(
  weekly: readonly WeeklyHours[],
  weekday: number,
  { fromMinute, toMinute }: Span,
  on: boolean,
): readonly WeeklyHours[] {
  const spans = spansOf(weekly, weekday)
  if (on) return withDay(weekly, weekday, tidySpans([...spans, { fromMinute, toMinute }]))
  const left = spans.flatMap((span) => [
    { fromMinute: span.fromMinute, toMinute: Math.min(span.toMinute, fromMinute) },
    { fromMinute: Math.max(span.fromMinute, toMinute), toMinute: span.toMinute },
  ])
  return withDay(weekly, weekday, tidySpans(left))
}

/** How much of a cell is worked. */
export function cellState(spans: readonly Span[], cell: number): 'full' | 'part' | 'none' {
  const from = cell * CELL_MINUTES
  const to = from + CELL_MINUTES
  let worked = 0
  for (const span of spans) {
    worked += Math.max(0, Math.min(to, span.toMinute) - Math.max(from, span.fromMinute))
  }
  return worked === 0 ? 'none' : worked >= CELL_MINUTES ? 'full' : 'part'
}

/** `09:30`; the end of the day is `24:00`. */
export const clockTime = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** Minutes of `09:30`; undefined when it is no time. */
export function minuteOf(time: string): number | undefined {
  const found = /^(\d{1,2}):(\d{2})$/.exec(time)
  if (!found) return undefined
  const minute = Number(found[1]) * 60 + Number(found[2])
  return Number(found[2]) < 60 && minute <= DAY_MINUTES ? minute : undefined
}

/** Hours worked in a week. */
export const weeklyMinutes = (weekly: readonly WeeklyHours[]): number =>
  weekly.reduce((sum, { fromMinute, toMinute }) => sum + toMinute - fromMinute, 0)
