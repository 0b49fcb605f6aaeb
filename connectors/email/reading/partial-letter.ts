import type { AttachmentRef } from '../../../src/contract/inbound-event.ts'
import type { PartialLetter } from '../letter-item.ts'
import { safeFileName } from './file-names.ts'
import { splitLetter } from './header-block.ts'
import { LIMITS } from './limits.ts'
import type { MimeNode } from './mime-tree.ts'
import { readTree } from './mime-tree.ts'
import type { OpenedMail } from './read-mail.ts'
import { openedMail } from './read-mail.ts'

const HARMLESS = /^[\w.+/:-]{1,100}$/

/** A large letter as far as it was taken. */
export interface OpenedPartial {
  readonly opened: OpenedMail
  readonly files: readonly AttachmentRef[]
  /** What of the letter is the same however often it is fetched. */
  readonly stable: readonly Uint8Array[]
}

/** Reads what the session took of a large letter. Undefined when it is no such thing. */
export async function openPartial(body: Uint8Array): Promise<OpenedPartial | undefined> {
  const letter = partialOf(body)
  if (letter === undefined) return undefined
  const headers = Buffer.from(letter.headers, 'base64')
  const contents = letter.bodies.map((part) => Buffer.from(part.content, 'base64'))
  const { head } = splitLetter(headers)
  const children: MimeNode[] = []
  for (const [at, part] of letter.bodies.entries()) {
    children.push(await readTree(asPart(part, contents[at] ?? Buffer.alloc(0))).catch(() => EMPTY))
  }
  const subtype = alternatives(letter) ? 'alternative' : 'mixed'
  return {
    opened: openedMail(head, { kind: 'multipart', subtype, children }, new Uint8Array()),
    files: letter.files.slice(0, LIMITS.files).map(fileOf),
    stable: [headers, ...contents],
  }
}

const EMPTY: MimeNode = { kind: 'multipart', subtype: 'mixed', children: [] }

/** Two bodies of which one is formatted are two versions of one text. */
function alternatives({ bodies }: PartialLetter): boolean {
  const types = bodies.map((part) => part.contentType.toLowerCase())
  return types.length === 2 && types.includes('text/plain') && types.includes('text/html')
}

/** A part as it stood in the letter, so that it is read as any other. */
function asPart(part: PartialLetter['bodies'][number], content: Uint8Array): Uint8Array {
  const type = HARMLESS.test(part.contentType) ? part.contentType : 'text/plain'
  const charset = HARMLESS.test(part.charset) ? `; charset="${part.charset}"` : ''
  const encoding = HARMLESS.test(part.encoding) ? `Content-Transfer-Encoding: ${part.encoding}\r\n` : ''
  return Buffer.concat([Buffer.from(`Content-Type: ${type}${charset}\r\n${encoding}\r\n`), content])
}

function fileOf(file: PartialLetter['files'][number]): AttachmentRef {
  return {
    kind: 'remote',
    ref: file.ref,
    name: safeFileName(file.name) ?? 'file',
    contentType: file.contentType,
    sizeBytes: file.sizeBytes,
    ...(file.contentId !== undefined && { contentId: file.contentId.replace(/^<|>$/g, '') }),
  }
}

function partialOf(body: Uint8Array): PartialLetter | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    return isPartialLetter(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isPartialLetter(value: unknown): value is PartialLetter {
  return (
    isRecord(value) &&
    typeof value['headers'] === 'string' &&
    Array.isArray(value['bodies']) &&
    value['bodies'].every(
      (part) =>
        isRecord(part) &&
        ['contentType', 'charset', 'encoding', 'content'].every((key) => typeof part[key] === 'string'),
    ) &&
    Array.isArray(value['files']) &&
    value['files'].every(
      (file) =>
        isRecord(file) &&
        ['ref', 'name', 'contentType'].every((key) => typeof file[key] === 'string') &&
        typeof file['sizeBytes'] === 'number' &&
        (file['contentId'] === undefined || typeof file['contentId'] === 'string'),
    )
  )
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
