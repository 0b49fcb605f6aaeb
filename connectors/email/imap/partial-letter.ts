import type { ImapFlow, MessageStructureObject } from 'imapflow'
import type { PartialLetter } from '../letter-item.ts'
import { writeFileRef } from './file-ref.ts'
import { PARTIAL } from './limits.ts'
import type { LetterMeta } from './raw-item.ts'

interface Place {
  readonly mailbox: string
  readonly uidValidity: string
}

interface Leaf {
  readonly part: string
  readonly node: MessageStructureObject
}

const MAX_NAME = 255

/** Takes headers and bodies of a large letter and names its files; undefined when it is gone. */
export async function fetchPartial(
  client: ImapFlow,
  place: Place,
  { uid }: LetterMeta,
): Promise<PartialLetter | undefined> {
  const row = await client.fetchOne(
    uid,
    { uid: true, bodyStructure: true, bodyParts: [HEADER] },
    { uid: true },
  )
  if (!row) return undefined
  if (!row.bodyStructure) throw new Error('the server does not tell how the letter is built')
  const leaves = leavesOf(row.bodyStructure)
  const texts = leaves.filter(isBody).slice(0, PARTIAL.bodies)
  const bodies = await fetchBodies(client, uid, texts)
  const read = new Set(bodies.filter(({ body }) => !body.cut).map(({ leaf }) => leaf))
  return {
    headers: base64(row.headers),
    bodies: bodies.map(({ body }) => body),
    files: leaves
      .filter((leaf) => !read.has(leaf))
      .slice(0, PARTIAL.files)
      .map((leaf) => fileOf(leaf, { ...place, uid })),
  }
}

/** The least that can be told of a letter that cannot be read otherwise: its headers, and itself as a file. */
export async function fetchRescued(
  client: ImapFlow,
  place: Place,
  { uid, sizeBytes }: LetterMeta,
): Promise<PartialLetter | undefined> {
  const row = await client.fetchOne(uid, { uid: true, bodyParts: [HEADER] }, { uid: true })
  if (!row) return undefined
  const ref = writeFileRef({ ...place, uid, part: '', encoding: '' })
  return {
    headers: base64(row.headers),
    bodies: [],
    files: [{ ref, name: 'letter.eml', contentType: 'message/rfc822', sizeBytes }],
  }
}

const HEADER = { key: 'HEADER', maxLength: PARTIAL.headerBytes }

/** An attached letter is one file: what is inside it is not looked at. */
function leavesOf(root: MessageStructureObject): readonly Leaf[] {
  const leaves: Leaf[] = []
  const waiting = [root]
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.childNodes && node.type !== 'message/rfc822') waiting.push(...node.childNodes.toReversed())
    // A letter that is one single part calls it 1.
    else leaves.push({ part: node.part ?? '1', node })
  }
  return leaves
}

const isBody = ({ node }: Leaf): boolean =>
  (node.type === 'text/plain' || node.type === 'text/html') && node.disposition !== 'attachment'

async function fetchBodies(client: ImapFlow, uid: number, leaves: readonly Leaf[]) {
  if (leaves.length === 0) return []
  const maxLength = PARTIAL.bodyBytes
  const bodyParts = leaves.map(({ part: key }) => ({ key, maxLength }))
  const row = await client.fetchOne(uid, { uid: true, bodyParts }, { uid: true })
  return leaves.flatMap((leaf) => {
    const bytes = row ? row.bodyParts?.get(leaf.part) : undefined
    if (!bytes) return []
    const { node } = leaf
    const body = {
      contentType: node.type,
      charset: node.parameters?.['charset'] ?? '',
      encoding: node.encoding ?? '7bit',
      content: base64(bytes.subarray(0, maxLength)),
      cut: bytes.length >= maxLength && (node.size ?? 0) > maxLength,
    }
    return [{ leaf, body }]
  })
}

function fileOf(
  { part, node }: Leaf,
  place: Place & { readonly uid: number },
): PartialLetter['files'][number] {
  const { type: contentType, encoding = '7bit', size = 0, id } = node
  const named = node.dispositionParameters?.['filename'] ?? node.parameters?.['name']
  const contentId = id?.trim().replace(/^<|>$/g, '').slice(0, MAX_NAME)
  return {
    ref: writeFileRef({ ...place, uid: place.uid, part, encoding }),
    name: (named || fallbackName(contentType)).slice(0, MAX_NAME),
    contentType: contentType.slice(0, MAX_NAME),
    // Lines of 76 characters and their ends carry 57 bytes.
    sizeBytes: encoding === 'base64' ? Math.floor((size * 57) / 78) : size,
    ...(contentId ? { contentId } : {}),
  }
}

function fallbackName(contentType: string): string {
  switch (contentType) {
    case 'text/plain':
      return 'text.txt'
    case 'text/html':
      return 'text.html'
    case 'message/rfc822':
      return 'letter.eml'
    default:
      return 'file'
  }
}

const base64 = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64')
