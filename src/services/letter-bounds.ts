import type { Letter, LetterAddress } from '../domain/letter.ts'
import type { StoredLetterBody } from '../store/letter-store.ts'
import type { SanitisedLetter } from './sanitise-events.ts'

/** As much of a letter's text as a thread shows; the rest is read with the whole letter. */
const LONGEST_SHOWN = 100_000
const LONGEST_TEXT = 1_000_000
/** Of what a letter brought back as tokens of ours, the first so many are looked at. */
export const MOST_TOKENS = 20
const MOST_ADDRESSES = 200
const LONGEST_ADDRESS = 320
const LONGEST_NAME = 200
const LONGEST_SUBJECT = 1_000
const LONGEST_ID = 1_000
const LONGEST_BASE_SUBJECT = 200
const MOST_HEADERS = 500
const LONGEST_HEADER = 10_000
const LONGEST_HEADERS = 200_000

const SHORTENED = '\n\n[The text goes on; all of it is in the source of the letter.]'

/** The text that a thread shows of a letter. */
export const shownText = (text: string): string => shortened(text, LONGEST_SHOWN)

const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${wellFormed(text.slice(0, most))}${SHORTENED}`

/** A cut may go through a pair of surrogates, of which the database keeps no half. */
const wellFormed = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '')

/** A subject or name on one line that turns no text around it. */
const oneLine = (text: string, most: number): string =>
  wellFormed(
    text
      .slice(0, most * 2)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
      .trim()
      .slice(0, most),
  )

function bounded({ address, name }: LetterAddress): LetterAddress {
  const shown = name === undefined ? '' : oneLine(name, LONGEST_NAME)
  return { address: oneLine(address, LONGEST_ADDRESS), ...(shown === '' ? {} : { name: shown }) }
}

const all = (addresses: readonly LetterAddress[]): readonly LetterAddress[] =>
  addresses.slice(0, MOST_ADDRESSES).map(bounded)

/** A letter with ids and subjects of a length that indexes bear; what is longer names nothing. */
export function withinBounds(letter: SanitisedLetter): SanitisedLetter {
  const { letterId, ...rest } = letter
  return {
    ...rest,
    from: bounded(letter.from),
    replyTo: all(letter.replyTo),
    to: all(letter.to),
    cc: all(letter.cc),
    bcc: all(letter.bcc),
    references: letter.references.filter((id) => id.length <= LONGEST_ID),
    baseSubject: wellFormed(letter.baseSubject.slice(0, LONGEST_BASE_SUBJECT)),
    ...(letterId === undefined || letterId === '' || letterId.length > LONGEST_ID ? {} : { letterId }),
    ...(letter.forwardedFrom ? { forwardedFrom: bounded(letter.forwardedFrom) } : {}),
  }
}

/** What the thread shows of a letter beside its text. */
export function toLetter(
  letter: SanitisedLetter,
  facts: {
    readonly text: string
    readonly subject?: string
    readonly sentAtMs?: number
    readonly hasSource: boolean
    readonly stranger: boolean
  },
): Letter {
  const { from, replyTo, to, cc, bcc, authentication, automatic, spam, forwardedFrom, partial, broken } =
    letter
  return {
    from,
    replyTo,
    to,
    cc,
    bcc,
    ...(facts.subject === undefined ? {} : { subject: oneLine(facts.subject, LONGEST_SUBJECT) }),
    ...(Number.isFinite(facts.sentAtMs) ? { sentAtMs: facts.sentAtMs as number } : {}),
    hasHtml: letter.sanitised !== undefined,
    hasQuoted: letter.fullText !== undefined && letter.fullText !== facts.text,
    hasSource: facts.hasSource,
    ...(authentication ? { authentication } : {}),
    ...(automatic ? { automatic } : {}),
    ...(spam ? { spam } : {}),
    ...(facts.stranger ? { stranger: true } : {}),
    ...(forwardedFrom ? { forwardedFrom } : {}),
    ...(partial ? { partial } : {}),
    ...(broken ? { broken } : {}),
  }
}

/** What is read of a letter when somebody opens it. */
export function toBody(letter: SanitisedLetter, text: string): Omit<StoredLetterBody, 'messageId'> {
  const headers: { readonly name: string; readonly value: string }[] = []
  let left = LONGEST_HEADERS
  for (const { name, value } of letter.headers.slice(0, MOST_HEADERS)) {
    const line = { name: name.slice(0, LONGEST_NAME), value: wellFormed(value.slice(0, LONGEST_HEADER)) }
    left -= line.name.length + line.value.length
    if (left < 0) break
    headers.push(line)
  }
  return {
    text: shortened(letter.fullText ?? text, LONGEST_TEXT),
    ...(letter.sanitised ? { html: letter.sanitised.html } : {}),
    remoteImages: letter.sanitised?.remoteImages ?? [],
    headers,
  }
}
