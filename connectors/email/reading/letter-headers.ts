import type { LetterAddress, LetterParticipants } from '../../../src/domain/letter.ts'
import type { HeaderLine, ReadMail } from '../read-mail.ts'
import { addressesOf } from './addresses.ts'
import { LIMITS } from './limits.ts'
import type { OpenedMail } from './read-mail.ts'
import {
  letterIdOf,
  RECIPIENT_HEADERS,
  referencesOf,
  rootOf,
  tokenInAddress,
  tokenInId,
} from './references.ts'
import { shownSubject } from './subject.ts'

/** What the header block says, as events need it. */
export interface LetterHeaders extends LetterParticipants {
  readonly letterId?: string
  readonly rootId?: string
  readonly references: readonly string[]
  readonly tokens: readonly string[]
  readonly subject: string
  readonly headers: ReadMail['headers']
  /** A usable address was found for `from`. */
  readonly named: boolean
}

/** Reads the header block. Where nobody is named, the letter's own hash stands for a sender, so that it is shown. */
export function letterHeadersOf(
  { mail, rawHeaders }: OpenedMail,
  own: readonly string[],
  hash: string,
): LetterHeaders {
  const { headers } = mail
  const letterId = letterIdOf(headers)
  const rootId = rootOf(headers)
  const references = referencesOf(headers)
  const sender = senderOf(rawHeaders)
  return {
    from: sender ?? { address: `unknown-${hash.slice(0, 16)}@invalid` },
    replyTo: addressesOf(rawHeaders, 'reply-to'),
    to: addressesOf(rawHeaders, 'to'),
    cc: addressesOf(rawHeaders, 'cc'),
    bcc: addressesOf(rawHeaders, 'bcc'),
    ...(letterId !== undefined && { letterId }),
    ...(rootId !== undefined && { rootId }),
    references,
    tokens: tokensOf(rawHeaders, references, own),
    subject: shownSubject(headers.find((line) => line.name === 'subject')?.value ?? ''),
    headers: bounded(headers),
    named: sender !== undefined,
  }
}

function senderOf(raw: readonly HeaderLine[]): LetterAddress | undefined {
  for (const name of ['from', 'sender', 'resent-from', 'x-sender', 'return-path', 'reply-to']) {
    const [first] = addressesOf(raw, name)
    if (first !== undefined) return first
  }
  return undefined
}

function tokensOf(
  raw: readonly HeaderLine[],
  references: readonly string[],
  own: readonly string[],
): string[] {
  const addresses = RECIPIENT_HEADERS.flatMap((name) => addressesOf(raw, name))
  const found = [
    ...addresses.map(({ address }) => tokenInAddress(address, own)),
    ...references.map((id) => tokenInId(id)),
  ].filter((token) => token !== undefined)
  return [...new Set(found)].slice(0, LIMITS.references)
}

/** The lines in their order, until the limit. */
function bounded(headers: ReadMail['headers']): ReadMail['headers'] {
  let length = 0
  return headers.slice(0, LIMITS.headerLines).filter(({ name, value }) => {
    length += name.length + value.length
    return length <= LIMITS.headerBytes
  })
}
