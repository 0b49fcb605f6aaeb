import type { SpanKind, TextSpan } from '../../../src/domain/text-spans.ts'

/** A text with its formatting as a tree: leaves hold the text, and joined they are all of it. */
export type SpanNode =
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | {
      readonly kind: SpanKind
      readonly at: number
      readonly url?: string
      readonly inside: readonly SpanNode[]
    }

const SAFE_ADDRESS = /^(?:https?|mailto|tel):/iu

interface Stretch {
  readonly from: number
  readonly to: number
  readonly span: TextSpan
}

/** Nothing that a sender wrote is believed: what reaches beyond the text or beyond its outer span is cut there. */
export function spanTree(text: string, spans: readonly TextSpan[]): readonly SpanNode[] {
  const stretches = spans
    .map((span): Stretch => {
      const from = Math.max(0, Math.trunc(span.offset))
      return { from, to: Math.min(text.length, Math.trunc(span.offset + span.length)), span }
    })
    .filter(({ from, to }) => from < to)
    .sort((one, other) => one.from - other.from || other.to - one.to)
  return inside(text, 0, text.length, stretches)
}

function inside(text: string, from: number, to: number, stretches: readonly Stretch[]): readonly SpanNode[] {
  const nodes: SpanNode[] = []
  let at = from
  let next = 0
  while (next < stretches.length) {
    const outer = stretches[next] as Stretch
    next += 1
    const start = Math.max(at, outer.from)
    const end = Math.min(to, outer.to)
    if (start >= end) continue
    if (start > at) nodes.push({ kind: 'text', text: text.slice(at, start), at })
    const within: Stretch[] = []
    while (next < stretches.length && (stretches[next] as Stretch).from < end) {
      within.push(stretches[next] as Stretch)
      next += 1
    }
    nodes.push(element(outer.span, start, inside(text, start, end, within)))
    // What begins within and ends beyond goes on behind it.
    const beyond = within.filter((one) => one.to > end).map((one) => ({ ...one, from: end }))
    if (beyond.length > 0) {
      nodes.push(...inside(text, end, to, [...beyond, ...stretches.slice(next)]))
      return nodes
    }
    at = end
  }
  if (at < to) nodes.push({ kind: 'text', text: text.slice(at, to), at })
  return nodes
}

function element({ kind, url }: TextSpan, at: number, content: readonly SpanNode[]): SpanNode {
  const safe = url !== undefined && SAFE_ADDRESS.test(url)
  return { kind, at, ...(safe ? { url } : {}), inside: content }
}

/** All text of a tree. */
export const textOf = (nodes: readonly SpanNode[]): string =>
  nodes.map((node) => (node.kind === 'text' ? node.text : textOf(node.inside))).join('')
