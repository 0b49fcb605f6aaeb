import type { SpanKind, TextSpan } from '../../src/domain/text-spans.ts'

/** What WhatsApp takes in one message. */
export const TEXT_LIMIT = 1_600

const MARKS: Partial<Record<SpanKind, string>> = { bold: '*', italic: '_', strike: '~', code: '`' }
const WORD = /[\p{L}\p{N}]/u
/** Behind a mark it takes away the mark's effect, and nobody sees it. */
const INVISIBLE = '\u200b'

/**
 * A text as WhatsApp reads formatting: by marks in the text itself. What has no mark there stays plain, an address
 * behind a word is written after it, and marks that mean themselves are kept from forming pairs. Where the marks would
 * make the text too long it goes without: nothing is ever cut.
 */
export function writeMarks({
  text,
  spans = [],
}: {
  readonly text: string
  readonly spans?: readonly TextSpan[]
}): string {
  const inserts = new Map<number, string[]>()
  const insert = (at: number, mark: string, first = false): void => {
    const there = inserts.get(at) ?? []
    inserts.set(at, first ? [mark, ...there] : [...there, mark])
  }
  for (const at of literalMarks(text, spans)) insert(at + 1, INVISIBLE, true)
  // Inner spans end first, outer ones begin first.
  for (const piece of piecesOf(text, spans).toSorted((a, b) => b.start - a.start || a.end - b.end))
    insert(piece.end, piece.close)
  for (const piece of piecesOf(text, spans).toSorted((a, b) => a.start - b.start || b.end - a.end))
    insert(piece.start, piece.open)
  const written = applied(text, inserts)
  return written.length > TEXT_LIMIT ? text : written
}

interface Piece {
  readonly start: number
  readonly end: number
  readonly open: string
  readonly close: string
}

function piecesOf(text: string, spans: readonly TextSpan[]): readonly Piece[] {
  return spans.flatMap(({ kind, offset, length, url }): readonly Piece[] => {
    const end = Math.min(offset + length, text.length)
    const lines = linesWithin(text, offset, end)
    if (kind === 'quote') return lines.map((line) => ({ ...line, open: '> ', close: '' }))
    if (kind === 'code-block') return [{ start: offset, end, open: '```', close: '```' }]
    if (kind === 'link') {
      const shown = text.slice(offset, end)
      return url && url !== shown && url !== `https://${shown}`
        ? [{ start: offset, end, open: '', close: ` (${url})` }]
        : []
    }
    const mark = MARKS[kind]
    if (mark === undefined) return []
    return lines
      .map((line) => trimmed(text, line))
      .filter(({ start, end: last }) => last > start && standsFree(text, start, last))
      .map((line) => ({ ...line, open: mark, close: mark }))
  })
}

interface Stretch {
  readonly start: number
  readonly end: number
}

/** Marks work within one line. */
function linesWithin(text: string, start: number, end: number): readonly Stretch[] {
  const lines: Stretch[] = []
  for (let from = start; from < end; ) {
    const feed = text.indexOf('\n', from)
    const to = feed === -1 || feed > end ? end : feed
    lines.push({ start: from, end: to })
    from = to + 1
  }
  return lines
}

/** Marks must touch what they mark. */
function trimmed(text: string, { start, end }: Stretch): Stretch {
  const inner = text.slice(start, end)
  const lead = inner.length - inner.trimStart().length
  const tail = inner.length - inner.trimEnd().length
  return lead === inner.length ? { start, end: start } : { start: start + lead, end: end - tail }
}

const standsFree = (text: string, start: number, end: number): boolean =>
  !WORD.test(text[start - 1] ?? ' ') && !WORD.test(text[end] ?? ' ')

/** Marks in the text that WhatsApp would take for formatting: the first of each pair. */
function literalMarks(text: string, spans: readonly TextSpan[]): readonly number[] {
  const code = spans.filter(({ kind }) => kind === 'code' || kind === 'code-block')
  const found: number[] = []
  for (const match of text.matchAll(/(?<![\p{L}\p{N}])[*_~`](?=\S)/gu)) {
    const at = match.index
    if (code.some(({ offset, length }) => at >= offset && at < offset + length)) continue
    const [mark = ''] = match
    const feed = text.indexOf('\n', at)
    const rest = text.slice(at + 1, feed === -1 ? undefined : feed)
    if (rest.includes(mark)) found.push(at)
  }
  return found
}

function applied(text: string, inserts: ReadonlyMap<number, readonly string[]>): string {
  let written = ''
  let last = 0
  for (const [at, marks] of [...inserts].toSorted(([one], [other]) => one - other)) {
    written += text.slice(last, at) + marks.join('')
    last = at
  }
  return written + text.slice(last)
}
