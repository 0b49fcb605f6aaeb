import type { Capabilities } from '../../../src/domain/capabilities.ts'
import { isOneOf } from './content-types.ts'

const SEAMS = ['\n\n', '\n', '. ', ' '] as const

/**
 * How many messages a text and its files become, as the server plans it: `message-count.test.ts` compares the two. The
 * browser takes only types of the core.
 */
export function countMessages(
  typed: string,
  files: readonly CountedFile[],
  { text, attachments }: Pick<Capabilities, 'text' | 'attachments'>,
): number {
  const pieces = typed.trim() === '' ? [] : piecesOf(typed, text.maxLength)
  if (files.length === 0) return pieces.length
  const last = pieces.at(-1)
  const groups = groupsOf(files, attachments)
  const { maxTextLength = Number.POSITIVE_INFINITY, textWith = [] } = attachments
  const carried = groups[0]?.every(
    ({ contentType }) => textWith.length === 0 || isOneOf(textWith, contentType),
  )
  const goesAlong = last !== undefined && last.length <= maxTextLength && carried
  return pieces.length + groups.length - (goesAlong ? 1 : 0)
}

/** What counts of a file. */
export interface CountedFile {
  readonly sizeBytes: number
  /** Empty while it is not known. */
  readonly contentType: string
}

function groupsOf(
  files: readonly CountedFile[],
  { maxPerMessage, maxTotalBytes = Number.POSITIVE_INFINITY }: Capabilities['attachments'],
): readonly (readonly CountedFile[])[] {
  const groups: CountedFile[][] = []
  let bytes = 0
  for (const file of files) {
    const group = groups.at(-1)
    if (!group || group.length >= maxPerMessage || bytes + file.sizeBytes > maxTotalBytes) {
      groups.push([file])
      bytes = file.sizeBytes
    } else {
      group.push(file)
      bytes += file.sizeBytes
    }
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
