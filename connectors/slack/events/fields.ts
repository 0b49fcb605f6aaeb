/** Reading what somebody else wrote: every field may be missing, or something else than agreed. */

/** An object of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>

/** @returns undefined unless it is an object */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

/** The object under a key. */
export const fieldsIn = (fields: Fields | undefined, key: string): Fields | undefined =>
  fieldsOf(own(fields, key))

/** The text under a key; undefined also where it is empty. */
export function textIn(fields: Fields | undefined, key: string): string | undefined {
  const value = own(fields, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The finite number under a key. */
export function numberIn(fields: Fields | undefined, key: string): number | undefined {
  const value = own(fields, key)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The objects of the list under a key; empty where there is none. */
export function listIn(fields: Fields | undefined, key: string): readonly Fields[] {
  const value = own(fields, key)
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown): readonly Fields[] => {
    const fields = fieldsOf(item)
    return fields === undefined ? [] : [fields]
  })
}

/** Whether it says `true` under a key. */
export const isTrueIn = (fields: Fields | undefined, key: string): boolean => own(fields, key) === true

function own(fields: Fields | undefined, key: string): unknown {
  return fields !== undefined && Object.hasOwn(fields, key) ? fields[key] : undefined
}

/** @returns undefined unless the bytes are a JSON object */
export function readJson(body: Uint8Array): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')))
  } catch {
    return undefined
  }
}
