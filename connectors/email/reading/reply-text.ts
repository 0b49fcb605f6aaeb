import { isDeviceLine } from './device-lines.ts'
import { withoutKnownQuotes } from './library-quotes.ts'
import { LIMITS } from './limits.ts'
import {
  isAttribution,
  isForwardRule,
  isSureAttribution,
  mayOpenAttribution,
  namesWriter,
  opensAttribution,
} from './quote-phrases.ts'
import { isLetterHead, quotedHeaderOf } from './quoted-headers.ts'

/** What a line is: the new text is told from quotations by the order of these. */
type Kind = 'empty' | 'text' | 'quote' | 'marker' | 'header' | 'rule' | 'device'

interface Line {
  readonly kind: Kind
  /** As written; several when a marker was broken over lines. */
  readonly text: string
}

const EMPTY = /^[\s\u00a0\u200b-\u200f\u1427\ufeff]*$/u
const QUOTE = /^\s{0,3}\p{Lu}{0,2}[>＞]/u
/** A second bar makes it a row of a table. */
const BAR = /^\s{0,3}\|(?:\s|$)(?!.*\|)/u
const RULE = /^\s{0,8}([-*#~=_+–—])\1+\s*$/u
/**
 * The rule that announces a signature (RFC 3676), and the one that some services draw above theirs. People draw all
 * others between two parts of their text.
 */
const SIGNATURE_RULE = /^\s*(?:--|_{2,})\s*$/
/** Longer blocks below such a rule are no signature. */
const SIGNATURE_LINES = 40
/** Text below a quotation that is longer than this was written for it. */
const AFTERWORD_LINES = 8
const RULES_SEARCHED = 100

/**
 * What is new in a letter's text: without the quotations that mail programs add, the lines that telephones add, and
 * the signature. Answers between quotations keep them, since they mean nothing alone. Where nothing would be left,
 * the whole is new.
 */
export function newTextOf(full: string): string {
  const all = full.replace(/\r\n?/g, '\n')
  if (EMPTY.test(all.slice(0, LIMITS.quoteSearch)) && all.length <= LIMITS.quoteSearch) return ''
  const searched = linesOf(all.slice(0, LIMITS.quoteSearch))
  const rest = all.slice(LIMITS.quoteSearch)
  const cut = cutQuoted(withoutSignature(withoutDevices(searched)))
  const ended = cut.length < searched.length
  const text = joined(cut) + (rest !== '' && !ended ? rest : '')
  const visible = trimmed(withoutKnownQuotes(text))
  return visible === '' ? trimmed(all) : visible
}

function linesOf(text: string): Line[] {
  const rows = text.split('\n')
  const lines: Line[] = []
  for (let at = 0; at < rows.length; at += 1) {
    const marker = markerAt(rows, at)
    if (marker > 0) {
      lines.push({ kind: 'marker', text: rows.slice(at, at + marker).join('\n') })
      at += marker - 1
    } else {
      const row = rows[at] ?? ''
      lines.push({ kind: kindOf(row), text: row })
    }
  }
  return lines
}

/** How many rows from here are one marker: programs break it wherever the line is full. */
function markerAt(rows: readonly string[], at: number): number {
  const row = rows[at] ?? ''
  if (EMPTY.test(row)) return 0
  if (QUOTE.test(row)) return row.startsWith('>>>') && isForwardRule(row) ? 1 : 0
  if (isForwardRule(row) || isMarker(row, rows, at + 1) || (namesWriter(row) && quoteFollows(rows, at + 1)))
    return 1
  if (isAttributionWithText(row)) return 1
  // A line that begins with an address has the name above it.
  const named = /^\s*[<(][^\s<>()]{1,320}@/u.test(rows[at + 1] ?? '') && row.length <= 80
  if (!named && !mayOpenAttribution(row)) return 0
  let text = row.trimEnd()
  for (let count = 2; count <= 4; count += 1) {
    const next = rows[at + count - 1]
    if (next === undefined || EMPTY.test(next) || QUOTE.test(next)) return 0
    // A header block is told by its names, and a second marker by itself.
    if (quotedHeaderOf(next) !== undefined || quotedHeaderOf(row) !== undefined || isForwardRule(next))
      return 0
    // What is an attribution by itself is joined only to a line that begins one, or to the name above an address.
    const whole = isAttribution(next) && (opensAttribution(next) || !opensAttribution(row))
    if (whole && !(count === 2 && named)) return 0
    text = `${text} ${next.trim()}`
    if (isMarker(text, rows, at + count)) return count
  }
  return 0
}

/** People write of what somebody wrote, too: only where a quotation follows is every such line a program's. */
const isMarker = (text: string, rows: readonly string[], next: number): boolean =>
  isAttribution(text) && (isSureAttribution(text) || quoteFollows(rows, next))

/** An attribution that the quotation follows on the same line, as some telephones write it. */
function isAttributionWithText(row: string): boolean {
  const end = row.indexOf(': ', 20)
  return (
    end !== -1 &&
    end < 300 &&
    opensAttribution(row) &&
    isAttribution(row.slice(0, end + 1)) &&
    row.includes('@')
  )
}

function quoteFollows(rows: readonly string[], at: number): boolean {
  const next = EMPTY.test(rows[at] ?? '') ? rows[at + 1] : rows[at]
  return next !== undefined && QUOTE.test(next)
}

function kindOf(row: string): Kind {
  if (EMPTY.test(row)) return 'empty'
  if (RULE.test(row)) return 'rule'
  if (QUOTE.test(row) || BAR.test(row)) return 'quote'
  if (isDeviceLine(row)) return 'device'
  return quotedHeaderOf(row) === undefined ? 'text' : 'header'
}

/** Without the lines of telephones where those are: at the end of what was written on them. */
function withoutDevices(lines: readonly Line[]): readonly Line[] {
  let followed: Kind | undefined
  return lines
    .toReversed()
    .flatMap((line): Line[] => {
      const kind = line.kind === 'device' && followed === 'text' ? 'text' : line.kind
      if (kind === 'device') return []
      if (kind !== 'empty') followed = kind
      return [{ ...line, kind }]
    })
    .reverse()
}

/** Everything below the first rule, when what is above it is text and what is below it looks like no letter. */
function withoutSignature(lines: readonly Line[]): readonly Line[] {
  const firstText = lines.findIndex(({ kind }) => kind === 'text')
  const rules = lines.flatMap(({ kind, text }, at) =>
    kind === 'rule' && SIGNATURE_RULE.test(text) && firstText !== -1 && at > firstText ? [at] : [],
  )
  const found = rules.slice(0, RULES_SEARCHED).find((at) => {
    const below = lines.slice(at + 1)
    const end = below.findIndex(({ kind }) => kind === 'marker' || kind === 'header' || kind === 'quote')
    if (countText(end === -1 ? below : below.slice(0, end)) > SIGNATURE_LINES) return false
    // Answers between quotations go on below a rule; a signature ends the letter.
    const quote = below.findIndex(({ kind }) => kind === 'quote')
    return quote === -1 || !hasText(below.slice(quote))
  })
  return found === undefined ? lines : lines.slice(0, found)
}

function cutQuoted(lines: readonly Line[]): readonly Line[] {
  const first = lines.findIndex(({ kind }, at) => kind === 'marker' && hasText(lines.slice(0, at)))
  if (first !== -1 && quotesToTheEnd(lines, first)) return withoutTail(lines.slice(0, first))
  const opened = withoutOpening(lines)
  const kept = withoutHeaderBlocks(opened.filter(({ kind }) => kind !== 'marker'))
  return withoutTail(kept)
}

/** From a marker on: everything is quoted, or what follows the quotation is no answer to it. */
function quotesToTheEnd(lines: readonly Line[], marker: number): boolean {
  const after = lines.slice(marker + 1)
  const lastQuote = after.findLastIndex(({ kind }) => kind === 'quote')
  if (lastQuote === -1) return true
  const firstText = after.findIndex(({ kind }) => kind === 'text')
  if (firstText === -1) return true
  if (firstText < lastQuote) return after.findIndex(({ kind }) => kind === 'quote') > firstText
  return !isGreeting(lines.slice(0, marker)) && countText(after.slice(lastQuote)) <= AFTERWORD_LINES
}

function isGreeting(lines: readonly Line[]): boolean {
  const texts = lines.filter(({ kind }) => kind === 'text')
  return (
    texts.length === 1 &&
    (texts[0]?.text.trim().length ?? 0) <= 40 &&
    /[,!:]$/u.test(texts[0]?.text.trim() ?? '')
  )
}

/** A letter that opens with one whole quotation and answers below: the quotation is known. */
function withoutOpening(lines: readonly Line[]): readonly Line[] {
  const marker = lines.findIndex(({ kind }) => kind !== 'empty')
  if (lines[marker]?.kind !== 'marker') return lines
  const after = lines.slice(marker + 1)
  const answer = after.findIndex(({ kind }) => kind === 'text')
  const quoted = after.slice(0, Math.max(answer, 0))
  const rest = after.slice(Math.max(answer, 0))
  const whole =
    quoted.some(({ kind }) => kind === 'quote') &&
    !rest.some(({ kind }) => kind === 'quote' || kind === 'marker')
  return whole ? rest : lines
}

/** The head of a letter: what follows is quoted, or the whole letter is a forwarded one. */
function withoutHeaderBlocks(lines: readonly Line[]): readonly Line[] {
  for (let at = 0; at < lines.length; at += 1) {
    if (lines[at]?.kind !== 'header') continue
    const { length, isHead } = headerBlockAt(lines, at)
    if (isHead) return hasText(lines.slice(0, at)) ? lines.slice(0, at) : lines.slice(at + length)
    at += length - 1
  }
  return lines
}

/** Header lines together, with what may stand between them. */
function headerBlockAt(
  lines: readonly Line[],
  at: number,
): { readonly length: number; readonly isHead: boolean } {
  const headers: string[] = []
  let last = 0
  for (let offset = 0; offset < 30; offset += 1) {
    const { kind, text = '' } = lines[at + offset] ?? {}
    if (kind === 'header') {
      headers.push(text)
      last = offset
    } else if (kind === 'empty' || kind === undefined || kind === 'quote' || offset - last > 2) break
  }
  return { length: last + 1, isHead: isLetterHead(headers) }
}

function withoutTail(lines: readonly Line[]): readonly Line[] {
  if (!hasText(lines)) return lines
  const last = lines.findLastIndex(({ kind }) => kind !== 'quote' && kind !== 'empty' && kind !== 'rule')
  return lines.slice(0, last + 1)
}

const hasText = (lines: readonly Line[]): boolean => lines.some(({ kind }) => kind === 'text')
const countText = (lines: readonly Line[]): number => lines.filter(({ kind }) => kind === 'text').length
const joined = (lines: readonly Line[]): string => lines.map(({ text }) => text).join('\n')

/** Without empty lines around it; the indentation of the first line stays, since it may be a list or code. */
function trimmed(text: string): string {
  return text.replace(/^(?:[\s\u1427\u200b\ufeff]*\n)+/u, '').trimEnd()
}
