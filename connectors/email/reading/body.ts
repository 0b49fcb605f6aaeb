import type { MailPart } from '../read-mail.ts'
import { textOfHtml } from './html-document.ts'
import { LIMITS } from './limits.ts'
import type { Leaf, MimeNode } from './mime-tree.ts'

/** What a person reads of a letter. */
export interface Body {
  readonly text: string
  readonly html?: string
  /** The text was made of the formatted body. */
  readonly onlyHtml: boolean
  readonly used: ReadonlySet<MailPart>
}

/** A text in one or both of its forms. */
interface Piece {
  readonly text?: string
  readonly html?: string
}

const SHOWN = new Set(['text/plain', 'text/html'])
/** Versions of the text that other programs are meant to read: neither shown nor files. */
const VERSIONS = new Set(['text/x-amp-html', 'text/watch-html', 'text/enriched', 'text/richtext'])

/** Chooses what is the body and what are files, as mail programs do (RFC 2046, RFC 2387). */
export function chooseBody(tree: MimeNode, partOf: (leaf: Leaf) => MailPart | undefined): Body {
  const used = new Set<MailPart>()
  const named: MailPart[] = []
  const found = read(tree)
  const pieces =
    found.length > 0
      ? found
      : named
          .filter((part) => (part.text ?? '').trim() !== '')
          .slice(0, 1)
          .flatMap(pieceOf)
  const text = pieces
    .map((piece) => piece.text ?? textOfHtml(piece.html ?? ''))
    .filter((part) => part.trim() !== '')
  const formatted = pieces.some((piece) => piece.html !== undefined)
  const html = pieces.map((piece) => piece.html ?? asHtml(piece.text ?? '')).join('\n')
  return {
    text: text.join('\n\n').slice(0, LIMITS.textLength),
    ...(formatted && { html: html.slice(0, 2 * LIMITS.htmlLength) }),
    onlyHtml: formatted && pieces.every((piece) => piece.text === undefined),
    used,
  }

  function read(node: MimeNode): Piece[] {
    if (node.kind === 'leaf') return readLeaf(node.leaf)
    switch (node.subtype) {
      case 'alternative':
        return readAlternatives(node.children)
      case 'related':
        return readRelated(node.children)
      case 'signed':
      case 'report':
      case 'appledouble':
        // The first part is what a person reads; the rest is for machines, and kept as files.
        return node.children.slice(0, 1).flatMap(read)
      default:
        return node.children.flatMap(read)
    }
  }

  function readLeaf(leaf: Leaf): Piece[] {
    const part = partOf(leaf)
    if (part === undefined || !SHOWN.has(part.contentType) || part.disposition === 'attachment') return []
    if (part.name === undefined || part.name === '') return pieceOf(part)
    // A text with a name is a file, unless it is all there is to read.
    named.push(part)
    return []
  }

  function pieceOf(part: MailPart): Piece[] {
    used.add(part)
    const text = part.text ?? ''
    if (part.contentType === 'text/html') return [{ html: text }]
    return [
      { text: isFlowed(part) ? unflowed(text, part.parameters['delsp']?.toLowerCase() === 'yes') : text },
    ]
  }

  /** The plain and the formatted version of one text; what is neither may hold files. */
  function readAlternatives(children: readonly MimeNode[]): Piece[] {
    const texts: string[] = []
    const formatted: string[] = []
    for (const child of children) {
      const part = child.kind === 'leaf' ? partOf(child.leaf) : undefined
      if (part !== undefined && VERSIONS.has(part.contentType)) {
        used.add(part)
        continue
      }
      for (const piece of read(child)) {
        if (piece.text !== undefined) texts.push(piece.text)
        if (piece.html !== undefined) formatted.push(piece.html)
      }
    }
    const text = texts.join('\n\n')
    if (texts.length === 0 && formatted.length === 0) return []
    const plain = text.trim() !== '' || formatted.length === 0
    return [{ ...(plain && { text }), ...(formatted.length > 0 && { html: formatted.join('\n') }) }]
  }

  /** A body, and the files that it shows. */
  function readRelated(children: readonly MimeNode[]): Piece[] {
    for (const child of children) {
      const pieces = read(child)
      if (pieces.length > 0) return pieces
    }
    return []
  }
}

function isFlowed({ parameters }: MailPart): boolean {
  return parameters['format']?.trim().toLowerCase() === 'flowed'
}

/** RFC 3676: a space at the end of a line says that the paragraph goes on in the next, of the same quotation. */
function unflowed(text: string, delSp: boolean): string {
  const done: string[] = []
  let open = ''
  let openDepth = -1
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0
    const content = line.slice(depth).replace(/^ /, '')
    const signature = content === '-- '
    const goesOn = content.endsWith(' ') && !signature
    const shown = goesOn && delSp ? content.slice(0, -1) : content
    if (openDepth !== -1 && (openDepth !== depth || signature)) {
      done.push(open)
      openDepth = -1
    }
    open = openDepth === -1 ? prefixed(depth, shown) : open + shown
    openDepth = depth
    if (!goesOn) {
      done.push(open)
      openDepth = -1
    }
  }
  if (openDepth !== -1) done.push(open)
  return done.join('\n')
}

const prefixed = (depth: number, content: string): string =>
  depth === 0 ? content : `${'>'.repeat(Math.min(depth, 100))} ${content}`

function asHtml(text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return `<div style="white-space:pre-wrap">${escaped}</div>`
}
