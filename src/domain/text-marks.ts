import type { SpanKind, TextSpan } from './text-spans.ts'

/** A text without its marks, and what they set apart. */
export interface MarkedText {
  readonly text: string
  readonly spans: readonly TextSpan[]
}

/** A stretch of the text as it was typed; `end` is behind its last character. */
interface Stretch {
  readonly kind: SpanKind
  readonly start: number
  readonly end: number
}

interface Reading {
  readonly text: string
  /** 1 for each character that is a mark. */
  readonly marks: Uint8Array
  readonly stretches: Stretch[]
}

const KINDS: Readonly<Record<string, SpanKind>> = { '*': 'bold', _: 'italic', '~': 'strike' }
const FENCE = '```'
/** What a backslash takes the meaning from. */
const ESCAPABLE = '\\*_~`>'
/** What stands beside a mark is no word, so that `snake_case`, `2*3*4` and addresses stay as they are. */
const WORDLIKE = /[\p{L}\p{N}@#%&=+$\\]/u
const SPACE = /\s/u
const ADDRESS = /(?:https?:\/\/|mailto:|www\.)\S*/iuy

/**
 * Reads the marks that people type: `*bold*`, `_italic_`, `~strike~`, `` `code` ``, lines between ```` ``` ````, and
 * `> ` before lines that are quoted. A mark stands at the edge of a word, is single, and ends on its own line; a
 * backslash before it takes its meaning; in code nothing has any. Whatever is no such mark stays as it was typed.
 * Total, in linear time; a text without marks and backslashes comes back as it is.
 */
export function readMarks(text: string): MarkedText {
  const reading: Reading = { text, marks: new Uint8Array(text.length), stretches: [] }
  readLines(reading)
  return withoutMarks(reading)
}

function readLines(reading: Reading): void {
  const { text } = reading
  let fences = text.includes(FENCE)
  let quoteStart: number | undefined
  let at = 0
  while (at <= text.length) {
    const end = lineEnd(text, at)
    if (fences && text.startsWith(FENCE, at)) {
      const close = closingFence(text, at + FENCE.length)
      if (close === undefined) fences = false
      else if (readBlock(reading, at, close)) {
        quoteStart = endQuote(reading, quoteStart, at)
        at = lineEnd(text, close) + 1
        continue
      }
    }
    const prefix = quotePrefix(text, at, end)
    if (prefix === 0) quoteStart = endQuote(reading, quoteStart, at)
    else quoteStart ??= at
    reading.marks.fill(1, at, at + prefix)
    readLine(reading, at + prefix, end)
    at = end + 1
  }
  endQuote(reading, quoteStart, at)
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

/** How much of a line says that it is quoted. */
function quotePrefix(text: string, at: number, end: number): number {
  if (text[at] !== '>') return 0
  if (at + 1 === end) return 1
  return text[at + 1] === ' ' ? 2 : 0
}

/** @param at where the first line begins that is not quoted any more */
function endQuote({ stretches }: Reading, start: number | undefined, at: number): undefined {
  if (start !== undefined) stretches.push({ kind: 'quote', start, end: at - 1 })
  return undefined
}

/** The next fence behind which nothing stands on its line. */
function closingFence(text: string, from: number): number | undefined {
  for (let at = text.indexOf(FENCE, from); at !== -1; at = text.indexOf(FENCE, at + 1)) {
    let rest = at + FENCE.length
    while (text[rest] === ' ' || text[rest] === '\t' || text[rest] === '\r') rest += 1
    if (rest === text.length || text[rest] === '\n') return at
  }
  return undefined
}

/** @returns whether there is anything between the fences */
function readBlock({ text, marks, stretches }: Reading, open: number, close: number): boolean {
  let start = open + FENCE.length
  const firstEnd = Math.min(lineEnd(text, start), close)
  if (firstEnd < close && text.slice(start, firstEnd).trim() === '') start = firstEnd + 1
  let end = close
  if (end > start && text[end - 1] === '\n') end -= 1
  if (end <= start || text.slice(start, end).trim() === '') return false
  marks.fill(1, open, start)
  marks.fill(1, end, lineEnd(text, close))
  stretches.push({ kind: 'code-block', start: open, end })
  return true
}

/** Reads what stands within one line. Each kind is open once at most, so what is open is a list of three at most. */
function readLine(reading: Reading, from: number, end: number): void {
  const { text, marks, stretches } = reading
  const closers = codeClosers(text, from, end)
  let open: { readonly mark: string; readonly at: number }[] = []
  let at = from
  while (at < end) {
    const mark = text[at] ?? ''
    if (mark === '\\' && at + 1 < end && ESCAPABLE.includes(text[at + 1] ?? ' ')) {
      marks[at] = 1
      at = endOfRun(text, at + 1, end, text[at + 1] === '`' ? '`' : '')
    } else if (mark === '`') {
      at = readCode(reading, at, from, end, closers)
    } else if (mark in KINDS && Object.hasOwn(KINDS, mark)) {
      const next = endOfRun(text, at, end, mark)
      if (next === at + 1) open = readMark(mark, at, open)
      at = next
    } else {
      at = endOfAddress(text, at, from, end) ?? at + 1
    }
  }

  function readMark(mark: string, place: number, opened: typeof open): typeof open {
    const index = opened.findIndex((one) => one.mark === mark)
    const opener = opened[index]
    const before = place > from ? text[place - 1] : undefined
    const after = place + 1 < end ? text[place + 1] : undefined
    if (opener && before !== undefined && !SPACE.test(before) && isEdge(after)) {
      marks[opener.at] = 1
      marks[place] = 1
      stretches.push({ kind: KINDS[mark] ?? 'bold', start: opener.at, end: place })
      return opened.slice(0, index)
    }
    if (after === undefined || SPACE.test(after) || !isEdge(before)) return opened
    return [...opened.filter((one) => one !== opener), { mark, at: place }]
  }
}

const isEdge = (character: string | undefined): boolean =>
  character === undefined || !WORDLIKE.test(character)

/** Behind a run of one character; behind the first character where `mark` is not what stands there. */
function endOfRun(text: string, from: number, end: number, mark: string): number {
  let at = from + 1
  while (mark !== '' && at < end && text[at] === mark) at += 1
  return at
}

/** For each run of backticks the next one of the same length that may end what it begins. */
function codeClosers(text: string, from: number, end: number): ReadonlyMap<number, number> {
  const runs: { readonly at: number; readonly length: number }[] = []
  for (let at = text.indexOf('`', from); at !== -1 && at < end; ) {
    const behind = endOfRun(text, at, end, '`')
    runs.push({ at, length: behind - at })
    at = text.indexOf('`', behind)
  }
  const next = new Map<number, number>()
  const closers = new Map<number, number>()
  for (const { at, length } of runs.reverse()) {
    const closer = next.get(length)
    if (closer !== undefined) closers.set(at, closer)
    if (isEdge(at + length < end ? text[at + length] : undefined)) next.set(length, at)
  }
  return closers
}

/** @returns where to read on: behind the code, or behind backticks that begin none */
function readCode(
  { text, marks, stretches }: Reading,
  at: number,
  from: number,
  end: number,
  closers: ReadonlyMap<number, number>,
): number {
  const start = endOfRun(text, at, end, '`')
  const close = closers.get(at)
  if (close === undefined || !isEdge(at > from ? text[at - 1] : undefined)) return start
  if (text.slice(start, close).trim() === '') return start
  const length = start - at
  marks.fill(1, at, start)
  marks.fill(1, close, close + length)
  stretches.push({ kind: 'code', start: at, end: close })
  return close + length
}

/** Behind an address that begins here, without the marks around it; undefined where none begins. */
function endOfAddress(text: string, at: number, from: number, end: number): number | undefined {
  if (!'hHmMwW'.includes(text[at] ?? ' ') || (at > from && !isEdge(text[at - 1]))) return undefined
  ADDRESS.lastIndex = at
  if (!ADDRESS.test(text)) return undefined
  let last = Math.min(ADDRESS.lastIndex, end)
  while (last > at && '*_~`.,;:!?)'.includes(text[last - 1] ?? ' ')) last -= 1
  return last > at ? last : undefined
}

/** Takes the marks out and says where the stretches are then. */
function withoutMarks({ text, marks, stretches }: Reading): MarkedText {
  const places = new Uint32Array(text.length + 1)
  const kept: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at += 1) {
    places[at + 1] = (places[at] ?? 0) + (marks[at] === 1 ? 0 : 1)
    if (marks[at] !== 1) continue
    if (from < at) kept.push(text.slice(from, at))
    from = at + 1
  }
  kept.push(text.slice(from))
  const spans = stretches
    .sort((one, other) => one.start - other.start || other.end - one.end)
    .flatMap(({ kind, start, end }): TextSpan[] => {
      const offset = places[start] ?? 0
      const length = (places[Math.min(end, text.length)] ?? 0) - offset
      return length > 0 ? [{ kind, offset, length }] : []
    })
  return { text: kept.join(''), spans }
}
