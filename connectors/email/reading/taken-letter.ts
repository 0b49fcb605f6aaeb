import { createHash } from 'node:crypto'
import type { AttachmentRef } from '../../../src/contract/inbound-event.ts'
import type { JournaledRequest } from '../../../src/contract/raw-request.ts'
import { PARTIAL_LETTER } from '../letter-item.ts'
import { openPartial } from './partial-letter.ts'
import type { OpenedMail } from './read-mail.ts'
import { openMail } from './read-mail.ts'

/** A letter from the journal, opened. */
export interface TakenLetter {
  readonly opened: OpenedMail
  /** What was left in the mailbox. */
  readonly remoteFiles: readonly AttachmentRef[]
  readonly partial: boolean
  /** Of what is the same at every scan of the mailbox; 64 hexadecimal digits. */
  readonly hash: string
}

const NO_MAIL: OpenedMail = {
  mail: { headers: [], contentType: 'text/plain', parameters: {}, parts: [], text: '' },
  rawHeaders: [],
  bodyParts: new Set(),
  onlyHtml: false,
  broken: true,
}

/** Opens what the session journaled. Never throws: what cannot be opened is broken. */
export async function takeLetter({ body, contentType }: JournaledRequest): Promise<TakenLetter> {
  if (contentType !== PARTIAL_LETTER) {
    return {
      opened: await openMail(body).catch(() => NO_MAIL),
      remoteFiles: [],
      partial: false,
      hash: hashOf([body]),
    }
  }
  const taken = await openPartial(body).catch(() => undefined)
  return {
    opened: taken?.opened ?? NO_MAIL,
    remoteFiles: taken?.files ?? [],
    partial: true,
    hash: hashOf(taken?.stable ?? [body]),
  }
}

function hashOf(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}
