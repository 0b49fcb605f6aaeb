import type { Config } from 'dompurify'
import DOMPurify from 'dompurify'
import { withoutInlineCode } from './inline-code.ts'

/** Where styles stand until they are set by script: the page's policy allows none that are written in markup. */
const STYLE = 'data-css'

/** What a letter may consist of here, after the server has sanitised it already: words, lists, tables, pictures. */
const RULES: Config = {
  USE_PROFILES: { html: true },
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ADD_ATTR: ['data-remote-image', STYLE],
  ADD_URI_SAFE_ATTR: [STYLE],
  FORBID_TAGS: [
    'style',
    'form',
    'input',
    'button',
    'textarea',
    'select',
    'option',
    'fieldset',
    'dialog',
    'label',
  ].concat([
    'audio',
    'video',
    'source',
    'track',
    'picture',
    'map',
    'area',
    'canvas',
    'slot',
    'template',
    'marquee',
    'menu',
  ]),
  FORBID_ATTR: [
    'id',
    'name',
    'srcset',
    'background',
    'poster',
    'usemap',
    'ping',
    'target',
    'tabindex',
    'contenteditable',
  ],
  // It is asked of every attribute: what has a scheme has one of these. Links and pictures are looked at once more.
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel):|[^a-z]|[a-z+.-]+(?:[^a-z+.:-]|$))/iu,
  RETURN_DOM: true,
}

const PLACE = /^\d{1,5}$/u
const FETCHES = /url\(|image-set\(|image\(|cross-fade\(|src\(|element\(|expression\(/iu
/** Nothing may cover what else stands in the letter. */
const COVERS = /^(?:fixed|sticky|absolute)$/iu

/** Words that the folded part of a letter is opened with. */
export interface ContentWords {
  readonly quoted: string
}

/**
 * A letter's formatted body as nodes of a document that nobody looks at: loads nothing, runs nothing. What is to be
 * its elements' style stands in {@link STYLE}.
 */
export function safeContent(html: string, words: ContentWords): HTMLElement {
  const body = DOMPurify.sanitize(withoutInlineCode(html), RULES) as unknown as HTMLElement
  for (const element of body.querySelectorAll(`[${STYLE}]`)) {
    const css = safeStyle(element.getAttribute(STYLE) ?? '')
    if (css) element.setAttribute(STYLE, css)
    else element.removeAttribute(STYLE)
  }
  for (const image of body.querySelectorAll('img')) tamePicture(image)
  for (const link of body.querySelectorAll('a')) tameLink(link)
  foldQuoted(body, words)
  return body
}

/** Dresses the elements of a document that is looked at. */
export function applyStyles(root: HTMLElement): void {
  for (const element of root.querySelectorAll<HTMLElement>(`[${STYLE}]`)) {
    element.style.cssText = element.getAttribute(STYLE) ?? ''
    element.removeAttribute(STYLE)
  }
}

/** Read by the browser itself, so that no spelling of a word passes by. */
function safeStyle(written: string): string {
  const { style } = document.createElement('span')
  style.cssText = written
  for (const name of [...style]) {
    const value = style.getPropertyValue(name)
    const fetches = FETCHES.test(value) || name.startsWith('--') || value.includes('var(')
    if (fetches || (name === 'position' && COVERS.test(value.trim()))) style.removeProperty(name)
  }
  return style.cssText
}

/** Pictures have addresses of ours, or none until somebody asks for them. */
function tamePicture(image: HTMLImageElement): void {
  const place = image.getAttribute('data-remote-image')
  const isOurs = /^\/api\/v1\/(?:attachments|messages)\//u.test(image.getAttribute('src') ?? '')
  if (place !== null || !isOurs) image.removeAttribute('src')
  if (place !== null && !PLACE.test(place)) image.removeAttribute('data-remote-image')
  if (!image.hasAttribute('alt')) image.setAttribute('alt', '')
}

function tameLink(link: HTMLAnchorElement): void {
  const href = link.getAttribute('href') ?? ''
  if (!/^(?:https?:|mailto:|tel:)/iu.test(href)) {
    link.removeAttribute('href')
    return
  }
  link.setAttribute('target', '_blank')
  link.setAttribute('rel', 'noopener noreferrer nofollow')
  // What a link says and where it goes are two things.
  link.setAttribute('title', href)
}

/** History is folded by an element of the browser's own: it opens without any script. */
function foldQuoted(body: HTMLElement, words: ContentWords): void {
  const outermost = [...body.querySelectorAll('.tributary-quoted')].filter(
    (element) => !element.parentElement?.closest('.tributary-quoted'),
  )
  for (const element of outermost) {
    const fold = body.ownerDocument.createElement('details')
    const handle = body.ownerDocument.createElement('summary')
    handle.textContent = '•••'
    handle.setAttribute('aria-label', words.quoted)
    handle.setAttribute('title', words.quoted)
    element.replaceWith(fold)
    fold.append(handle, element)
  }
  const said = body.cloneNode(true) as HTMLElement
  for (const fold of said.querySelectorAll('details')) fold.remove()
  const silent = (said.textContent ?? '').trim() === '' && said.querySelector('img') === null
  if (silent) for (const fold of body.querySelectorAll('details')) fold.setAttribute('open', '')
}
