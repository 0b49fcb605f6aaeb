/** Bounds of what is checked: no letter that somebody wants read is beyond them. */
const MOST_HEADER_BYTES = 256_000
const MOST_FIELDS = 1000
/** The library joins folded lines in time that grows with the square of their number, all at one go. */
const MOST_HEADER_LINES = 3000
/** The fields that are taken apart, not only hashed. */
const MOST_FIELD_CHARS = 8000
const TAKEN_APART = ['from', 'content-type']
/** Standards allow 998. */
const LONGEST_LINE = 65_536
/** Each signature costs a hash over the whole letter. */
const MOST_SIGNATURES = 8

/**
 * The letter as it is checked: with as many signatures as are worth it. Without those that leave the letter's end
 * unsigned (`l=`), under which anybody may add what he likes, and without what forwarders vouch for (ARC), whom
 * nobody knows here. Undefined where checking it could cost more than it is worth.
 */
export function provableLetter(raw: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const end = endOfHeader(bytes)
  if (end === undefined || hasLongLine(bytes, end)) return undefined
  const head = bytes.subarray(0, end).toString('latin1')
  // As it does where many carriage returns stand together, which no letter needs.
  if (head.split('\n').length > MOST_HEADER_LINES || /[\r\n]{50}/.test(head)) return undefined
  const fields = head.split(/\n(?![ \t])/)
  if (fields.length > MOST_FIELDS) return undefined
  if (fields.some((field) => field.length > MOST_FIELD_CHARS && TAKEN_APART.includes(nameOf(field)))) {
    return undefined
  }
  let signatures = 0
  const kept = fields.filter((field) => {
    const name = nameOf(field)
    if (name.startsWith('arc-')) return false
    if (name !== 'dkim-signature') return true
    if (field.length > MOST_FIELD_CHARS || /[:;]\s{0,20}l\s{0,20}=/i.test(field)) return false
    signatures += 1
    return signatures <= MOST_SIGNATURES
  })
  if (kept.length === fields.length) return bytes
  return Buffer.concat([Buffer.from(kept.join('\n'), 'latin1'), bytes.subarray(end)])
}

function nameOf(field: string): string {
  return /^[!-9;-~]{1,76}(?=[ \t]{0,5}:)/.exec(field)?.[0].toLowerCase() ?? ''
}

/** Where the empty line behind the header block begins. */
function endOfHeader(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(10); at >= 0 && at < MOST_HEADER_BYTES; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10 || (bytes[at + 1] === 13 && bytes[at + 2] === 10)) return at
  }
  return undefined
}

function hasLongLine(bytes: Buffer, from: number): boolean {
  let last = from
  while (last < bytes.length) {
    const next = bytes.indexOf(10, last + 1)
    if ((next < 0 ? bytes.length : next) - last > LONGEST_LINE) return true
    if (next < 0) return false
    last = next
  }
  return false
}
