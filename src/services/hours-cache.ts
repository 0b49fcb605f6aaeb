import { closedBy, type HoursState, hoursStateAt, type WorkingHours } from '../domain/routing/hours.ts'

const DAY_MS = 86_400_000
const MOST_KNOWN = 4_000

/**
 * How schedules stand, remembered until they open or close: working out when that is takes its time, and whole teams
 * share their hours. What closes them is told as of the instant that is asked for.
 */
export function createHoursCache(): (schedule: WorkingHours, nowMs: number) => HoursState {
  const known = new Map<string, { readonly fromMs: number; readonly state: HoursState }>()
  const keys = new WeakMap<WorkingHours, string>()
  return (schedule, nowMs) => {
    const key = keys.get(schedule) ?? JSON.stringify(schedule)
    keys.set(schedule, key)
    const found = known.get(key)
    const untilMs = found ? (found.state.untilMs ?? found.fromMs + DAY_MS) : 0
    if (found && nowMs >= found.fromMs && nowMs < untilMs) {
      return found.state.within ? found.state : { ...found.state, closedBy: closedBy(schedule, nowMs) }
    }
    if (known.size > MOST_KNOWN) known.clear()
    const state = hoursStateAt(schedule, nowMs)
    known.set(key, { fromMs: nowMs, state })
    return state
  }
}
