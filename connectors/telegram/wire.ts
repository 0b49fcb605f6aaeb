/** What an update holds, read with distrust: every member may be missing or of another kind. */

/** Something that was JSON. */
export type Json = Readonly<Record<string, unknown>>

/** The object, or an empty one. */
export const objectIn = (parent: Json, key: string): Json | undefined => asObject(parent[key])

export const asObject = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined

export const listIn = (parent: Json, key: string): readonly Json[] => {
  const value = parent[key]
  return Array.isArray(value) ? objectsOf(value) : []
}

/** The objects of a list; what is none is left out. */
export const objectsOf = (list: readonly unknown[]): readonly Json[] =>
  list.map(asObject).filter((one) => one !== undefined)

/** Text without what no text may hold; empty where there is none. */
export const textIn = (parent: Json, key: string): string => {
  const value = parent[key]
  return typeof value === 'string' ? value : ''
}

export const numberIn = (parent: Json, key: string): number | undefined => {
  const value = parent[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** An id as text; empty where there is none that is exact. */
export const idIn = (parent: Json, key: string): string => {
  const value = parent[key]
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : ''
}

/** Seconds since the epoch as milliseconds; undefined where nothing sensible stands. */
export const instantIn = (parent: Json, key: string): number | undefined => {
  const seconds = numberIn(parent, key)
  return seconds !== undefined && Number.isSafeInteger(seconds) && seconds > 0 && seconds < 1e11
    ? seconds * 1_000
    : undefined
}

/** The JSON object in a body, or undefined. */
export function readObject(body: Uint8Array): Json | undefined {
  try {
    return asObject(
      JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) as unknown,
    )
  } catch {
    return undefined
  }
}
