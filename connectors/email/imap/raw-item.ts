import type { RawItem } from '../../../src/contract/connector.ts'
import type { EmailConfig } from '../config.ts'
import { type LetterFacts, PARTIAL_LETTER, type PartialLetter, WHOLE_LETTER } from '../letter-item.ts'
import { type Cursor, letterKey } from './cursor.ts'

/** What is known of a letter before it is read. */
export interface LetterMeta {
  readonly uid: number
  readonly sizeBytes: number
  readonly internalDateMs: number
}

const MAX_HEADER_SCAN = 65_536
const MAX_ADDRESS = 320

/** A letter taken whole, for the journal. */
export function wholeItem(
  cursor: Cursor,
  config: EmailConfig,
  meta: LetterMeta,
  raw: Uint8Array,
  checked: string,
): RawItem {
  return item(cursor, config, meta, { body: raw, contentType: WHOLE_LETTER, head: raw, checked })
}

/** What was taken of a letter that is too large, or cannot be read whole. */
export function partialItem(
  cursor: Cursor,
  config: EmailConfig,
  meta: LetterMeta,
  letter: PartialLetter,
): RawItem {
  const head = Buffer.from(letter.headers, 'base64')
  const body = Buffer.from(JSON.stringify(letter))
  return item(cursor, config, meta, { body, contentType: PARTIAL_LETTER, head, checked: '' })
}

function item(
  cursor: Cursor,
  config: EmailConfig,
  meta: LetterMeta,
  content: Pick<RawItem, 'body' | 'contentType'> & { readonly head: Uint8Array; readonly checked: string },
): RawItem {
  const { body, contentType, head, checked } = content
  const facts: LetterFacts = {
    mailbox: cursor.folder,
    uidValidity: cursor.uidValidity,
    uid: String(meta.uid),
    internalDateMs: String(meta.internalDateMs),
    sizeBytes: String(meta.sizeBytes),
    ownAddresses: [config.fromAddress, ...config.aliases].map((address) => address.toLowerCase()).join(' '),
    authservIds: config.authservIds.join(' '),
    checked,
  }
  const sender = senderOf(head)
  return {
    key: letterKey(cursor, meta.uid),
    ...(sender === undefined ? {} : { sender }),
    body,
    contentType,
    facts: { ...facts },
  }
}

/** The address in the From line, cheaply: it only keeps letters of one sender in their order. */
export function senderOf(raw: Uint8Array): string | undefined {
  const [line] = headerLines(raw, 'from')
  if (line === undefined) return undefined
  const bracket = line.lastIndexOf('<')
  const address = bracket < 0 ? line : line.slice(bracket + 1).split('>', 1)[0]
  const found = (address ?? '').trim().toLowerCase()
  return found.includes('@') && found.length <= MAX_ADDRESS && !/\s/.test(found) ? found : undefined
}

/** The unfolded values of a header, from the top of a letter. */
export function headerLines(raw: Uint8Array, name: string): readonly string[] {
  const lines = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, MAX_HEADER_SCAN))
    .toString('latin1')
    .split(/\r?\n/)
  const end = lines.indexOf('')
  const head = end < 0 ? lines : lines.slice(0, end)
  const values: string[] = []
  let within = false
  for (const line of head) {
    if (/^[ \t]/.test(line)) {
      if (within) values.push(`${values.pop() ?? ''} ${line.trim()}`)
      continue
    }
    const colon = line.indexOf(':')
    within = colon > 0 && line.slice(0, colon).trim().toLowerCase() === name
    if (within) values.push(line.slice(colon + 1).trim())
  }
  return values
}
