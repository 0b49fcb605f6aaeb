import sanitizeHtml from 'sanitize-html'
import { allowedStyle } from './letter-styles.ts'

/** A letter's formatted body, fit to be shown. */
export interface SanitisedHtml {
  /**
   * Pictures of the letter itself are named by `data-cid`, remote ones by `data-remote-image`, which is a place in
   * `remoteImages`: nothing in it loads by itself.
   */
  readonly html: string
  readonly remoteImages: readonly string[]
}

/** Marks what a letter quotes; the only class that stays. */
export const QUOTED_CLASS = 'tributary-quoted'

/** Bodies are cut here, before and after. */
export const LONGEST_HTML = 2_000_000
const MOST_ELEMENTS = 30_000
const MOST_DEPTH = 200
const MOST_REMOTE_IMAGES = 200
const LONGEST_URL = 2_048
const LONGEST_CONTENT_ID = 500

const TAGS = (
  'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn ' +
  'div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q ' +
  's samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr'
).split(' ')

/** These go with all they hold. */
const DROPPED_WHOLE = (
  'script style textarea option xmp title noscript iframe object svg math template select audio video canvas applet ' +
  'noembed noframes datalist plaintext'
).split(' ')

/** These hold nothing and go. */
const DROPPED_EMPTY =
  'area base basefont bgsound command embed frame input isindex keygen link meta param source track'.split(
    ' ',
  )

const KEPT: ReadonlySet<string> = new Set([...TAGS, ...DROPPED_WHOLE, ...DROPPED_EMPTY])

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  '*': ['style', 'class', 'dir', 'lang', 'align', 'valign', 'width', 'height', 'bgcolor', 'color', 'title'],
  a: ['href', 'rel', 'target'],
  img: ['alt', 'data-cid', 'data-remote-image', 'border'],
  table: ['border', 'cellpadding', 'cellspacing'],
  td: ['colspan', 'rowspan', 'nowrap'],
  th: ['colspan', 'rowspan', 'nowrap'],
  col: ['span'],
  colgroup: ['span'],
  ol: ['start', 'type', 'reversed'],
  ul: ['type'],
  li: ['value', 'type'],
  font: ['face', 'size'],
}

const PLAIN_VALUE = /^[\p{L}\p{N} #%.,:+'_-]{0,100}$/u
/** Of these any text is harmless, for it is escaped; the others say sizes, colours and directions. */
const FREE_TEXT: ReadonlySet<string> = new Set([
  'alt',
  'title',
  'style',
  'class',
  'href',
  'rel',
  'target',
  'data-cid',
])
const LINK = /^(?:https?:\/\/|mailto:|tel:)/i
/** What opens an element: these two also when they close one that is not open. */
const ELEMENT = /<(?:[a-z]|\/(?:p|br)[\s>])/gi
/** Browsers pass over these within an address. */
const UNSEEN = /[\u0000-\u0020\u007F-\u00A0\u00AD\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g

type Attributes = Record<string, string>

/**
 * Makes a letter's body fit to be shown beside our own pages: elements, attributes and styles by allow-list; no scripts,
 * forms, drawings, frames or style sheets; links only to where a person may go, remote pictures only by their place.
 * The same again for its own result; it never throws, and what it makes is never longer than {@link LONGEST_HTML}.
 */
export function sanitiseLetterHtml(html: string): SanitisedHtml {
  let limit = LONGEST_HTML
  for (;;) {
    const result = sanitiseOnce(withinBounds(html, limit))
    const size = Math.max(result.html.length / LONGEST_HTML, elementsIn(result.html) / MOST_ELEMENTS)
    if (size <= 1) return result
    limit = Math.floor((Math.min(limit, html.length) * 0.9) / size)
  }
}

/** What was left open is closed, so what was made is counted as well. */
const elementsIn = (html: string): number => html.match(ELEMENT)?.length ?? 0

function withinBounds(html: string, limit: number): string {
  let end = Math.min(html.length, limit)
  let elements = 0
  ELEMENT.lastIndex = 0
  for (let found = ELEMENT.exec(html); found && found.index < end; found = ELEMENT.exec(html)) {
    elements += 1
    if (elements > MOST_ELEMENTS) end = found.index
  }
  // Half a pair of surrogates, and what no text holds, would not be stored as they are.
  return Buffer.from(html.slice(0, end).replaceAll('\u0000', ''), 'utf8').toString('utf8')
}

function sanitiseOnce(html: string): SanitisedHtml {
  const places = new Map<string, number>()
  return {
    html: sanitizeHtml(html, {
      allowedTags: TAGS,
      allowedAttributes: Object.fromEntries(
        Object.entries(ATTRIBUTES).map(([tag, names]) => [tag, [...names]]),
      ),
      allowedSchemes: ['http', 'https', 'mailto', 'tel'],
      allowProtocolRelative: false,
      disallowedTagsMode: 'discard',
      nonTextTags: DROPPED_WHOLE,
      selfClosing: ['img', 'br', 'hr', 'wbr', 'col'],
      nestingLimit: MOST_DEPTH,
      parseStyleAttributes: false,
      transformTags: { '*': (tagName, attribs) => transform(tagName, attribs, places) },
    }),
    remoteImages: [...places.keys()],
  }
}

/**
 * What is not known stays an element all the same, one without meaning: without it, what it holds could stand where the
 * next reading closes another element before it, and would not be read as it was written.
 */
function transform(
  tagName: string,
  said: Attributes,
  places: Map<string, number>,
): { tagName: string; attribs: Attributes } {
  const isPage = tagName === 'html' || tagName === 'body'
  const tag = tagName === 'form' || tagName === 'fieldset' ? 'div' : KEPT.has(tagName) ? tagName : 'span'
  const attribs: Attributes = {}
  const known = [
    ...(ATTRIBUTES['*'] ?? []),
    ...(Object.hasOwn(ATTRIBUTES, tag) ? (ATTRIBUTES[tag] ?? []) : []),
  ]
  for (const name of known) {
    const value = Object.hasOwn(said, name) ? said[name] : undefined
    if (value === undefined || value.length > LONGEST_URL * 10) continue
    if (FREE_TEXT.has(name) || PLAIN_VALUE.test(value)) attribs[name] = value
  }
  const style = allowedStyle(attribs['style'] ?? '', isPage ? 'display:block' : undefined)
  if (style === undefined) delete attribs['style']
  else attribs['style'] = style
  if (attribs['class']?.split(/\s/).includes(QUOTED_CLASS)) attribs['class'] = QUOTED_CLASS
  else delete attribs['class']
  if (tag === 'a') asLink(attribs)
  if (tag === 'img') asPicture(attribs, said['src'] ?? '', places)
  // In one order, however they came to be.
  const inOrder = known.flatMap((name) => {
    const value = attribs[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { tagName: tag, attribs: Object.fromEntries(inOrder) }
}

function asLink(attribs: Attributes): void {
  const href = (attribs['href'] ?? '').replace(UNSEEN, '')
  delete attribs['rel']
  delete attribs['target']
  if (LINK.test(href) && href.length <= LONGEST_URL * 4) {
    attribs['href'] = href
    attribs['rel'] = 'noopener noreferrer nofollow'
    attribs['target'] = '_blank'
  } else delete attribs['href']
}

function asPicture(attribs: Attributes, src: string, places: Map<string, number>): void {
  const source = src.replace(UNSEEN, '')
  if (/^cid:/i.test(source)) {
    attribs['data-cid'] = decoded(source.slice(4))
    delete attribs['data-remote-image']
  } else if (/^(?:https?:)?\/\//i.test(source)) {
    delete attribs['data-cid']
    const place = placeOf(source.startsWith('//') ? `https:${source}` : source, places)
    if (place === undefined) delete attribs['data-remote-image']
    else attribs['data-remote-image'] = String(place)
  }
  if ((attribs['data-cid']?.length ?? 1) > LONGEST_CONTENT_ID || attribs['data-cid'] === '')
    delete attribs['data-cid']
  if (!/^[0-9]{1,3}$/.test(attribs['data-remote-image'] ?? '0')) delete attribs['data-remote-image']
}

function placeOf(url: string, places: Map<string, number>): number | undefined {
  const known = places.get(url)
  if (known !== undefined) return known
  if (url.length > LONGEST_URL || places.size >= MOST_REMOTE_IMAGES || !URL.canParse(url)) return undefined
  places.set(url, places.size)
  return places.size - 1
}

function decoded(contentId: string): string {
  try {
    return decodeURIComponent(contentId)
  } catch {
    return contentId
  }
}

/** Gives the letter's own pictures the addresses that `addressOf` knows; the others stay without one. */
export function withPictures(html: string, addressOf: (contentId: string) => string | undefined): string {
  // In what we made every `<`, `>` and `"` of the letter is escaped: these are elements and nothing else.
  return html.replace(/<img [^>]*>/g, (element) =>
    element.replace(/ data-cid="([^"]*)"/, (attribute, escaped: string) => {
      const address = addressOf(unescaped(escaped))
      return address === undefined ? attribute : ` src="${escapeAttribute(address)}"`
    }),
  )
}

const escapeAttribute = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

const unescaped = (text: string): string =>
  text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
