const DAY_MS = 86_400_000
/** Days kept for each zone before its memory is emptied. */
const MOST_DAYS = 2_000

interface Zone {
  readonly format: Intl.DateTimeFormat
  /** Offset at the beginning of each UTC day that was asked for, by the number of the day. */
  readonly atDayStart: Map<number, number>
}

/** Formats are costly to make and there are few zones; `undefined` = no such zone. */
const zones = new Map<string, Zone | undefined>()

function zoneOf(timeZone: string): Zone | undefined {
  if (zones.has(timeZone)) return zones.get(timeZone)
  const zone = openZone(timeZone)
  zones.set(timeZone, zone)
  return zone
}

function openZone(timeZone: string): Zone | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    return { format, atDayStart: new Map() }
  } catch {
    // RangeError is how Intl says that it does not know the zone.
    return undefined
  }
}

/** Whether a name is a time zone that this machine knows: an IANA name such as `Europe/Madrid`, or `UTC`. */
export function isTimeZone(timeZone: string): boolean {
  return timeZone !== '' && zoneOf(timeZone) !== undefined
}

/**
 * How far the local clock of a zone is ahead of UTC, milliseconds. A zone that is not known counts as UTC, so that a
 * schedule stored long ago never stops the router; `checkSchedule` keeps such zones from being saved.
 * @param atMs milliseconds since the epoch
 */
export function offsetAt(timeZone: string, atMs: number): number {
  const zone = zoneOf(timeZone)
  if (!zone) return 0
  const day = Math.floor(atMs / DAY_MS)
  const atStart = offsetAtDayStart(zone, day)
  if (atMs === day * DAY_MS) return atStart
  // Two changes within a day that undo each other do not happen; so equal ends mean one offset.
  return atStart === offsetAtDayStart(zone, day + 1) ? atStart : readOffset(zone, atMs)
}

function offsetAtDayStart(zone: Zone, day: number): number {
  const known = zone.atDayStart.get(day)
  if (known !== undefined) return known
  if (zone.atDayStart.size >= MOST_DAYS) zone.atDayStart.clear()
  const offset = readOffset(zone, day * DAY_MS)
  zone.atDayStart.set(day, offset)
  return offset
}

function readOffset({ format }: Zone, atMs: number): number {
  const secondMs = Math.floor(atMs / 1_000) * 1_000
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of format.formatToParts(secondMs)) parts[type] = Number(value)
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - secondMs
}
