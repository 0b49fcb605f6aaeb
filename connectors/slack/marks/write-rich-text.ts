/** Our text as a block of the type `rich_text`: nothing in it is read as markup, so it arrives as it was written. */
import type { SpanKind, TextSpan } from '../../../src/domain/text-spans.ts'
import { isLinkable, type SpannedText } from './spanned-text.ts'
import { webAddresses } from './web-addresses.ts'

interface Style {
  bold?: true
  italic?: true
  strike?: true
  code?: true
}
type Inline =
  | { readonly type: 'text'; readonly text: string; readonly style?: Style }
  | { readonly type: 'link'; readonly url: string; readonly text?: string; readonly style?: Style }

/** One element of a `rich_text` block. */
export interface RichElement {
  readonly type: 'rich_text_section' | 'rich_text_quote' | 'rich_text_preformatted'
  readonly elements: readonly Inline[]
}

/** A block as Slack takes it. */
export interface RichTextBlock {
  readonly type: 'rich_text'
  readonly elements: readonly RichElement[]
}

const BLOCKS: ReadonlySet<SpanKind> = new Set<SpanKind>(['quote', 'code-block'])
const STYLE_OF: Partial<Record<SpanKind, keyof Style>> = {
  bold: 'bold',
  italic: 'italic',
  strike: 'strike',
  code: 'code',
  // Code inside a quotation: Slack has no block in a block.
  'code-block': 'code',
}

/** Writes a text as a block. What Slack cannot show, such as underlining, is left plain. */
export function writeRichText({ text, spans }: SpannedText): RichTextBlock {
  const elements: RichElement[] = []
  let at = 0
  const section = (to: number): void => {
    if (to > at) elements.push({ type: 'rich_text_section', elements: inline(text, at, to, spans, []) })
  }
  for (const block of outermost(spans)) {
    if (block.offset < at) continue
    section(block.offset)
    const end = block.offset + block.length
    elements.push(
      block.kind === 'quote'
        ? { type: 'rich_text_quote', elements: inline(text, block.offset, end, spans, [block]) }
        : {
            type: 'rich_text_preformatted',
            elements: [{ type: 'text', text: text.slice(block.offset, end) }],
          },
    )
    // A block ends its line by itself.
    at = text[end] === '\n' ? end + 1 : end
  }
  section(text.length)
  return { type: 'rich_text', elements }
}

function outermost(spans: readonly TextSpan[]): readonly TextSpan[] {
  let end = 0
  return spans.filter(({ kind, offset, length }) => {
    if (!BLOCKS.has(kind) || offset < end) return false
    end = offset + length
    return true
  })
}

function inline(
  text: string,
  from: number,
  to: number,
  spans: readonly TextSpan[],
  except: readonly TextSpan[],
): readonly Inline[] {
  const here = spans.filter(
    (span) => !except.includes(span) && span.offset < to && span.offset + span.length > from,
  )
  const edges = new Set([from, to])
  for (const { offset, length } of here)
    for (const edge of [offset, offset + length]) if (edge > from && edge < to) edges.add(edge)
  const cuts = [...edges].sort((one, other) => one - other)
  return cuts.slice(1).flatMap((end, index) => {
    const begin = cuts[index] ?? from
    return piece(
      text.slice(begin, end),
      here.filter(({ offset, length }) => offset <= begin && offset + length >= end),
    )
  })
}

function piece(text: string, spans: readonly TextSpan[]): readonly Inline[] {
  const style: Style = {}
  for (const { kind } of spans) {
    const name = STYLE_OF[kind]
    if (name !== undefined) style[name] = true
  }
  const styled = Object.keys(style).length > 0 ? { style } : {}
  const url = spans.find(({ kind }) => kind === 'link')?.url
  if (url !== undefined && isLinkable(url)) return [{ type: 'link', url, text, ...styled }]
  if (style.code) return [{ type: 'text', text, ...styled }]
  // Slack makes no links of addresses in a block by itself.
  return webAddresses(text).map((part) =>
    part.isAddress
      ? { type: 'link' as const, url: part.text, ...styled }
      : { type: 'text' as const, text: part.text, ...styled },
  )
}
