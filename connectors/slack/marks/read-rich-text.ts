/** Formatted text as Slack's own clients write it: blocks of the type `rich_text`. */
import type { SpanKind } from '../../../src/domain/text-spans.ts'
import { type Fields, fieldsIn, isTrueIn, listIn, numberIn, textIn } from '../events/fields.ts'
import { emojiOf, emojiOfCodePoints } from './emoji.ts'
import { type NameOf, namedUser } from './names.ts'
import { createSpanWriter, isLinkable, type SpannedText, type SpanWriter } from './spanned-text.ts'

/** From the outside to the inside. */
const STYLES = ['bold', 'italic', 'strike', 'code'] as const
const DEEPEST_INDENT = 8

/** @returns undefined where no block is one, or one holds what is not known here: then the plain field says it */
export function readRichText(blocks: readonly Fields[], nameOf: NameOf): SpannedText | undefined {
  const rich = blocks.filter((block) => textIn(block, 'type') === 'rich_text')
  if (rich.length === 0 || rich.length < blocks.length) return undefined
  const writer = createSpanWriter()
  for (const element of rich.flatMap((block) => listIn(block, 'elements'))) {
    writer.freshLine()
    if (!writeBlock(element, writer, nameOf)) return undefined
  }
  return writer.read()
}

function writeBlock(element: Fields, writer: SpanWriter, nameOf: NameOf): boolean {
  const inner = listIn(element, 'elements')
  switch (textIn(element, 'type')) {
    case 'rich_text_section':
      return writeInline(inner, STYLES, writer, nameOf)
    case 'rich_text_quote':
      return within('quote', () => writeInline(inner, STYLES, writer, nameOf), writer)
    case 'rich_text_preformatted':
      return within('code-block', () => writeInline(inner, [], writer, nameOf), writer)
    case 'rich_text_list':
      return writeList(element, inner, writer, nameOf)
    default:
      return false
  }
}

function within(kind: SpanKind, body: () => boolean, writer: SpanWriter): boolean {
  let understood = true
  writer.within(kind, () => {
    understood = body()
  })
  return understood
}

function writeList(list: Fields, items: readonly Fields[], writer: SpanWriter, nameOf: NameOf): boolean {
  const indent = '    '.repeat(Math.min(Math.max(numberIn(list, 'indent') ?? 0, 0), DEEPEST_INDENT))
  const first = (numberIn(list, 'offset') ?? 0) + 1
  const ordered = textIn(list, 'style') === 'ordered'
  return items.every((item, index) => {
    writer.freshLine()
    writer.write(`${indent}${ordered ? `${first + index}.` : '•'} `)
    return writeInline(listIn(item, 'elements'), STYLES, writer, nameOf)
  })
}

/** Neighbours of one style share one span, so that spans lie inside each other and never overlap in part. */
function writeInline(
  elements: readonly Fields[],
  styles: readonly (typeof STYLES)[number][],
  writer: SpanWriter,
  nameOf: NameOf,
): boolean {
  const [style, ...inner] = styles
  if (style === undefined) return elements.every((element) => writeElement(element, writer, nameOf))
  let from = 0
  let understood = true
  while (from < elements.length) {
    const isSo = hasStyle(elements[from], style)
    let to = from + 1
    while (to < elements.length && hasStyle(elements[to], style) === isSo) to += 1
    const group = elements.slice(from, to)
    const body = (): boolean => writeInline(group, inner, writer, nameOf)
    understood = (isSo ? within(style, body, writer) : body()) && understood
    from = to
  }
  return understood
}

const hasStyle = (element: Fields | undefined, style: string): boolean =>
  isTrueIn(fieldsIn(element, 'style'), style)

/** @returns false of what cannot be shown */
function writeElement(element: Fields, writer: SpanWriter, nameOf: NameOf): boolean {
  const text = textIn(element, 'text')
  switch (textIn(element, 'type')) {
    case 'text':
      writer.write(text ?? '')
      return true
    case 'link': {
      const url = textIn(element, 'url') ?? ''
      if (text === undefined || text === url || !isLinkable(url)) writer.write(text ?? url)
      else writer.within('link', () => writer.write(text), url)
      return true
    }
    case 'user': {
      const id = textIn(element, 'user_id') ?? ''
      writer.within('mention', () => writer.write(namedUser(id, nameOf)))
      return true
    }
    case 'usergroup':
      writer.within('mention', () => writer.write(`@${textIn(element, 'usergroup_id') ?? 'group'}`))
      return true
    case 'broadcast':
      writer.within('mention', () => writer.write(`@${textIn(element, 'range') ?? 'here'}`))
      return true
    case 'channel':
      writer.within('mention', () => writer.write(`#${textIn(element, 'channel_id') ?? 'channel'}`))
      return true
    case 'emoji': {
      const unicode = emojiOfCodePoints(textIn(element, 'unicode') ?? '')
      writer.write(unicode ?? emojiOf(textIn(element, 'name') ?? 'emoji'))
      return true
    }
    case 'date':
      writer.write(textIn(element, 'fallback') ?? '')
      return textIn(element, 'fallback') !== undefined
    case 'color':
      writer.write(textIn(element, 'value') ?? '')
      return true
    case 'team':
      writer.write(textIn(element, 'team_id') ?? '')
      return true
    default:
      return false
  }
}
