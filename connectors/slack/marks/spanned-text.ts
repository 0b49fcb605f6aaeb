import type { SpanKind, TextSpan } from '../../../src/domain/text-spans.ts'

/** A text with its formatting beside it. */
export interface SpannedText {
  readonly text: string
  readonly spans: readonly TextSpan[]
}

/** Puts a formatted text together from the front to the back. */
export interface SpanWriter {
  write(text: string): void
  /** What `body` writes gets this formatting; nothing of it where nothing is written. */
  within(kind: SpanKind, body: () => void, url?: string): void
  /** Begins a new line unless one has begun. */
  freshLine(): void
  read(): SpannedText
}

/** Creates an empty text. */
export function createSpanWriter(): SpanWriter {
  let text = ''
  const spans: TextSpan[] = []
  return {
    write: (more) => {
      text += more
    },
    within(kind, body, url) {
      const offset = text.length
      body()
      const length = text.length - offset
      if (length > 0) spans.push({ kind, offset, length, ...(url !== undefined && { url }) })
    },
    freshLine() {
      if (text !== '' && !text.endsWith('\n')) text += '\n'
    },
    read: () => ({ text, spans: inOrder(spans.toReversed()) }),
  }
}

/** Sorted by offset, the longer before the shorter; of two alike the first stays in front. */
export const inOrder = (spans: readonly TextSpan[]): readonly TextSpan[] =>
  [...spans].sort((one, other) => one.offset - other.offset || other.length - one.length)

const LINKED = /^(?:https?:\/\/|mailto:|tel:)/i

/** Whether an address may be a link: nothing that runs. */
export const isLinkable = (url: string): boolean => LINKED.test(url)

/** The part of a text before `length`, with the spans that lie in it. */
export function trimmedEnd({ text, spans }: SpannedText): SpannedText {
  const shown = text.trimEnd()
  if (shown.length === text.length) return { text, spans }
  return { text: shown, spans: clipped(spans, 0, shown.length) }
}

/** Without the first `count` units. */
export const withoutStart = ({ text, spans }: SpannedText, count: number): SpannedText => ({
  text: text.slice(count),
  spans: clipped(spans, count, text.length),
})

function clipped(spans: readonly TextSpan[], from: number, to: number): readonly TextSpan[] {
  return spans.flatMap((span) => {
    const begin = Math.max(span.offset, from)
    const end = Math.min(span.offset + span.length, to)
    return end > begin ? [{ ...span, offset: begin - from, length: end - begin }] : []
  })
}
