/** A usual time to be reminded at. */
export interface SnoozePreset {
  readonly name: 'hour' | 'evening' | 'tomorrow' | 'week'
  readonly at: Date
}

const HOUR_MS = 3_600_000
const MORNING = 9
const EVENING = 18

const onDay = (now: Date, days: number, hour: number): Date =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour)

/** The presets that lie in the future, soonest first, each time once. */
export function snoozePresets(now: Date): readonly SnoozePreset[] {
  const toMonday = ((8 - now.getDay()) % 7 || 7) as number
  const presets: readonly SnoozePreset[] = [
    { name: 'hour', at: new Date(now.getTime() + HOUR_MS) },
    { name: 'evening', at: onDay(now, 0, EVENING) },
    { name: 'tomorrow', at: onDay(now, 1, MORNING) },
    { name: 'week', at: onDay(now, toMonday, MORNING) },
  ]
  return presets.filter(
    ({ name, at }) => at.getTime() - now.getTime() >= HOUR_MS && !(name === 'week' && toMonday === 1),
  )
}
