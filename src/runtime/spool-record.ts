/** How an entry lies in a spool file: a frame with its length and checksum, so that a torn one is told from a whole. */
import { crc32 } from 'node:zlib'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import type { JournalEntry } from '../store/journal-store.ts'

const MAGIC = 0x54_53_50_31
/** Magic, length and checksum of what follows. */
const HEAD_BYTES = 12
const LENGTH_BYTES = 4

interface Facts extends Omit<JournalEntry, 'body' | 'tries'> {}

/** The frame of an entry. */
export function encodeRecord({ body, tries: _tries, ...facts }: JournalEntry): Buffer {
  const header = Buffer.from(JSON.stringify(facts satisfies Facts))
  const content = Buffer.allocUnsafe(LENGTH_BYTES + header.length + body.byteLength)
  content.writeUInt32BE(header.length, 0)
  header.copy(content, LENGTH_BYTES)
  content.set(body, LENGTH_BYTES + header.length)
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head.writeUInt32BE(MAGIC, 0)
  head.writeUInt32BE(content.length, 4)
  head.writeUInt32BE(crc32(content), 8)
  return Buffer.concat([head, content])
}

/**
 * The entries of a file, up to its end or to the first frame that is not whole. What comes behind such a one is not
 * looked for: a body may hold anything, also what looks like a frame.
 * @returns `isTorn` when something is left that is no whole frame
 */
export function decodeRecords(bytes: Buffer): {
  readonly entries: readonly JournalEntry[]
  readonly isTorn: boolean
} {
  const entries: JournalEntry[] = []
  let at = 0
  while (at < bytes.length) {
    const content = contentAt(bytes, at)
    const entry = content && entryOf(content)
    if (!content || !entry) return { entries, isTorn: true }
    entries.push(entry)
    at += HEAD_BYTES + content.length
  }
  return { entries, isTorn: false }
}

function contentAt(bytes: Buffer, at: number): Buffer | undefined {
  if (at + HEAD_BYTES > bytes.length || bytes.readUInt32BE(at) !== MAGIC) return undefined
  const end = at + HEAD_BYTES + bytes.readUInt32BE(at + 4)
  if (end > bytes.length) return undefined
  const content = bytes.subarray(at + HEAD_BYTES, end)
  return crc32(content) === bytes.readUInt32BE(at + 8) ? content : undefined
}

function entryOf(content: Buffer): JournalEntry | undefined {
  if (content.length < LENGTH_BYTES) return undefined
  const bodyAt = LENGTH_BYTES + content.readUInt32BE(0)
  if (bodyAt > content.length) return undefined
  try {
    const facts = JSON.parse(content.toString('utf8', LENGTH_BYTES, bodyAt)) as Facts
    return {
      ...facts,
      id: facts.id as JournalEntryId,
      channelId: facts.channelId as ChannelId,
      body: new Uint8Array(content.subarray(bodyAt)),
      tries: 0,
    }
  } catch {
    return undefined
  }
}
