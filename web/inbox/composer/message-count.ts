import type { Capabilities } from '../../../src/domain/capabilities.ts'

const SEAMS = ['\n\n', '\n', '. ', ' '] as const

/**
 * How many messages a text and its files become, as the server plans it: `message-count.test.ts` compares the two. The
 * browser takes only types of the core.
 */
export function countMessages(
  typed: string,
  files: readonly { readonly sizeBytes: number }[],
  { text, attachments }: Pick<Capabilities, 'text' | 'attachments'>,
): number {
  const pieces = typed.trim() === '' ? [] : piecesOf(typed, text.maxLength)
  if (files.length === 0) return pieces.length
  const last = pieces.at(-1)
  const goesAlong =
    last !== undefined && last.length <= (attachments.maxTextLength ?? Number.POSITIVE_INFINITY)
  return pieces.length + groupsOf(files, attachments) - (goesAlong ? 1 : 0)
}

function groupsOf(
  files: readonly { readonly sizeBytes: number }[],
  { maxPerMessage, maxTotalBytes = Number.POSITIVE_INFINITY }: Capabilities['attachments'],
): number {
  let groups = 0
  let count = 0
  let bytes = 0
  for (const { sizeBytes } of files) {
    if (groups === 0 || count >= maxPerMessage || bytes + sizeBytes > maxTotalBytes) {
      groups += 1
      count = 0
      bytes = 0
    }
    count += 1
    bytes += sizeBytes
  }
  return groups
}

/** Cut at the best seam in the last half of each piece: paragraph, line, sentence, word. */
function piecesOf(text: string, limit: number): readonly string[] {
  const pieces: string[] = []
  let rest = text
  while (rest.length > limit) {
    const cut = seamOf(rest, limit)
    pieces.push(rest.slice(0, cut).trimEnd())
    rest = rest.slice(cut).trimStart()
  }
  return [...pieces, rest].filter((piece) => piece.trim() !== '')
}

function seamOf(text: string, limit: number): number {
  const window = text.slice(0, limit)
  for (const mark of SEAMS) {
    const at = window.lastIndexOf(mark)
    if (at >= Math.floor(limit / 2)) return at + mark.length
  }
  const last = text.charCodeAt(limit - 1)
  return last >= 0xd800 && last <= 0xdbff && limit > 1 ? limit - 1 : limit
}
