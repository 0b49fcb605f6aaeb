const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  formats.set(timeZone, made)
  return made
}

/** An instant as a field of date and time holds it, by the clock of a zone: `2026-11-23T14:05`. */
export function toLocalField(ms: number, timeZone: string): string {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  )
  return `${parts['year']?.padStart(4, '0')}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}`
}

/** The instant at which a clock of that zone shows this; in the hour that a clock skips, the instant after it. */
export function fromLocalField(field: string, timeZone: string): number | undefined {
  const wanted = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(field) ? Date.parse(`${field}:00Z`) : Number.NaN
  if (Number.isNaN(wanted)) return undefined
  let guess = wanted
  for (let round = 0; round < 2; round += 1) {
    guess += wanted - Date.parse(`${toLocalField(guess, timeZone)}:00Z`)
  }
  return guess
}

/** Whether this machine knows a zone of that name. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name)
    return true
  } catch {
    return false
  }
}

/** Every zone that this machine knows, and UTC. */
export const timeZones = (): readonly string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')]

/** The zone that this browser lives in. */
export const ownTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
