import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { ReadMail } from '../read-mail.ts'
import { addressesOf, parseAddresses } from './addresses.ts'
import { rawHeaderLinesOf, splitLetter } from './header-block.ts'
import { LIMITS } from './limits.ts'
import { isForwardRule } from './quote-phrases.ts'
import { quotedHeaderOf } from './quoted-headers.ts'
import { saysForwarded } from './subject.ts'

const NEARLY_EMPTY = 400
const FORWARD_WORD =
  /forward|weitergeleit|transf|réexp|reenvi|inoltr|encaminh|doorgestuurd|videresend|vidarebef|välitet|przekaz|перес|переадрес|přepo|tovább|iletilen|yönlend|προωθ|redirec|转发|轉寄|転送|전달|שהועבר|توجيه/iu
const NAME_AND_ADDRESS = /^["']?(.{0,200}?)["']?\s*[<[(]\s*(?:mailto:)?([^\s<>[\]()]{1,320})\s*[>\])]/iu

/**
 * Who wrote the letter that this one forwards, by the header that programs put above it or by the letter attached.
 * A claim of whoever forwarded it. `own` addresses are passed over: they wrote to somebody, nobody forwards them.
 */
export function forwardedFromOf(
  mail: ReadMail,
  newText: string,
  subject: string,
  own: readonly string[],
): LetterAddress | undefined {
  const said = saysForwarded(subject)
  const attached = said || newText.length <= NEARLY_EMPTY ? attachedSender(mail) : undefined
  const found = inlineSender(mail.text, said) ?? attached
  return found === undefined || own.includes(found.address) ? undefined : found
}

function inlineSender(text: string, said: boolean): LetterAddress | undefined {
  const rows = text.slice(0, LIMITS.quoteSearch).split('\n')
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? ''
    if (isForwardRule(row) && (said || FORWARD_WORD.test(row))) {
      const sender = senderBelow(rows, at + 1)
      if (sender !== undefined) return sender
    } else if (said && quotedHeaderOf(row)?.kind === 'from' && isHeaderBlock(rows, at))
      return senderBelow(rows, at)
  }
  return undefined
}

function isHeaderBlock(rows: readonly string[], at: number): boolean {
  const kinds = rows.slice(at, at + 8).map((row) => quotedHeaderOf(row)?.kind)
  return new Set(kinds.filter((kind) => kind !== undefined)).size >= 3
}

function senderBelow(rows: readonly string[], at: number): LetterAddress | undefined {
  for (let offset = 0; offset < 10; offset += 1) {
    const header = quotedHeaderOf(rows[at + offset] ?? '')
    if (header?.kind !== 'from') continue
    const next = (rows[at + offset + 1] ?? '').replace(/^[\s>|]+/, '')
    const value = header.value.includes('@') ? header.value : `${header.value} ${next}`
    return senderOf(value.replace(/\*/g, ' ').slice(0, 600).trim())
  }
  return undefined
}

function senderOf(value: string): LetterAddress | undefined {
  const match = NAME_AND_ADDRESS.exec(value)
  const [named] =
    match === null ? [] : parseAddresses(`"${(match[1] ?? '').replace(/["\\]/g, '')}" <${match[2] ?? ''}>`)
  return named ?? parseAddresses(value)[0]
}

function attachedSender(mail: ReadMail): LetterAddress | undefined {
  // The letters in a report or a digest are not passed on to be answered.
  if (mail.contentType === 'multipart/report' || mail.contentType === 'multipart/digest') return undefined
  const letters = mail.parts.filter((part) => part.contentType === 'message/rfc822')
  const [letter] = letters
  if (letter === undefined || letters.length > 1) return undefined
  return addressesOf(rawHeaderLinesOf(splitLetter(letter.bytes).head), 'from')[0]
}
