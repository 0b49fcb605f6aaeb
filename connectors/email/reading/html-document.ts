import type { ChildNode, Document, Element } from 'domhandler'
import { DomHandler, isTag, isText } from 'domhandler'
import { DomUtils, Parser } from 'htmlparser2'
import { LIMITS } from './limits.ts'

const BLOCKS = new Set(
  'address article aside blockquote center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead tr ul'.split(
    ' ',
  ),
)
const PARAGRAPHS = new Set('p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote'.split(' '))
const UNREAD = new Set(
  'script style head title template noscript object svg math select textarea iframe audio video canvas applet'.split(
    ' ',
  ),
)
/** How senders hide the line that lists of letters show, and marks for their own machines. */
const HIDDEN_STYLE =
  /(?:^|;)(?:display:none|visibility:hidden|mso-hide:all|max-height:0(?:px)?(?:;|!|$)|font-size:[01](?:px|pt)?(?:;|!|$)|opacity:0(?:;|!|$)|line-height:0(?:px)?(?:;|!|$).*overflow:hidden)/
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\ufeff]/gu

/** Quotations inside each other that are marked so; deeper ones read as one. */
const QUOTE_DEPTH = 12

class TooDeep extends Error {}

/** The document of a formatted body, or undefined when it is too long or too deep to be worth it. */
export function documentOf(html: string): Document | undefined {
  if (html.length > LIMITS.htmlLength) return undefined
  const dom = new DomHandler()
  let depth = 0
  const parser = new Parser({
    onparserinit: (self) => dom.onparserinit(self),
    onreset: () => dom.onreset(),
    onend: () => dom.onend(),
    onerror: (error) => dom.onerror(error),
    onopentag: (name, attributes) => {
      depth += 1
      // The parser's work grows with depth times length, and whoever walks the document may recurse.
      if (depth > LIMITS.htmlDepth) throw new TooDeep('elements too deep inside each other')
      dom.onopentag(name, attributes)
    },
    onclosetag: () => {
      depth -= 1
      dom.onclosetag()
    },
    ontext: (text) => dom.ontext(text),
    oncomment: (text) => dom.oncomment(text),
    oncommentend: () => dom.oncommentend(),
    oncdatastart: () => dom.oncdatastart(),
    oncdataend: () => dom.oncdataend(),
    onprocessinginstruction: (name, text) => dom.onprocessinginstruction(name, text),
  })
  try {
    parser.end(html)
  } catch {
    return undefined
  }
  return dom.root as Document
}

/** The document as HTML again. */
export function htmlOf(document: Document): string {
  return DomUtils.getOuterHTML(document, { encodeEntities: 'utf8' })
}

/** The text that a person reads in a formatted body; quotations marked with `>`. */
export function textOfHtml(html: string): string {
  const document = documentOf(html)
  return document === undefined ? strippedText(html) : textOfNodes(document.children)
}

/** {@link textOfHtml} of a part of a document; `skip` leaves elements out. */
export function textOfNodes(
  nodes: readonly ChildNode[],
  skip: (element: Element) => boolean = () => false,
): string {
  const text = lines(nodes, skip)
    .map((line) => line.trimEnd())
    .join('\n')
  return text
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .slice(0, LIMITS.textLength)
}

function lines(nodes: readonly ChildNode[], skip: (element: Element) => boolean, depth = 0): string[] {
  const done: string[] = []
  let current = ''
  const end = (): void => {
    if (current.trim() !== '') done.push(current.trim())
    current = ''
  }
  const block = (paragraph: boolean): void => {
    end()
    if (paragraph && done.length > 0 && done.at(-1) !== '') done.push('')
  }
  const walk = (node: ChildNode): void => {
    if (isText(node)) {
      const text = node.data.replace(INVISIBLE, '').replace(/\s+/gu, ' ')
      current += current === '' || current.endsWith(' ') ? text.trimStart() : text
      return
    }
    if (!isTag(node) || UNREAD.has(node.name) || isHidden(node) || skip(node)) return
    if (node.name === 'br') {
      done.push(current.trim())
      current = ''
      return
    }
    if (node.name === 'img') {
      const alt = (node.attribs['alt'] ?? '').trim()
      if (alt !== '' && alt.length <= 200)
        current += `${current === '' || current.endsWith(' ') ? '' : ' '}[${alt}]`
      return
    }
    if (node.name === 'pre') {
      block(true)
      for (const line of DomUtils.textContent(node).split('\n')) done.push(line)
      done.push('')
      return
    }
    if (node.name === 'blockquote' && depth < QUOTE_DEPTH) {
      block(true)
      for (const line of lines(node.children, skip, depth + 1)) done.push(line === '' ? '>' : `> ${line}`)
      done.push('')
      return
    }
    const paragraph = PARAGRAPHS.has(node.name)
    if (BLOCKS.has(node.name)) block(paragraph)
    if (node.name === 'li') current = '- '
    if ((node.name === 'td' || node.name === 'th') && current.trim() !== '' && !current.endsWith(' '))
      current += ' '
    node.children.forEach(walk)
    if (BLOCKS.has(node.name)) block(paragraph)
  }
  nodes.forEach(walk)
  end()
  while (done.at(-1) === '') done.pop()
  return done
}

/** Whether the sender means an element not to be seen. */
export function isHidden({ name, attribs }: Element): boolean {
  if ('hidden' in attribs || (name === 'input' && attribs['type'] === 'hidden')) return true
  const style = attribs['style']
  return style !== undefined && HIDDEN_STYLE.test(style.slice(0, 4_000).toLowerCase().replace(/\s+/g, ''))
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** What is left of markup that no document could be made of. */
function strippedText(html: string): string {
  let text = html.slice(0, 2 * LIMITS.htmlLength)
  for (const name of ['style', 'script', 'head', 'title']) text = withoutElement(text, name)
  const bare = text
    .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^<>]{0,200}>/gi, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (_, name: string) => ENTITIES[name] ?? ' ')
  // Line by line: an expression for the white space around a line's end would take time that grows with its square.
  return bare
    .split('\n')
    .map((line) => line.replace(/\s+/gu, ' ').trim())
    .filter((line) => line !== '')
    .join('\n')
    .slice(0, LIMITS.textLength)
}

function withoutElement(html: string, name: string): string {
  const lower = html.toLowerCase()
  let text = ''
  let at = 0
  for (let open = lower.indexOf(`<${name}`); open !== -1; open = lower.indexOf(`<${name}`, at)) {
    const close = lower.indexOf(`</${name}`, open)
    text += html.slice(at, open)
    if (close === -1) return text
    at = close
  }
  return text + html.slice(at)
}
