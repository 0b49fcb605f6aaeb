import type { AnyNode, ChildNode, Document, ParentNode } from 'domhandler'
import { Element, isTag, isText } from 'domhandler'
import { DomUtils } from 'htmlparser2'
import { isHidden, textOfNodes } from './html-document.ts'
import { isAttribution, isForwardRule } from './quote-phrases.ts'
import { isLetterHead, quotedHeaderOf } from './quoted-headers.ts'

/** The class by which the core folds what is quoted. */
export const QUOTED_CLASS = 'tributary-quoted'

/** Elements whose whole content is quoted history. */
const CONTAINER_CLASSES = new Set([
  'gmail_quote',
  'gmail_quote_container',
  'yahoo_quoted',
  'protonmail_quote',
  'tutanota_quote',
  'zmail_extra',
  'front-blockquote',
  'ntes-mailmaster-quote',
  'moz-forward-container',
  'freshdesk_quote',
  'outlook_quote',
  'ms-outlook-mobile-reference-message',
  'spark_quote',
  'hs_reply',
  'quoted-reply',
])
/** Those of them that hold an attribution and quotations, and nothing else that is quoted. */
const FRAMES = new Set(['gmail_quote', 'gmail_quote_container', 'protonmail_quote'])
const CONTAINER_IDS = new Set([
  'yahoo_quoted',
  'mail-editor-reference-message-container',
  'olk_src_body_section',
  'isreplycontent',
  'isforwardcontent',
  'origbody',
  'reply-intro',
  'divtagdefaultwrapper_quoted',
])
/** Elements after which everything is quoted history. */
const OPENING_IDS = new Set(['divrplyfwdmsg', 'appendonsend', 'zwchr', 'replysplit'])
const OPENING_CLASSES = new Set(['outlookmessageheader', 'gmail_sendername', 'moz-email-headers-table'])
/** The line that Outlook draws above the header of what it quotes. */
const OUTLOOK_BORDER =
  /border:none;border-top:solid#(?:b5c4df|e1e1e1)1(?:\.0)?pt|border-(?:style:solidnonenone|top:#b5c4df1ptsolid)|border-top:1(?:\.0)?ptsolid(?:#|rgb\()(?:b5c4df|e1e1e1|225,225,225|181,196,223)/
/** Elements looked at; beyond it a document is too long to be searched. */
const SEARCHED = 20_000
/** A letter with more quotations than these is no letter. */
const MARKS = 200
const UNREAD = new Set(['style', 'script', 'head', 'title'])
const BREAKS = new Set(['br', 'div', 'p', 'tr', 'li', 'table', 'blockquote', 'h1', 'h2', 'h3', 'h4'])

/**
 * Wraps quoted history into `<div class="tributary-quoted">`, by the marks that mail programs leave. Answers between
 * quotations stay outside. Where everything would be quoted (a forwarded letter), nothing is marked. Answers whether
 * anything was.
 */
export function markQuotes(document: Document): boolean {
  const elements = DomUtils.find(isTag, document.children, true, SEARCHED) as Element[]
  const marks: ChildNode[][] = []
  const covered = new Set<AnyNode>()
  for (const element of elements) {
    if (marks.length >= MARKS || isCovered(element, covered)) continue
    const quoted = quotedFrom(element)
    if (quoted.length === 0) continue
    for (const node of quoted) covered.add(node)
    marks.push(quoted)
  }
  if (marks.length === 0 || !hasVisibleText(document, covered)) return false
  for (const quoted of marks) wrap(quoted)
  return true
}

/** The text outside of what {@link markQuotes} marked. */
export function unquotedTextOf(document: Document): string {
  return textOfNodes(document.children, (element) => element.attribs['class'] === QUOTED_CLASS)
}

function isCovered(node: AnyNode, covered: ReadonlySet<AnyNode>): boolean {
  for (let at: AnyNode | null = node; at !== null; at = at.parent) if (covered.has(at)) return true
  return false
}

function quotedFrom(element: Element): ChildNode[] {
  if (isContainer(element)) return withAttribution(element)
  if (opensHistory(element) || opensHeaderBlock(element)) return toTheEnd(element)
  return []
}

function isContainer(element: Element): boolean {
  if (holdsAnswers(element)) return false
  if (CONTAINER_IDS.has(idOf(element)) || classesOf(element).some((name) => CONTAINER_CLASSES.has(name)))
    return true
  if (
    element.attribs['name'] === 'messageReplySection' ||
    element.attribs['data-marker'] === '__QUOTED_TEXT__'
  )
    return true
  return element.name === 'blockquote' && isCitation(element)
}

/** Whoever answers between the lines may write inside the element of all quotations: they are marked one by one. */
function holdsAnswers(element: Element): boolean {
  if (element.name === 'blockquote' || !classesOf(element).some((name) => FRAMES.has(name))) return false
  const [first] = DomUtils.find(
    (node) => isTag(node) && node.name === 'blockquote',
    element.children,
    true,
    1,
  )
  if (first === undefined) return false
  let passed = false
  const answers = (node: AnyNode): boolean => {
    if (node === first) passed = true
    if (isText(node)) return passed && node.data.trim() !== ''
    if (!isTag(node) || node.name === 'blockquote' || isHidden(node)) return false
    return node.children.some(answers)
  }
  return element.children.some(answers)
}

/** A quotation of a letter, not one that a person set into his text. */
function isCitation(element: Element): boolean {
  if (
    element.attribs['type']?.toLowerCase() === 'cite' ||
    element.attribs['cite']?.startsWith('mid:') === true
  )
    return true
  const before = previousElement(element)
  return (
    before !== undefined &&
    (classesOf(before).includes('moz-cite-prefix') || isAttribution(asLine(shortText(before))))
  )
}

function opensHistory(element: Element): boolean {
  if (OPENING_IDS.has(idOf(element)) || classesOf(element).some((name) => OPENING_CLASSES.has(name)))
    return true
  const style = element.attribs['style']
  if (style === undefined || element.name !== 'div') return false
  return (
    OUTLOOK_BORDER.test(style.slice(0, 2_000).toLowerCase().replace(/\s+/g, '')) &&
    namesHeaders(shortText(element))
  )
}

/** "From: … Sent: … To: … Subject: …" in an element of its own, or a rule such as "---- Original Message ----". */
function opensHeaderBlock(element: Element): boolean {
  if (!['div', 'p', 'td', 'span', 'font', 'table', 'b', 'strong', 'hr', 'pre'].includes(element.name))
    return false
  if (element.children.length > 60) return false
  const text = shortText(element)
  if (text === '') return false
  const [first = ''] = text.split('\n')
  return isForwardRule(first) || (quotedHeaderOf(first)?.kind === 'from' && namesHeaders(text))
}

/** The first few lines are the head of a letter. */
const namesHeaders = (text: string): boolean => isLetterHead(text.split('\n').slice(0, 8))

/** The element, with the line above that says whose it is. */
function withAttribution(element: Element): ChildNode[] {
  const before = previousElement(element)
  if (before === undefined) return [element]
  const names = classesOf(before).includes('moz-cite-prefix') || isAttribution(asLine(shortText(before)))
  return names ? between(before, element) : [element]
}

function between(first: ChildNode, last: ChildNode): ChildNode[] {
  const nodes: ChildNode[] = [first]
  for (let at = first.next; at !== null; at = at.next) {
    nodes.push(at)
    if (at === last) break
  }
  return nodes
}

/** The element and what follows it, also beside those that it is the beginning of. */
function toTheEnd(element: Element): ChildNode[] {
  let start: ChildNode = element
  while (start.parent !== null && isTag(start.parent) && start.parent.name !== 'body' && opensParent(start))
    start = start.parent
  const nodes: ChildNode[] = []
  for (let at: ChildNode | null = start; at !== null; at = at.next) nodes.push(at)
  return nodes
}

/** Whether nothing to be read stands before a node in its parent. */
function opensParent(node: ChildNode): boolean {
  for (let at = node.prev; at !== null; at = at.prev) {
    if (isText(at) ? at.data.trim() !== '' : isTag(at) && at.name !== 'br' && shortText(at) !== '')
      return false
  }
  return true
}

function previousElement(element: Element): Element | undefined {
  let at: ChildNode | null = element.prev
  for (let steps = 0; at !== null && steps < 6; steps += 1) {
    if (isText(at) && at.data.trim() !== '') return undefined
    if (isTag(at) && at.name !== 'br') return at
    at = at.prev
  }
  return undefined
}

function hasVisibleText(document: Document, covered: ReadonlySet<AnyNode>): boolean {
  const visit = (node: AnyNode): boolean => {
    if (covered.has(node)) return false
    if (isText(node)) return node.data.trim() !== ''
    if (isTag(node) && (isHidden(node) || UNREAD.has(node.name))) return false
    if (isTag(node) && node.name === 'img') return true
    return 'children' in node && node.children.some(visit)
  }
  return visit(document)
}

function wrap(nodes: readonly ChildNode[]): void {
  const [first] = nodes
  if (first === undefined || first.parent === null) return
  const { parent } = first
  // A row cannot stand in a division, so the mark goes onto the row itself.
  if (isTag(parent) && ['table', 'tbody', 'thead', 'tr', 'ul', 'ol', 'html'].includes(parent.name)) {
    for (const node of nodes) if (isTag(node)) node.attribs['class'] = QUOTED_CLASS
    return
  }
  const mark = new Element('div', { class: QUOTED_CLASS })
  const at = parent.children.indexOf(first)
  parent.children.splice(at, nodes.length, mark)
  relink(parent)
  mark.parent = parent
  mark.children = [...nodes]
  for (const node of nodes) node.parent = mark
  relink(mark)
}

function relink(parent: ParentNode): void {
  parent.children.forEach((child, at) => {
    child.prev = parent.children[at - 1] ?? null
    child.next = parent.children[at + 1] ?? null
  })
}

/** The first lines of an element as they read; enough to tell what it is, and bounded whatever it holds. */
function shortText(element: Element): string {
  let text = ''
  let nodes = 0
  const visit = (node: ChildNode): void => {
    nodes += 1
    if (nodes > 200 || text.length > 1_500) return
    if (isText(node)) text += node.data.slice(0, 1_500).replace(/\s+/gu, ' ')
    if (!isTag(node) || UNREAD.has(node.name)) return
    const breaks = BREAKS.has(node.name)
    if (breaks && text !== '' && !text.endsWith('\n')) text += '\n'
    node.children.forEach(visit)
    if (breaks && !text.endsWith('\n')) text += '\n'
  }
  visit(element)
  return text.replace(/ *\n */g, '\n').trim()
}

const asLine = (text: string): string => text.replace(/\n/g, ' ')
const idOf = (element: Element): string => (element.attribs['id'] ?? '').toLowerCase().replace(/^x_/, '')

function classesOf(element: Element): string[] {
  return (element.attribs['class'] ?? '')
    .slice(0, 500)
    .toLowerCase()
    .split(/\s+/)
    .map((name) => name.replace(/^x_/, ''))
}
