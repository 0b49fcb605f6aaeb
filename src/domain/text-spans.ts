/** How a stretch of a text is set apart. `quote` and `code-block` are whole lines; `mention` names somebody. */
export const SPAN_KINDS = [
  'bold',
  'italic',
  'underline',
  'strike',
  'code',
  'code-block',
  'quote',
  'spoiler',
  'link',
  'mention',
] as const
/** See {@link SPAN_KINDS}. */
export type SpanKind = (typeof SPAN_KINDS)[number]

/**
 * Formatting of a message beside its plain text, so that nothing of what people write can become markup. Spans are
 * sorted by offset, may lie inside each other and never overlap in part.
 */
export interface TextSpan {
  readonly kind: SpanKind
  /** In UTF-16 units. */
  readonly offset: number
  /** In UTF-16 units, at least 1. */
  readonly length: number
  /** Of a `link`: `http:`, `https:`, `mailto:` or `tel:` only. */
  readonly url?: string
}

/** The spans of the stretch from `from` to before `to`, counted from its beginning. What lies outside is cut off. */
export function sliceSpans(spans: readonly TextSpan[], from: number, to: number): readonly TextSpan[] {
  return spans.flatMap((span) => {
    const start = Math.max(span.offset, from)
    const end = Math.min(span.offset + span.length, to)
    return start < end ? [{ ...span, offset: start - from, length: end - start }] : []
  })
}
