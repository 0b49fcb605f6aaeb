/** Property tags to values: texts in Unicode as texts, everything else as the bytes of its first value. */
export type TnefProperties = ReadonlyMap<number, Uint8Array | string>

const MULTIPLE = 0x1000
const STRING8 = 0x1e
const UNICODE = 0x1f
const BINARY = 0x102
const OBJECT = 0x0d
/** Sizes of the values that have one, padded to four bytes (MS-OXCDATA 2.11.1). */
const SIZES: Readonly<Record<number, number>> = {
  0x02: 4,
  0x03: 4,
  0x04: 4,
  0x05: 8,
  0x06: 8,
  0x07: 8,
  0x0a: 4,
  0x0b: 4,
  0x14: 8,
  0x40: 8,
  0x48: 16,
}
const FIRST_NAMED = 0x8000
const MAX_PROPERTIES = 5_000

/** Reads the MAPI properties of a TNEF attribute. What is cut off ends the reading; what was read stays. */
export function readProperties(data: Uint8Array): TnefProperties {
  const found = new Map<number, Uint8Array | string>()
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  let at = 0
  const number = (): number => {
    if (at + 4 > data.length) throw new RangeError('cut off')
    at += 4
    return view.getUint32(at - 4, true)
  }
  const take = (length: number): Uint8Array => {
    if (at + length > data.length) throw new RangeError('cut off')
    at += length + ((4 - (length % 4)) % 4)
    return data.subarray(at - length - ((4 - (length % 4)) % 4), at - ((4 - (length % 4)) % 4))
  }
  try {
    const count = Math.min(number(), MAX_PROPERTIES)
    for (let property = 0; property < count; property += 1) {
      const tag = number()
      const type = tag & 0xffff
      const id = tag >>> 16
      if (id >= FIRST_NAMED) skipName(number, take)
      const value = readValue(type, number, take)
      // A named property has a number that means something only beside its name.
      if (value !== undefined && id < FIRST_NAMED && !found.has(id)) found.set(id, value)
    }
  } catch {
    return found
  }
  return found
}

function skipName(number: () => number, take: (length: number) => Uint8Array): void {
  take(16)
  if (number() === 0) number()
  else take(number())
}

function readValue(
  type: number,
  number: () => number,
  take: (length: number) => Uint8Array,
): Uint8Array | string | undefined {
  const kind = type & ~MULTIPLE
  const size = SIZES[kind]
  const variable = kind === STRING8 || kind === UNICODE || kind === BINARY || kind === OBJECT
  if (size === undefined && !variable) throw new RangeError('an unknown type')
  const values = variable || (type & MULTIPLE) !== 0 ? number() : 1
  let first: Uint8Array | undefined
  for (let at = 0; at < values; at += 1) {
    const bytes = take(size ?? number())
    first ??= bytes
  }
  if (first === undefined || kind === OBJECT) return undefined
  return kind === UNICODE ? Buffer.from(first).toString('utf16le').replaceAll('\0', '') : first
}
