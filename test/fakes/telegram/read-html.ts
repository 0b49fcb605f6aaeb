/** Telegram's HTML as its server reads it: text, and entities in UTF-16 units beside it. */

/** How a stretch of a text is set apart. */
export interface Entity {
  readonly type: string
  readonly offset: number
  readonly length: number
  readonly url?: string
}

/** A text that cannot be read: what the server says of it. */
export class HtmlError extends Error {}

const TYPES: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  a: 'text_link',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
}
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }

const decoded = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? whole
    return String.fromCodePoint(decimal !== undefined ? Number(decimal) : Number.parseInt(String(hex), 16))
  })

/** @throws HtmlError in the words of the real server */
export function readHtml(html: string): { readonly text: string; readonly entities: readonly Entity[] } {
  let text = ''
  const entities: Entity[] = []
  const open: { readonly tag: string; readonly offset: number; readonly url?: string }[] = []
  const at = (place: number): number => Buffer.byteLength(html.slice(0, place))
  let place = 0
  while (place < html.length) {
    const next = html.indexOf('<', place)
    text += decoded(html.slice(place, next < 0 ? html.length : next))
    if (next < 0) break
    const found = /^<(\/?)([a-z][a-z-]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>/i.exec(html.slice(next))
    if (!found)
      throw new HtmlError(`can't parse entities: Unsupported start tag "" at byte offset ${at(next)}`)
    const [whole, slash, name = '', rest = ''] = found
    const tag = name.toLowerCase()
    if (slash === '/') {
      const last = open.pop()
      if (last?.tag !== tag) {
        throw new HtmlError(`can't parse entities: Unmatched end tag at byte offset ${at(next)}`)
      }
      const length = text.length - last.offset
      const type = TYPES[tag] ?? ''
      // A link that leads nowhere is words.
      if (length > 0 && (type !== 'text_link' || /^(?:https?|tg):\/\//i.test(last.url ?? ''))) {
        const url = type === 'text_link' ? { url: last.url ?? '' } : {}
        entities.push({ type, offset: last.offset, length, ...url })
      }
    } else {
      if (!(tag in TYPES)) {
        throw new HtmlError(`can't parse entities: Unsupported start tag "${tag}" at byte offset ${at(next)}`)
      }
      const url = /\shref="([^"]*)"/i.exec(rest)?.[1]
      open.push({ tag, offset: text.length, ...(url === undefined ? {} : { url: decoded(url) }) })
    }
    place = next + whole.length
  }
  const [unclosed] = open
  if (unclosed) {
    throw new HtmlError(
      `can't parse entities: Can't find end tag corresponding to start tag "${unclosed.tag}"`,
    )
  }
  return trimmed(
    text,
    entities.filter((one) => !isInCode(one, entities)),
  )
}

const isInCode = (inner: Entity, entities: readonly Entity[]): boolean =>
  entities.some(
    (outer) =>
      outer !== inner &&
      ['code', 'pre'].includes(outer.type) &&
      outer.offset <= inner.offset &&
      outer.offset + outer.length >= inner.offset + inner.length &&
      outer.length > inner.length,
  )

/** White space around a text is cut off, and the entities move with it. */
export function trimmed(
  whole: string,
  entities: readonly Entity[],
): { readonly text: string; readonly entities: readonly Entity[] } {
  const text = whole.trim()
  const shift = whole.length - whole.trimStart().length
  const kept = entities.flatMap((entity) => {
    const from = Math.max(0, entity.offset - shift)
    const to = Math.min(text.length, entity.offset - shift + entity.length)
    return to > from ? [{ ...entity, offset: from, length: to - from }] : []
  })
  return { text, entities: kept.sort((one, other) => one.offset - other.offset || other.length - one.length) }
}
