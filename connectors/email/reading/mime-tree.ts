import type { AttachmentStream, MailParserOptions } from 'mailparser'
import { MailParser } from 'mailparser'
import { decodeBytes } from './charset.ts'
import { LIMITS } from './limits.ts'
import { decodeUuencode } from './uuencode.ts'

/** A leaf with its transfer encoding removed and nothing decoded. */
export interface Leaf {
  readonly contentType: string
  readonly parameters: Readonly<Record<string, string>>
  readonly disposition?: string
  readonly name?: string
  readonly contentId?: string
  readonly bytes: Uint8Array
}

/** The tree as the body is chosen from it. */
export type MimeNode =
  | { readonly kind: 'leaf'; readonly leaf: Leaf }
  | { readonly kind: 'multipart'; readonly subtype: string; readonly children: readonly MimeNode[] }

/** A letter that this process will not take apart: too deep, too many parts. */
export class TooComplex extends Error {}

/** What the parser knows of a node; not in its types, and watched by a test against its pinned version. */
interface ParserNode {
  readonly contentType: string | false
  readonly children: readonly ParserNode[]
  readonly headers: ReadonlyMap<string, unknown>
  readonly disposition?: string
  readonly node: { readonly filename: string | false; readonly _parsedContentType?: StructuredValue | false }
}
interface StructuredValue {
  readonly params: Readonly<Record<string, string>>
}
interface OpenParser {
  textTypes: string[]
  readonly tree: ParserNode | false
}

const TYPE = /^[\w.+-]{1,80}\/[\w.+-]{1,80}$/

/** Options of the splitter below the parser: it passes them on, its types do not name them. */
const OPTIONS: MailParserOptions & Readonly<Record<string, unknown>> = {
  keepDeliveryStatus: true,
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  checksumAlgo: false,
  // An attached letter is a file, and what it holds is not what this letter says.
  ignoreEmbedded: true,
  maxChildNodes: LIMITS.parts,
  maxHeadSize: LIMITS.partHeaderBytes,
}

/**
 * Takes a letter's body apart by mailparser. Its own reading of texts is passed by: every leaf is had as bytes, since
 * a charset that was declared wrongly cannot be corrected once decoded.
 * @throws TooComplex, or whatever the parser finds unbearable.
 */
export async function readTree(bytes: Uint8Array): Promise<MimeNode> {
  refuseTooComplex(bytes)
  const parser = new MailParser(OPTIONS)
  const open = parser as unknown as OpenParser
  open.textTypes = []
  const contents: Uint8Array[] = []
  await new Promise<void>((resolve, reject) => {
    parser.on('error', reject)
    parser.on('end', resolve)
    parser.on('data', (data) => {
      if (data.type === 'attachment') gather(data, contents, reject)
    })
    parser.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  })
  if (open.tree === false) return { kind: 'multipart', subtype: 'mixed', children: [] }
  return nodeOf(open.tree, contents.values())
}

function gather(data: AttachmentStream, contents: Uint8Array[], reject: (cause: Error) => void): void {
  const chunks: Uint8Array[] = []
  const place = contents.push(new Uint8Array()) - 1
  data.content.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  data.content.on('error', reject)
  data.content.on('end', () => {
    contents[place] = Buffer.concat(chunks)
    data.release?.()
  })
}

function nodeOf(node: ParserNode, contents: Iterator<Uint8Array>): MimeNode {
  const contentType = typeOf(node)
  if (contentType.startsWith('multipart/')) {
    const children = node.children.map((child) => nodeOf(child, contents))
    return { kind: 'multipart', subtype: contentType.slice('multipart/'.length), children }
  }
  const bytes = contents.next().value as Uint8Array | undefined
  const name = node.node.filename
  const contentId = [node.headers.get('content-id')].flat()[0]
  const declared = structured(node.headers.get('content-disposition'))
  return {
    kind: 'leaf',
    leaf: {
      contentType,
      parameters: structured(node.headers.get('content-type'))?.params ?? {},
      ...(declared !== undefined && { disposition: declared.value.toLowerCase() }),
      ...(name !== false && name !== '' && { name: eightBit(name) }),
      ...(typeof contentId === 'string' && { contentId: contentId.trim().replace(/^<|>$/g, '').trim() }),
      bytes: transferDecoded(bytes ?? new Uint8Array(), node.headers.get('content-transfer-encoding')),
    },
  }
}

/** The declared type, or what is meant by one that is none (RFC 2045, 5.2). */
function typeOf(node: ParserNode): string {
  const declared = (node.contentType || 'text/plain').toLowerCase()
  if (TYPE.test(declared)) return declared
  if (/^(?:text\/)?html\b/.test(declared)) return 'text/html'
  return /^text\b/.test(declared) || node.node.filename === false ? 'text/plain' : 'application/octet-stream'
}

/** Names in UTF-8 that nobody encoded: the library takes each byte for a character. */
function eightBit(name: string): string {
  if (!/[\x80-\xff]/.test(name) || /[^\0-\xff]/.test(name)) return name
  return decodeBytes(Buffer.from(name, 'latin1'), undefined)
}

/** What the library decodes is decoded; this one it does not know. */
function transferDecoded(bytes: Uint8Array, encoding: unknown): Uint8Array {
  const name = typeof encoding === 'string' ? encoding.trim().toLowerCase() : ''
  return /^(?:x-)?uu(?:encode|e)?$/.test(name) ? decodeUuencode(bytes) : bytes
}

function structured(
  value: unknown,
): { readonly value: string; readonly params: Readonly<Record<string, string>> } | undefined {
  if (typeof value !== 'object' || value === null || !('params' in value) || !('value' in value))
    return undefined
  const { params } = value
  return {
    value: typeof value.value === 'string' ? value.value : '',
    params: typeof params === 'object' && params !== null ? (params as Readonly<Record<string, string>>) : {},
  }
}

/**
 * The library's work grows with the lines, and every line that begins as a delimiter is compared with the boundary
 * of every open multipart.
 */
function refuseTooComplex(bytes: Uint8Array): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let lines = 0
  for (let at = buffer.indexOf(0x0a); at !== -1; at = buffer.indexOf(0x0a, at + 1)) lines += 1
  if (lines > LIMITS.lines) throw new TooComplex('too many lines')
  let delimiters = 0
  for (let at = buffer.indexOf('\n--'); at !== -1; at = buffer.indexOf('\n--', at + 2)) delimiters += 1
  if (delimiters < LIMITS.parts) return
  let multiparts = 1
  for (let at = buffer.indexOf('multipart/'); at !== -1; at = buffer.indexOf('multipart/', at + 10))
    multiparts += 1
  if (delimiters * Math.min(multiparts, LIMITS.parts) > LIMITS.delimiterWork) {
    throw new TooComplex('too many delimiters for its many multiparts')
  }
}
