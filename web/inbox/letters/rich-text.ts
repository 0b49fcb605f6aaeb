/** A part of the editor's document, as the editor writes it down. */
export interface RichNode {
  readonly type?: string
  readonly text?: string
  readonly attrs?: Readonly<Record<string, unknown>> | undefined
  readonly marks?: readonly { readonly type: string; readonly attrs?: Readonly<Record<string, unknown>> }[]
  readonly content?: readonly RichNode[]
}

/** A letter's text in both forms; they say the same. */
export interface WrittenLetter {
  readonly text: string
  readonly html: string
}

const TAGS: Readonly<Record<string, string>> = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strike: 's',
  code: 'code',
}
const DEEPEST = 40

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Only where a reader's program can go without harm. */
const safeHref = (href: unknown): string | undefined =>
  typeof href === 'string' && /^(?:https?:\/\/|mailto:|tel:)/iu.test(href) ? href : undefined

/** An editor's document of plain lines. */
export const plainDocument = (text: string): RichNode => ({
  type: 'doc',
  content: text
    .split('\n')
    .map((line) => ({ type: 'paragraph', ...(line ? { content: [{ type: 'text', text: line }] } : {}) })),
})

/** Whether nobody has written anything yet. */
export const isBlank = (node: RichNode | undefined): boolean =>
  node === undefined ||
  ((node.text ?? '').trim() === '' && (node.content ?? []).every((child) => isBlank(child)))

/** Both forms of what an editor holds. */
export const writtenLetter = (document: RichNode): WrittenLetter => ({
  text: linesOf(document, 0).join('\n').replace(/\s+$/u, '').replace(/^\n+/u, ''),
  html: blocksOf(document, 0).replace(/(?:<div><br><\/div>)+$/u, ''),
})

function blocksOf(node: RichNode, depth: number): string {
  if (depth > DEEPEST) return ''
  return (node.content ?? []).map((child) => blockOf(child, depth + 1)).join('')
}

/** A line is a `div`, as mail programs write them: a paragraph would stand apart from the next one at the reader's. */
function blockOf(node: RichNode, depth: number): string {
  switch (node.type) {
    case 'bulletList':
      return `<ul>${blocksOf(node, depth)}</ul>`
    case 'orderedList':
      return `<ol>${blocksOf(node, depth)}</ol>`
    case 'listItem':
      return `<li>${blocksOf(node, depth)}</li>`
    case 'blockquote':
      return `<blockquote>${blocksOf(node, depth)}</blockquote>`
    case 'codeBlock':
      return `<pre>${escaped(plainOf(node))}</pre>`
    default:
      return `<div>${(node.content ?? []).map(inlineOf).join('') || '<br>'}</div>`
  }
}

function inlineOf(node: RichNode): string {
  if (node.type === 'hardBreak') return '<br>'
  return (node.marks ?? []).reduce(
    (inner, { type, attrs }) => {
      const href = type === 'link' ? safeHref(attrs?.['href']) : undefined
      if (href) return `<a href="${escaped(href)}">${inner}</a>`
      const tag = TAGS[type]
      return tag ? `<${tag}>${inner}</${tag}>` : inner
    },
    escaped(node.text ?? ''),
  )
}

const plainOf = (node: RichNode): string =>
  node.type === 'hardBreak' ? '\n' : (node.text ?? (node.content ?? []).map(plainOf).join(''))

/** Words of one line; a link whose words are not its address is followed by it. */
function spoken(node: RichNode): string {
  if (node.type === 'hardBreak') return '\n'
  const words = node.text ?? ''
  const link = node.marks?.find(({ type }) => type === 'link')
  const href = safeHref(link?.attrs?.['href'])
  const shown = href?.replace(/^(?:mailto|tel):/iu, '')
  return !shown || shown === words || shown === `https://${words}` || shown === `http://${words}`
    ? words
    : `${words} <${shown}>`
}

const indented = (lines: readonly string[], first: string, rest: string): string[] =>
  lines.map((line, index) => (index === 0 ? first : line === '' ? '' : rest) + line)

function linesOf(node: RichNode, depth: number): string[] {
  if (depth > DEEPEST) return []
  const children = node.content ?? []
  const below = (child: RichNode) => linesOf(child, depth + 1)
  switch (node.type) {
    case 'doc':
    case 'listItem':
      return children.flatMap(below)
    case 'bulletList':
      return children.flatMap((child) => indented(below(child), '- ', '  '))
    case 'orderedList': {
      const start = Number(node.attrs?.['start'] ?? 1)
      return children.flatMap((child, index) => indented(below(child), `${start + index}. `, '   '))
    }
    case 'blockquote':
      return children.flatMap(below).map((line) => (line === '' ? '>' : `> ${line}`))
    case 'codeBlock':
      return plainOf(node).split('\n')
    default:
      return children.map(spoken).join('').split('\n')
  }
}
