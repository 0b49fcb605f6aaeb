/** Our text as mrkdwn: for notifications, and beside files, where Slack takes no blocks. */
import type { SpanKind, TextSpan } from '../../../src/domain/text-spans.ts'
import { JOINER } from './mrkdwn-atoms.ts'
import { isLinkable, type SpannedText } from './spanned-text.ts'

const SIGNS: Partial<Record<SpanKind, string>> = { bold: '*', italic: '_', strike: '~', code: '`' }

/** @returns the text with markup for what the spans say, and everything else kept from being any */
export function writeMrkdwn({ text, spans }: SpannedText): string {
  let written = ''
  let at = 0
  for (const block of blocksOf(spans)) {
    if (block.offset < at) continue
    written += plainLines(text, at, block.offset, spans)
    const end = block.offset + block.length
    written +=
      block.kind === 'quote'
        ? inline(
            text,
            block.offset,
            end,
            spans.filter((span) => span !== block),
          )
            .split('\n')
            .map((line) => `> ${line}`)
            .join('\n')
        : `\`\`\`\n${escaped(text.slice(block.offset, end)).replaceAll('```', `\`\`${JOINER}\``)}\n\`\`\``
    at = end
  }
  return written + plainLines(text, at, text.length, spans)
}

const BLOCKS: ReadonlySet<SpanKind> = new Set<SpanKind>(['quote', 'code-block'])

function blocksOf(spans: readonly TextSpan[]): readonly TextSpan[] {
  let end = 0
  return spans.filter(({ kind, offset, length }) => {
    if (!BLOCKS.has(kind) || offset < end) return false
    end = offset + length
    return true
  })
}

/** A line that begins with `>` would be a quotation, also as an entity. */
const plainLines = (text: string, from: number, to: number, spans: readonly TextSpan[]): string => {
  const written = inline(text, from, to, spans)
  const tied = written.replaceAll('\n&gt;', `\n${JOINER}&gt;`)
  return from === 0 && tied.startsWith('&gt;') ? JOINER + tied : tied
}

/** Outer before inner; what lies only partly in here is left plain. */
function inline(text: string, from: number, to: number, spans: readonly TextSpan[]): string {
  const here = spans.filter(
    ({ kind, offset, length }) => !BLOCKS.has(kind) && offset >= from && offset + length <= to,
  )
  let written = ''
  let at = from
  let index = 0
  while (index < here.length) {
    const span = here[index]
    if (span === undefined) break
    const end = span.offset + span.length
    const inner = here.slice(index + 1).filter(({ offset, length }) => offset + length <= end)
    written += tied(text.slice(at, span.offset))
    written += marked(text, span, inner)
    at = end
    index += 1 + inner.length
  }
  return written + tied(text.slice(at, to))
}

function marked(text: string, span: TextSpan, inner: readonly TextSpan[]): string {
  const { kind, offset, length, url } = span
  const end = offset + length
  const content = text.slice(offset, end)
  const sign = SIGNS[kind]
  if (kind === 'link' && url !== undefined && isLinkable(url) && !/[\n|]/.test(content)) {
    return `<${escaped(url).replaceAll('|', '%7C')}|${escaped(content)}>`
  }
  if (sign === undefined || !isMarkable(text, offset, end)) return inline(text, offset, end, inner)
  if (kind === 'code') {
    return content.includes('`') ? tied(content) : `\`${escaped(content)}\``
  }
  return `${sign}${inline(text, offset, end, inner)}${sign}`
}

/** Marks count at the edges of words only, around what begins and ends with no space, on one line. */
function isMarkable(text: string, offset: number, end: number): boolean {
  const content = text.slice(offset, end)
  if (/^\s|\s$|\n/.test(content)) return false
  return (
    !/[\p{L}\p{N}]$/u.test(text.slice(0, offset).slice(-2)) &&
    !/^[\p{L}\p{N}]/u.test(text.slice(end, end + 2))
  )
}

/** `&`, `<` and `>` are all that Slack asks for; a sign that could mark something is tied to what stands before it. */
const tied = (text: string): string => escaped(text).replace(/[*_~`]/g, (sign) => JOINER + sign)

/** Text in which nothing is a reference or a command. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
