import type { HeaderLine } from '../read-mail.ts'

const DAY_MS = 86_400_000
/** Mail is not older than this. */
const EARLIEST_MS = Date.UTC(1982, 0, 1)
const WRITTEN =
  /(?:^|\s|,)(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s-]+(\d{2,4})[\s,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?\s*([+-]\d{4}|[+-]\d{2}:\d{2}|[a-z]{1,5})?/i
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const ISO = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?(?:Z|[+-]\d{2}:?\d{2})$/
const ZONES: Readonly<Record<string, number>> = {
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  cet: 1,
  cest: 2,
  bst: 1,
  jst: 9,
  msk: 3,
}

/**
 * When the sender says he wrote it, milliseconds since the epoch. What cannot be, a day after it was received or
 * before there was mail, becomes the instant of receipt. A date without a zone is taken as UTC, wherever this runs.
 */
export function sentAtOf(
  headers: readonly HeaderLine[],
  receivedAtMs: number | undefined,
): number | undefined {
  const written = parseDate(headers.find((line) => line.name === 'date')?.value ?? '')
  if (written === undefined || written < EARLIEST_MS) return receivedAtMs
  if (receivedAtMs !== undefined && written > receivedAtMs + DAY_MS) return receivedAtMs
  return written > Date.UTC(2100, 0, 1) ? receivedAtMs : written
}

function parseDate(value: string): number | undefined {
  const text = value.slice(0, 200)
  if (ISO.test(text.trim())) return valid(Date.parse(text.trim().replace(' ', 'T')))
  const match = WRITTEN.exec(text.replace(/\([^()]*\)/g, ' '))
  if (match === null) return undefined
  const [, day = '', name = '', year = '', hour = '', minute = '', second = '0', zone = ''] = match
  const month = MONTHS.indexOf(name.toLowerCase())
  if (month === -1) return undefined
  const instant = Date.UTC(
    fullYear(year),
    month,
    Number(day),
    Number(hour),
    Number(minute),
    Math.min(Number(second), 59),
  )
  return valid(instant - offsetMs(zone))
}

/** RFC 5322, 4.3: two digits below 50 are of this century, three are counted from 1900. */
function fullYear(year: string): number {
  const number = Number(year)
  if (year.length === 2) return number < 50 ? 2_000 + number : 1_900 + number
  return year.length === 3 ? 1_900 + number : number
}

function offsetMs(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)
  if (match === null) return (ZONES[zone.toLowerCase()] ?? 0) * 3_600_000
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return (match[1] === '-' ? -1 : 1) * minutes * 60_000
}

const valid = (instant: number): number | undefined => (Number.isFinite(instant) ? instant : undefined)
