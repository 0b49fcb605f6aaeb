import type { SpanKind, TextSpan } from '../../src/domain/text-spans.ts'

const KINDS: Readonly<Record<string, SpanKind>> = { '*': 'bold', _: 'italic', '~': 'strike', '`': 'code' }
const WORD = /[\p{L}\p{N}]/u
const SPACE = /\s/u

/** Longer texts are no messages of WhatsApp and stay as they are. */
const LONGEST = 10_000

interface Sink {
  text: string
  readonly spans: TextSpan[]
}

/** Takes WhatsApp's marks of formatting out of what a customer wrote. Pure and total. */
export function readMarks(source: string): { readonly text: string; readonly spans: readonly TextSpan[] } {
  if (source.length > LONGEST) return { text: source, spans: [] }
  const sink: Sink = { text: '', spans: [] }
  for (const [index, piece] of source.split('```').entries()) {
    const closes = index % 2 === 1 && index < source.split('```').length - 1
    if (closes && piece.trim() !== '') readBlock(piece, source, sink)
    else if (index % 2 === 1) {
      // A fence that is never closed, or holds nothing, means itself.
      sink.text += '```'
      readLines(piece, sink)
      if (closes) sink.text += '```'
    } else readLines(piece, sink)
  }
  const spans = sink.spans.toSorted((a, b) => a.offset - b.offset || b.length - a.length)
  return { text: sink.text, spans }
}

function readBlock(piece: string, source: string, sink: Sink): void {
  const offset = sink.text.length
  sink.text += piece
  const before = offset === 0 || sink.text[offset - 1] === '\n'
  const after = source.split(`\`\`\`${piece}\`\`\``)[1] ?? ''
  const wholeLines = before && (after === '' || after.startsWith('\n'))
  sink.spans.push({ kind: wholeLines ? 'code-block' : 'code', offset, length: piece.length })
}

function readLines(text: string, sink: Sink): void {
  let quoteAt: number | undefined
  const endQuote = (): void => {
    const end = sink.text.replace(/\n$/, '').length
    if (quoteAt !== undefined && end > quoteAt)
      sink.spans.push({ kind: 'quote', offset: quoteAt, length: end - quoteAt })
    quoteAt = undefined
  }
  for (const [index, line] of text.split('\n').entries()) {
    if (index > 0) sink.text += '\n'
    const isQuote = /^> ?\S/.test(line) && (index > 0 || sink.text === '')
    if (isQuote) quoteAt ??= sink.text.length
    else endQuote()
    readInline(isQuote ? line.replace(/^> ?/, '') : line, sink)
  }
  endQuote()
}

function readInline(line: string, sink: Sink, outer: ReadonlySet<string> = new Set()): void {
  const without = new Set(outer)
  for (let at = 0; at < line.length; ) {
    const mark = line[at] ?? ''
    const kind = KINDS[mark]
    const end = kind === undefined || without.has(mark) || !opens(line, at) ? -1 : closerOf(line, at)
    if (kind === undefined || end === -1) {
      // What has no partner here has none further on.
      if (kind !== undefined && opens(line, at)) without.add(mark)
      sink.text += mark
      at += 1
      continue
    }
    const offset = sink.text.length
    const inner = line.slice(at + 1, end)
    if (kind === 'code') sink.text += inner
    else readInline(inner, sink, new Set([...outer, mark]))
    sink.spans.push({ kind, offset, length: sink.text.length - offset })
    at = end + 1
  }
}

function opens(line: string, at: number): boolean {
  const [before = ' ', next = ' '] = [line[at - 1], line[at + 1]]
  return !WORD.test(before) && !SPACE.test(next) && next !== line[at]
}

function closerOf(line: string, from: number): number {
  const mark = line[from] ?? ''
  for (let at = line.indexOf(mark, from + 2); at !== -1; at = line.indexOf(mark, at + 1)) {
    if (!SPACE.test(line[at - 1] ?? ' ') && !WORD.test(line[at + 1] ?? ' ')) return at
  }
  return -1
}
