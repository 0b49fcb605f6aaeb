import type { HeaderLine, MailPart, ReadMail } from '../read-mail.ts'
import { chooseBody } from './body.ts'
import { decodeBytes } from './charset.ts'
import { headerLinesOf, rawHeaderLinesOf, splitLetter } from './header-block.ts'
import { LIMITS } from './limits.ts'
import type { Leaf, MimeNode } from './mime-tree.ts'
import { readTree } from './mime-tree.ts'

const MIME_HEADERS = /^(?:content-|mime-version$)/
const NO_PARAMETERS = /;[^]*$/
const DECODED = /^(?:text|message)\/|^application\/(?:ics|calendar\+json)$/
const BOUNDARY_LINE = /^--([^\r\n]{1,200})\r?\n(?=content-)/im
const HAS_BOUNDARY = /;\s*boundary\s*=/i

/** A letter taken apart, and which of its parts are its body: those are no files. */
export interface OpenedMail {
  readonly mail: ReadMail
  /** The header lines with their encoded words as they came. */
  readonly rawHeaders: readonly HeaderLine[]
  readonly bodyParts: ReadonlySet<MailPart>
  /** The text was made of the formatted body, since there is no other. */
  readonly onlyHtml: boolean
  /** It could not be taken apart: what there is of it is the headers. */
  readonly broken: boolean
}

/** Takes a letter apart. Never throws, and the same bytes give the same. */
export async function readMail(bytes: Uint8Array): Promise<ReadMail> {
  return (await openMail(bytes)).mail
}

/** {@link readMail}, with what only the reading of the body needs to know. */
export async function openMail(bytes: Uint8Array): Promise<OpenedMail> {
  const { head, body } = splitLetter(withLineFeeds(bytes))
  if (head.length === 0 && !isText(body)) return { ...openedMail(head, LEAFLESS, NOTHING), broken: true }
  try {
    return openedMail(head, await readTree(joined(mimeHeadersOf(head, body), body)), body)
  } catch {
    return { ...openedMail(head, LEAFLESS, NOTHING), broken: true }
  }
}

const LEAFLESS: MimeNode = { kind: 'multipart', subtype: 'mixed', children: [] }
const NOTHING = new Uint8Array()

/** A letter of its header lines and the tree of its parts; `body` is shown where the tree has no part at all. */
export function openedMail(head: readonly Uint8Array[], tree: MimeNode, body: Uint8Array): OpenedMail {
  const headers = headerLinesOf(head)
  const type = headers.find((line) => line.name === 'content-type')?.value ?? ''
  const parameters = parametersOf(type)
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
    const bytes = withoutDelimiters(body, parameters['boundary'])
    return openedMail(
      head,
      { kind: 'leaf', leaf: { contentType: 'text/plain', parameters: {}, bytes } },
      NOTHING,
    )
  }
  const chosen = chooseBody(tree, (leaf) => partsOf.get(leaf))
  const contentType = type.replace(NO_PARAMETERS, '').trim().toLowerCase()
  return {
    mail: {
      headers,
      contentType: contentType === '' ? 'text/plain' : contentType,
      parameters,
      parts,
      text: chosen.text,
      ...(chosen.html !== undefined && { html: chosen.html }),
    },
    rawHeaders: rawHeaderLinesOf(head),
    bodyParts: chosen.used,
    onlyHtml: chosen.onlyHtml,
    broken: false,
  }
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
    ...(DECODED.test(contentType) && { text: decodedText(bytes, parameters['charset']) }),
  }
}

function decodedText(bytes: Uint8Array, charset: string | undefined): string {
  return decodeBytes(bytes.subarray(0, LIMITS.decodedBytes), charset).replace(/\r\n?/g, '\n')
}

function dispositionOf({ disposition }: Leaf): 'attachment' | 'inline' | undefined {
  if (disposition === undefined || disposition === '') return undefined
  return disposition === 'inline' ? 'inline' : 'attachment'
}

/** Parameters of the whole letter's type; those of its parts the library read. */
function parametersOf(type: string): Record<string, string> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>
  for (const match of type
    .slice(0, 4_000)
    .matchAll(/;\s*([\w*-]{1,60})\s*=\s*(?:"([^"]{0,1000})"|([^;\s]{0,1000}))/g)) {
    const name = (match[1] ?? '').toLowerCase()
    found[name] ??= match[2] ?? match[3] ?? ''
  }
  return { ...found }
}

/** The lines that say how the body is built. Only these go to the library: the rest is read here, bounded. */
function mimeHeadersOf(head: readonly Uint8Array[], body: Uint8Array): readonly Uint8Array[] {
  const lines = headerLinesOf(head)
  const mime = head.filter((_, at) => MIME_HEADERS.test(lines[at]?.name ?? ''))
  const type = lines.find((line) => line.name === 'content-type')?.value ?? ''
  if (!/^multipart\//i.test(type) || HAS_BOUNDARY.test(type)) return mime
  // A multipart that does not name its boundary: the first line that looks like one is taken.
  const found = BOUNDARY_LINE.exec(Buffer.from(body.subarray(0, 64 * 1_024)).toString('latin1'))
  const boundary = found?.[1]?.trimEnd()
  if (boundary === undefined || boundary.includes('"')) return mime
  return [Buffer.from(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n`, 'latin1')]
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
  const controls = start.reduce(
    (sum, byte) => sum + (byte < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte) ? 1 : 0),
    0,
  )
  return start.some((byte) => byte > 0x20) && controls * 50 < start.length
}
