/** Small checks of a JSON body, put together to larger ones. A field that is not listed is a fault. */

/** What is wrong with a body, and where. */
export interface Fault {
  /** Dotted, as `attachments.0.url`; empty = the body. */
  readonly field: string
  readonly detail: string
}

export type Fields = Readonly<Record<string, unknown>>
export type Check = (value: unknown, field: string) => Fault | undefined

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const optional =
  (check: Check): Check =>
  (value, field) =>
    value === undefined ? undefined : check(value, field)

/** @param least 1 unless it may be empty */
export function text(most: number, { least = 1, pattern, form = 'has a wrong form' }: TextRules = {}): Check {
  return (value, field) => {
    if (value === undefined) return { field, detail: 'is needed' }
    if (typeof value !== 'string') return { field, detail: 'must be a text' }
    if (value.length < least) return { field, detail: 'must not be empty' }
    if (value.length > most) return { field, detail: `may have ${most} characters at most` }
    if (value.includes('\u0000')) return { field, detail: 'must not hold a NUL character' }
    return pattern === undefined || pattern.test(value) ? undefined : { field, detail: form }
  }
}

interface TextRules {
  readonly least?: number
  readonly pattern?: RegExp
  /** What is wrong when the pattern does not fit. */
  readonly form?: string
}

export const flag: Check = (value, field) =>
  typeof value === 'boolean' ? undefined : { field, detail: 'must be true or false' }

export function oneOf(choices: readonly string[]): Check {
  const detail = `must be ${choices.map((choice) => `"${choice}"`).join(' or ')}`
  return (value, field) => (choices.includes(value as string) ? undefined : { field, detail })
}

export function number(least: number, most: number, whole = false): Check {
  const detail = `must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`
  return (value, field) => {
    const fits = typeof value === 'number' && value >= least && value <= most
    return fits && (!whole || Number.isInteger(value)) ? undefined : { field, detail }
  }
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/** An instant as ISO 8601 with its offset. */
export const instant: Check = (value, field) =>
  typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value))
    ? undefined
    : { field, detail: 'must be an instant such as 2026-11-23T12:00:00Z' }

export function list(item: Check, most: number, least = 0): Check {
  return (value, field) => {
    if (!Array.isArray(value) || value.length < least || value.length > most)
      return { field, detail: `must be a list of ${least} to ${most} entries` }
    for (const [index, entry] of value.entries()) {
      const fault = item(entry, `${field}.${index}`)
      if (fault !== undefined) return fault
    }
    return undefined
  }
}

export const object =
  (checks: ReadonlyMap<string, Check>): Check =>
  (value, field) => {
    if (value === undefined) return { field, detail: 'is needed' }
    return isObject(value) ? checkFields(value, checks, `${field}.`) : { field, detail: 'must be an object' }
  }

/** @param at what stands before the names of the fields */
export function checkFields(body: Fields, checks: ReadonlyMap<string, Check>, at = ''): Fault | undefined {
  for (const key of Object.keys(body)) {
    if (!checks.has(key)) return { field: `${at}${key.slice(0, 60)}`, detail: 'is not a field of this' }
  }
  for (const [key, check] of checks) {
    const fault = check(body[key], `${at}${key}`)
    if (fault !== undefined) return fault
  }
  return undefined
}
