import type { HeaderLine, MailPart, ReadMail } from '../read-mail.ts'
import { chooseBody } from './body.ts'
import { decodeBytes } from './charset.ts'
import { headerLinesOf, splitLetter } from './header-block.ts'
import type { Leaf, MimeNode } from './mime-tree.ts'
import { readTree } from './mime-tree.ts'

const MIME_HEADERS = /^(?:content-|mime-version$)/
const NO_PARAMETERS = /;[^]*$/
const DECODED = /^(?:text|message)\/|^application\/(?:ics|calendar\+json)$/
const BOUNDARY_LINE = /^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-)/im
const HAS_BOUNDARY = /;\s*boundary\s*=/i

/** A letter taken apart, and which of its parts are its body: those are no files. */
export interface OpenedMail {
  readonly mail: ReadMail
  readonly bodyParts: ReadonlySet<MailPart>
  /** It could not be taken apart: what there is of it is the headers. */
  readonly broken: boolean
}

/** Takes a letter apart. Never throws, and the same bytes give the same. */
export async function readMail(bytes: Uint8Array): Promise<ReadMail> {
  return (await openMail(bytes)).mail
}

/** {@link readMail}, with what only the reading of the body needs to know. */
export async function openMail(bytes: Uint8Array): Promise<OpenedMail> {
  const letter = withLineFeeds(bytes)
  const { head, body } = splitLetter(letter)
  const headers = headerLinesOf(head)
  const mime = head.filter((_, at) => MIME_HEADERS.test(headers[at]?.name ?? ''))
  const type = headers.find((line) => line.name === 'content-type')?.value ?? ''
  if (head.length === 0 && !isText(body)) return { ...opened(headers, leafless, body), broken: true }
  try {
    return opened(headers, await readTree(joined(corrected(mime, type, body), body)), body)
  } catch {
    return { ...opened(headers, leafless, new Uint8Array()), broken: true }
  }
}

const leafless: MimeNode = { kind: 'multipart', subtype: 'mixed', children: [] }

function opened(headers: readonly HeaderLine[], tree: MimeNode, body: Uint8Array): OpenedMail {
  const parts: MailPart[] = []
  const partsOf = new Map<Leaf, MailPart>()
  const visit = (node: MimeNode): void => {
    if (node.kind === 'multipart') return node.children.forEach(visit)
    const part = partOf(node.leaf)
    parts.push(part)
    partsOf.set(node.leaf, part)
  }
  visit(tree)
  // A multipart of which nothing could be found is a text still: somebody wrote it.
  if (parts.length === 0 && body.length > 0 && isText(body)) {
    const leaf: Leaf = { contentType: 'text/plain', parameters: {}, bytes: withoutDelimiters(body, boundaryOf(headers)) }
    return opened(headers, { kind: 'leaf', leaf }, new Uint8Array())
  }
  const chosen = chooseBody(tree, (leaf) => partsOf.get(leaf))
  const type = headers.find((line) => line.name === 'content-type')?.value ?? ''
  const contentType = type.replace(NO_PARAMETERS, '').trim().toLowerCase()
  return {
    mail: {
      headers,
      contentType: contentType === '' ? 'text/plain' : contentType,
      parameters: parametersOf(type),
      parts,
      text: chosen.text,
      ...(chosen.html !== undefined && { html: chosen.html }),
    },
    bodyParts: chosen.used,
    broken: false,
  }
}

function boundaryOf(headers: readonly HeaderLine[]): string | undefined {
  return parametersOf(headers.find((line) => line.name === 'content-type')?.value ?? '')['boundary']
}

function withoutDelimiters(body: Uint8Array, boundary: string | undefined): Uint8Array {
  if (boundary === undefined || boundary === '') return body
  const lines = Buffer.from(body).toString('latin1').split('\n')
  return Buffer.from(lines.filter((line) => !line.startsWith(`--${boundary}`)).join('\n'), 'latin1')
}

function partOf(leaf: Leaf): MailPart {
  const { contentType, parameters, bytes } = leaf
  const disposition = dispositionOf(leaf)
  return {
    contentType,
    parameters,
    ...(disposition !== undefined && { disposition }),
    ...(leaf.name !== undefined && { name: leaf.name }),
    ...(leaf.contentId !== undefined && { contentId: leaf.contentId }),
    bytes,
    ...(DECODED.test(contentType) && { text: decodeBytes(bytes, parameters['charset']).replace(/\r\n?/g, '\n') }),
  }
}

function dispositionOf({ disposition }: Leaf): 'attachment' | 'inline' | undefined {
  if (disposition === undefined || disposition === '') return undefined
  return disposition === 'inline' ? 'inline' : 'attachment'
}

/** Parameters of the whole letter's type; those of its parts the library read. */
function parametersOf(type: string): Record<string, string> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>
  for (const match of type.slice(0, 4_000).matchAll(/;\s*([\w*-]{1,60})\s*=\s*(?:"([^"]{0,1000})"|([^;\s]{0,1000}))/g)) {
    const name = (match[1] ?? '').toLowerCase()
    found[name] ??= match[2] ?? match[3] ?? ''
  }
  return { ...found }
}

/** A multipart that does not name its boundary: the first line that looks like one is taken. */
function corrected(mime: readonly Uint8Array[], type: string, body: Uint8Array): readonly Uint8Array[] {
  if (!/^multipart\//i.test(type) || HAS_BOUNDARY.test(type)) return mime
  const found = BOUNDARY_LINE.exec(Buffer.from(body.subarray(0, 64 * 1_024)).toString('latin1'))
  const boundary = found?.[1]
  if (boundary === undefined || boundary.includes('"')) return mime
  const line = Buffer.from(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n`, 'latin1')
  return [line]
}

function joined(head: readonly Uint8Array[], body: Uint8Array): Uint8Array {
  const lines = head.flatMap((line) => (line.at(-1) === 0x0a ? [line] : [line, Buffer.from('\r\n')]))
  return Buffer.concat([...lines, Buffer.from('\r\n'), body])
}

/** A letter whose lines end in a carriage return alone, as very old systems wrote them. */
function withLineFeeds(bytes: Uint8Array): Uint8Array {
  if (bytes.includes(0x0a) || !bytes.includes(0x0d)) return bytes
  return bytes.map((byte) => (byte === 0x0d ? 0x0a : byte))
}

/** Whether bytes without any header could have been written by a person. */
function isText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 4_096)
  const controls = start.reduce((sum, byte) => sum + (byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte) ? 1 : 0), 0)
  return start.some((byte) => byte > 0x20) && controls * 50 < start.length
}
