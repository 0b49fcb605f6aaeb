import type { SpanKind, TextSpan } from '../../src/domain/text-spans.ts'
import { type Json, numberIn, textIn } from './wire.ts'

const KINDS: Readonly<Record<string, SpanKind>> = {
  bold: 'bold',
  italic: 'italic',
  underline: 'underline',
  strikethrough: 'strike',
  spoiler: 'spoiler',
  code: 'code',
  pre: 'code-block',
  blockquote: 'quote',
  expandable_blockquote: 'quote',
  text_link: 'link',
  url: 'link',
  email: 'link',
  phone_number: 'link',
  mention: 'mention',
  text_mention: 'mention',
}

/** Of what `TextSpan.url` may be. */
const SAFE_LINK = /^(?:https?:|mailto:|tel:)/i
const WHOLE_LINES: ReadonlySet<SpanKind> = new Set(['quote', 'code-block'])

/** Telegram's entities as spans: in order, inside the text, none overlapping another in part. */
export function readSpans(text: string, entities: readonly Json[]): readonly TextSpan[] {
  const spans = entities.flatMap((entity): TextSpan[] => {
    const kind = Object.hasOwn(KINDS, textIn(entity, 'type')) ? KINDS[textIn(entity, 'type')] : undefined
    const [offset, length] = [numberIn(entity, 'offset'), numberIn(entity, 'length')]
    if (!kind || !Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) return []
    const from = Math.max(0, offset ?? 0)
    const to = Math.min(text.length, (offset ?? 0) + (length ?? 0))
    if (to <= from) return []
    const span = { kind, offset: from, length: to - from }
    if (kind === 'link') {
      const url = linkOf(entity, text.slice(from, to))
      return url === undefined ? [] : [{ ...span, url }]
    }
    return [WHOLE_LINES.has(kind) ? wholeLines(span, text) : span]
  })
  return nested(spans)
}

/** A plain address has no scheme, but people write them so. */
function linkOf(entity: Json, words: string): string | undefined {
  const url =
    textIn(entity, 'type') === 'text_link'
      ? textIn(entity, 'url')
      : textIn(entity, 'type') === 'email'
        ? `mailto:${words}`
        : textIn(entity, 'type') === 'phone_number'
          ? `tel:${words.replace(/[^+\d]/g, '')}`
          : /^[a-z][a-z\d+.-]*:\/\//i.test(words)
            ? words
            : `http://${words}`
  return SAFE_LINK.test(url) && URL.canParse(url) ? url : undefined
}

/** Quotations and blocks of code are lines; code within a line is code within a line. */
function wholeLines(span: TextSpan, text: string): TextSpan {
  const end = span.offset + span.length
  const from = text.lastIndexOf('\n', span.offset - 1) + 1
  const lastOfIt = text[end - 1] === '\n' ? end - 1 : end
  const nextBreak = text.indexOf('\n', lastOfIt)
  const to = Math.max(end, nextBreak < 0 ? text.length : nextBreak)
  if (from === span.offset && to === end) return span
  if (span.kind === 'code-block' && !text.slice(span.offset, end).includes('\n')) {
    return { ...span, kind: 'code' }
  }
  return { ...span, offset: from, length: to - from }
}

/**
 * Brings spans into order and cuts those that overlap in part, so that what is left lies beside or inside each other.
 * What sets the same words apart twice in the same way is left out.
 */
export function nested(spans: readonly TextSpan[]): readonly TextSpan[] {
  const waiting = [...spans].sort(byPlace)
  const done: TextSpan[] = []
  const open: TextSpan[] = []
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const span = next
    while (open.length > 0 && endOf(open.at(-1)) <= span.offset) open.pop()
    const end = Math.min(...open.map(endOf))
    if (endOf(span) > end) {
      const [head, tail] = [
        { ...span, length: end - span.offset },
        { ...span, offset: end, length: endOf(span) - end },
      ]
      waiting.push(head, tail)
      waiting.sort(byPlace)
      continue
    }
    if (open.some((around) => around.kind === span.kind)) continue
    open.push(span)
    done.push(span)
  }
  return done
}

const endOf = (span: TextSpan | undefined): number => (span ? span.offset + span.length : 0)
const byPlace = (one: TextSpan, other: TextSpan): number =>
  one.offset - other.offset ||
  other.length - one.length ||
  (one.kind < other.kind ? -1 : one.kind > other.kind ? 1 : 0)
