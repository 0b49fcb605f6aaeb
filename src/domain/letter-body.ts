import type { LetterAddress, LetterParticipants } from './letter.ts'
import { withoutToken } from './letter-address.ts'
import { oneLineOf } from './letter-subject.ts'

/** A letter's body in both forms; the formatted one only where there is formatting. */
export interface LetterText {
  readonly text: string
  /** Sanitised. */
  readonly html?: string
}

/** The letter that is put below another one. */
export interface QuotedLetter extends LetterText {
  readonly head?: LetterParticipants & { readonly subject?: string }
  readonly authorName: string
  /** Milliseconds since the epoch. */
  readonly atMs: number
}

/** All that a letter's body is made of. */
export interface LetterBodyParts {
  /** What the agent wrote. */
  readonly own: LetterText
  /** Plain text; empty = none. */
  readonly signature: string
  readonly quoted?: QuotedLetter
  readonly as?: 'reply' | 'forward'
  /** This channel's own addresses, lower case: tokens of ours are nobody else's to have. */
  readonly ownAddresses: readonly string[]
}

/** How much of a letter is put below another one, in UTF-16 units. */
export const QUOTED_LENGTH = 200_000

/** Stands where a quotation was cut. */
const CUT = '[…]'
const MOST_NAMED = 50
const LATEST_MS = 8_640_000_000_000_000

/**
 * Puts a letter's body together: what the agent wrote, the signature, then what is answered or passed on, each as mail
 * programs do it. Pure and total; html only goes in where it is sanitised and comes out where there was any.
 */
export function composeBody({ own, signature, quoted, as, ownAddresses }: LetterBodyParts): LetterText {
  const below = quoted && as ? belowOf(quoted, as, ownAddresses) : undefined
  const signed = signature.trimEnd()
  const sign = signed !== '' && !own.text.trimEnd().endsWith(signed)
  const text = [
    ...(own.text === '' ? [] : [own.text.trimEnd()]),
    ...(sign ? [`-- \n${signed}`] : []),
    ...(below ? [below.text] : []),
  ].join('\n\n')
  if (own.html === undefined && below?.html === undefined) return { text }
  const html = [
    own.html ?? htmlOf(own.text.trimEnd()),
    ...(sign ? [`<div>-- <br>${htmlLines(signed)}</div>`] : []),
    ...(below ? [below.html ?? htmlOf(below.text)] : []),
  ].join('\n')
  return { text, html }
}

function belowOf(quoted: QuotedLetter, as: 'reply' | 'forward', own: readonly string[]): LetterText {
  const { text, html } = bounded(quoted)
  if (as === 'reply') {
    const line = attributionOf(quoted)
    return {
      text: `${line}\n${marked(text)}`,
      ...(html === undefined
        ? {}
        : {
            html: `<div class="tributary-quoted"><p>${escaped(line)}</p><blockquote type="cite">${html}</blockquote></div>`,
          }),
    }
  }
  const head = forwardHead(quoted, own)
  return {
    text: `${head.join('\n')}\n\n${text}`,
    ...(html === undefined
      ? {}
      : { html: `<div class="tributary-quoted"><p>${head.map(escaped).join('<br>')}</p>${html}</div>` }),
  }
}

/** Formatted text cannot be cut without breaking it: where there is too much, the plain text stands in. */
function bounded({ text, html }: QuotedLetter): LetterText {
  const short = text.length <= QUOTED_LENGTH ? text : `${cutAtLine(text)}\n${CUT}`
  if (html === undefined) return { text: short }
  return { text: short, html: html.length <= QUOTED_LENGTH ? html : htmlOf(short) }
}

function cutAtLine(text: string): string {
  const head = text.slice(0, QUOTED_LENGTH)
  const end = head.lastIndexOf('\n')
  return end > 0 ? head.slice(0, end) : head.replace(/[\uD800-\uDBFF]$/u, '')
}

const attributionOf = ({ authorName, atMs }: QuotedLetter): string =>
  `On ${letterDateOf(atMs)}, ${oneLineOf(authorName).slice(0, 200) || 'somebody'} wrote:`

/** As RFC 3676 marks it: what was quoted before gets its second mark beside the first. */
const marked = (text: string): string =>
  text
    .trimEnd()
    .split(/\r\n|[\r\n]/)
    .map((line) => (line === '' ? '>' : line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\n')

function forwardHead({ head, authorName, atMs }: QuotedLetter, own: readonly string[]): readonly string[] {
  const people = (list: readonly LetterAddress[]): string =>
    list
      .slice(0, MOST_NAMED)
      .map(({ address, name }) => {
        const plain = oneLineOf(withoutToken(address, own))
        const line = oneLineOf(name ?? '').slice(0, 200)
        return line === '' ? plain : `${line} <${plain}>`
      })
      .join(', ') + (list.length > MOST_NAMED ? ', …' : '')
  return [
    '---------- Forwarded message ----------',
    `From: ${head ? people([head.from]) : oneLineOf(authorName).slice(0, 200)}`,
    `Date: ${letterDateOf(atMs)}`,
    ...(head?.subject === undefined ? [] : [`Subject: ${oneLineOf(head.subject)}`]),
    ...(head && head.to.length > 0 ? [`To: ${people(head.to)}`] : []),
    ...(head && head.cc.length > 0 ? [`Cc: ${people(head.cc)}`] : []),
  ]
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => String(number).padStart(2, '0')

/** In UTC: the letter is read where nobody knows the writer's clock. A date that cannot be is the beginning of time. */
export function letterDateOf(atMs: number): string {
  const at = new Date(Math.abs(atMs) <= LATEST_MS ? atMs : 0)
  const day = `${DAYS[at.getUTCDay()]}, ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`
  return `${day} at ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escaped = (text: string): string => text.replace(/[&<>"]/g, (mark) => ESCAPES[mark] ?? mark)

/** Plain text as formatted text that looks the same. Total; whatever it holds is text there too. */
export const htmlLines = (text: string): string => escaped(text).replace(/\r\n|[\r\n]/g, '<br>\n')

/** Plain text as a paragraph that looks the same. */
const htmlOf = (text: string): string => (text === '' ? '' : `<div>${htmlLines(text)}</div>`)
