import { SPAN_KINDS, type SpanKind, type TextSpan } from './text-spans.ts'

/** The most spans of one message. What goes beyond is shown as the plain text it is. */
export const MOST_SPANS = 500

/** The longest address of a link, in UTF-16 units. */
export const LINK_LENGTH = 2_000

const SAFE_LINK = /^(?:https?:\/\/[^\s/]|mailto:[^\s]|tel:[^\s])\S*$/i
const KINDS: ReadonlySet<unknown> = new Set(SPAN_KINDS)

/** Whether an address may be put behind a link: `http`, `https`, `mailto` and `tel` only, without white space. */
export function isSafeLink(url: string): boolean {
  return url.length <= LINK_LENGTH && SAFE_LINK.test(url)
}

/**
 * Of what a platform says of a text's formatting, what can be shown: spans of known kinds inside the text, sorted,
 * the outer before the inner, none overlapping another in part, none through the middle of a character, links with
 * safe addresses only. Pure and total: anything else is left out, and the text stands as it is.
 */
export function fitSpans(spans: readonly TextSpan[], text: string): readonly TextSpan[] {
  const fit = spans.flatMap((span) => fitSpan(span, text) ?? [])
  fit.sort((a, b) => a.offset - b.offset || b.length - a.length)
  const kept: TextSpan[] = []
  const open: number[] = []
  for (const span of fit) {
    while ((open.at(-1) ?? Number.POSITIVE_INFINITY) <= span.offset) open.pop()
    const end = span.offset + span.length
    if (end > (open.at(-1) ?? Number.POSITIVE_INFINITY)) continue
    open.push(end)
    kept.push(span)
    if (kept.length === MOST_SPANS) break
  }
  return kept
}

function fitSpan({ kind, offset, length, url }: TextSpan, text: string): TextSpan | undefined {
  if (!isKind(kind) || !Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) return undefined
  if (offset < 0 || length < 1 || offset + length > text.length) return undefined
  if (splitsCharacter(text, offset) || splitsCharacter(text, offset + length)) return undefined
  if (kind !== 'link') return { kind, offset, length }
  return typeof url === 'string' && isSafeLink(url) ? { kind, offset, length, url } : undefined
}

const isKind = (kind: unknown): kind is SpanKind => KINDS.has(kind)

function splitsCharacter(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  const after = text.charCodeAt(at)
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff
}
