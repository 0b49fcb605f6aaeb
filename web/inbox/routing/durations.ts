/** Units in which people say how long, the largest first. */
export const DURATION_UNITS = [
  { unit: 'days', ms: 86_400_000 },
  { unit: 'hours', ms: 3_600_000 },
  { unit: 'minutes', ms: 60_000 },
  { unit: 'seconds', ms: 1_000 },
] as const
/** A unit of time. */
export type DurationUnit = (typeof DURATION_UNITS)[number]['unit']

const SMALLEST = DURATION_UNITS[DURATION_UNITS.length - 1] ?? DURATION_UNITS[3]

/** A number of a unit. */
export interface Duration {
  readonly amount: number
  readonly unit: DurationUnit
}

/** Says milliseconds in the largest unit that needs no fraction. */
export function splitDuration(ms: number, fallback: DurationUnit = 'minutes'): Duration {
  if (ms <= 0) return { amount: 0, unit: fallback }
  const whole = DURATION_UNITS.find((unit) => ms % unit.ms === 0)
  return whole
    ? { amount: ms / whole.ms, unit: whole.unit }
    : { amount: ms / SMALLEST.ms, unit: SMALLEST.unit }
}

/** Milliseconds of a number of a unit. */
export function joinDuration({ amount, unit }: Duration): number {
  const of = DURATION_UNITS.find((candidate) => candidate.unit === unit) ?? SMALLEST
  return Math.round(amount * of.ms)
}

/** The two units that matter: `1 h 5 min`, `40 s`. */
export function shortDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

/** Counts up like a clock: `0:42`, `12:05`, `3:07:00`. */
export function clockOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor((seconds % 3_600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
