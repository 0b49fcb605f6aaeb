import { type HoursState, hoursStateAt, type WorkingHours } from './hours.ts'

/** An "online" that an agent chose while his hours were closed. */
export interface ChosenOutOfHours {
  /** What closed them then. */
  readonly closedBy: NonNullable<HoursState['closedBy']>
  /** When his hours open next, milliseconds since the epoch. */
  readonly untilMs: number
}

/** How long the choice holds at the most of an agent whose hours never open. */
const LONGEST_MS = 86_400_000

/** What is to be kept of an "online" that is chosen at an instant; undefined within working hours. */
export function choiceOutOfHours(schedule: WorkingHours, atMs: number): ChosenOutOfHours | undefined {
  const { closedBy, untilMs = atMs + LONGEST_MS } = hoursStateAt(schedule, atMs)
  return closedBy && { closedBy, untilMs }
}

/**
 * Whether an "online" chosen out of hours goes before the hours at an instant: only until they open again, and only
 * before what closed them then. A time off or a holiday that begins later holds.
 */
export function goesBeforeHours(
  chosen: ChosenOutOfHours | undefined,
  hours: HoursState | undefined,
  nowMs: number,
): boolean {
  return chosen !== undefined && nowMs < chosen.untilMs && hours?.closedBy === chosen.closedBy
}
