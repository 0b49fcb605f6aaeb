/** A stretch of a file, both ends included. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/**
 * What a `Range` header asks for (RFC 9110 §14.2): players ask so for the part that they are about to play.
 * @returns undefined where the whole file is the answer: no range, a unit that nobody knows, several ranges, nonsense;
 * `unsatisfiable` where the file has nothing of what is asked for
 */
export function rangeOf(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(' ', '') ?? '')
  if (!asked) return undefined
  const [, first = '', last = ''] = asked
  if (first === '' && last === '') return undefined
  if (first === '') {
    const from = Math.max(0, sizeBytes - Number(last))
    return from < sizeBytes ? { from, to: sizeBytes - 1 } : 'unsatisfiable'
  }
  if (last !== '' && Number(last) < Number(first)) return undefined
  const to = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  return Number(first) < sizeBytes ? { from: Number(first), to } : 'unsatisfiable'
}

/** Only that stretch of what comes; the source is left as soon as it is over. */
export async function* sliced(
  source: AsyncIterable<Uint8Array>,
  { from, to }: ByteRange,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const chunk of source) {
    const piece = chunk.subarray(Math.max(0, from - at), Math.max(0, to + 1 - at))
    if (piece.length > 0) yield piece
    at += chunk.length
    if (at > to) return
  }
}
