import type { SpanKind, TextSpan } from '../../src/domain/text-spans.ts'
import { nested } from './read-spans.ts'

const TAGS: Readonly<Partial<Record<SpanKind, string>>> = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strike: 's',
  code: 'code',
  'code-block': 'pre',
  quote: 'blockquote',
  spoiler: 'tg-spoiler',
}
/** Nothing else may stand inside these (Bot API, "Formatting options"). */
const PLAIN_INSIDE: ReadonlySet<SpanKind> = new Set(['code', 'code-block'])

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/**
 * The spans that Telegram shows: code holds nothing, links lead to the web only. Names stay words, since Telegram
 * finds an @name by itself.
 */
export function shownSpans(spans: readonly TextSpan[], text: string): readonly TextSpan[] {
  const within = spans.filter(
    ({ kind, offset, length, url }) =>
      kind !== 'mention' &&
      offset >= 0 &&
      length > 0 &&
      offset + length <= text.length &&
      (kind !== 'link' || (/^https?:\/\//i.test(url ?? '') && URL.canParse(url ?? ''))),
  )
  const inOrder = nested(within)
  const code = inOrder.filter(({ kind }) => PLAIN_INSIDE.has(kind))
  return inOrder.filter((span) => !code.some((around) => around !== span && isInside(span, around, inOrder)))
}

/** Of two that set the same words apart the first in order is around the other. */
const isInside = (inner: TextSpan, outer: TextSpan, inOrder: readonly TextSpan[]): boolean =>
  outer.offset <= inner.offset &&
  outer.offset + outer.length >= inner.offset + inner.length &&
  inOrder.indexOf(outer) < inOrder.indexOf(inner)

/** Text and spans in Telegram's HTML; whatever people wrote is escaped. */
export function writeHtml(text: string, spans: readonly TextSpan[]): string {
  let html = ''
  let at = 0
  const open: { readonly end: number; readonly tag: string }[] = []
  const closeUntil = (place: number): void => {
    for (let last = open.at(-1); last && last.end <= place; last = open.at(-1)) {
      html += `${escaped(text.slice(at, last.end))}</${last.tag}>`
      at = last.end
      open.pop()
    }
  }
  for (const { kind, offset, length, url } of shownSpans(spans, text)) {
    closeUntil(offset)
    html += escaped(text.slice(at, offset))
    at = offset
    const tag = kind === 'link' ? 'a' : (TAGS[kind] ?? 'b')
    html += kind === 'link' ? `<a href="${escaped(url ?? '')}">` : `<${tag}>`
    open.push({ end: offset + length, tag })
  }
  closeUntil(text.length)
  return html + escaped(text.slice(at))
}
