import type { Capabilities } from './capabilities.ts'
import type { OutgoingLetter } from './commands.ts'
import type { LetterAddress, LetterParticipants } from './letter.ts'
import { addressKeyOf, isOwnAddress, letterAddressOf } from './letter-address.ts'
import {
  baseSubjectOf,
  forwardSubjectOf,
  oneLineOf,
  replySubjectOf,
  SUBJECT_LENGTH,
} from './letter-subject.ts'
import type { MessageDirection } from './message.ts'

/** The letter that another one answers or passes on. */
export interface AnsweredLetter {
  readonly direction: MessageDirection
  /** Its head; absent where the message has none. */
  readonly head?: LetterParticipants & {
    readonly subject?: string
    readonly stranger?: boolean
    readonly forwardedFrom?: LetterAddress
  }
  /** Without angle brackets. */
  readonly letterId?: string
  /** Of the letters before it, the oldest first, without angle brackets. */
  readonly references: readonly string[]
  /** The agent named this very letter: its sender gets the answer, whoever he is. */
  readonly chosen: boolean
}

/** What is known when a letter is to be written. */
export interface LetterDraft {
  readonly intent: 'new' | 'reply' | 'forward'
  readonly wanted: Pick<OutgoingLetter, 'subject' | 'to' | 'cc' | 'bcc'>
  readonly answered?: AnsweredLetter
  /** Whom the conversation is with, where that is somebody letters can go to. */
  readonly contact?: LetterAddress
  /** Of the conversation. */
  readonly subject?: string
}

/** The head of a letter of ours. Each address stands in it once, and none of our own does. */
export interface PlannedLetter {
  readonly subject: string
  readonly to: readonly LetterAddress[]
  readonly cc: readonly LetterAddress[]
  readonly bcc: readonly LetterAddress[]
  readonly inReplyTo?: string
  readonly references: readonly string[]
}

/** The head of the letter, or the field of the command that holds something else than an address. */
export type LetterPlan =
  | { readonly ok: true; readonly letter: PlannedLetter }
  | { readonly ok: false; readonly field: string }

/** How many letters a letter names as its forerunners: the first, which names the thread, and the latest. */
export const MOST_REFERENCES = 50

/** The longest id of a letter that is named again. */
const ID_LENGTH = 500
/** Printable, without spaces and angle brackets: nothing in it can end the id or the line. */
const LETTER_ID = /^[^\s<>\p{C}]+$/u
const NAME_LENGTH = 200

/**
 * Works out the head of a letter from what the agent asked for, the letter it answers and the channel's own addresses.
 * Pure and total. Whoever calls it looks at the number of recipients (`planOutbound`): none, or too many, may come out.
 */
export function planLetter(
  draft: LetterDraft,
  { ownAddresses }: Pick<NonNullable<Capabilities['letters']>, 'ownAddresses'>,
): LetterPlan {
  const names = namesIn(draft)
  const taken = new Set<string>()
  const take = (addresses: readonly LetterAddress[]): LetterAddress[] =>
    addresses.flatMap(({ address }) => {
      const key = addressKeyOf(address)
      if (taken.has(key) || isOwnAddress(address, ownAddresses)) return []
      taken.add(key)
      const name = names.get(key)
      return [name ? { address, name } : { address }]
    })
  const given: Partial<Record<'to' | 'cc' | 'bcc', readonly LetterAddress[]>> = {}
  for (const list of ['to', 'cc', 'bcc'] as const) {
    const addresses = draft.wanted[list]
    if (addresses === undefined) continue
    const read = addresses.map(letterAddressOf)
    const wrong = read.indexOf(undefined)
    if (wrong >= 0) return { ok: false, field: `letter.${list}.${wrong}` }
    given[list] = read.flatMap((address) => (address === undefined ? [] : [{ address }]))
  }
  const to = take(given.to ?? usualRecipients(draft, ownAddresses))
  const cc = take(given.cc ?? [])
  const bcc = take(given.bcc ?? [])
  const { references, letterId } = threadOf(draft.answered)
  return {
    ok: true,
    letter: {
      subject: subjectOf(draft),
      to,
      cc,
      bcc,
      ...(letterId === undefined ? {} : { inReplyTo: letterId }),
      references,
    },
  }
}

/** How many addresses a letter goes to. */
export const recipientCountOf = ({ to, cc, bcc }: Pick<PlannedLetter, 'to' | 'cc' | 'bcc'>): number =>
  to.length + cc.length + bcc.length

/** Whom a letter goes to where the agent says nothing: nobody, when it is passed on. */
function usualRecipients(
  { intent, answered, contact }: LetterDraft,
  own: readonly string[],
): readonly LetterAddress[] {
  if (intent === 'forward') return []
  const usable = (addresses: readonly LetterAddress[]): readonly LetterAddress[] =>
    addresses.flatMap((one) => {
      const address = letterAddressOf(one.address)
      return address === undefined || isOwnAddress(address, own) ? [] : [{ ...one, address }]
    })
  const asked = answered && !passesOnContact(answered, contact) ? usable(askedBy(answered)) : []
  return asked.length > 0 ? asked : usable(contact ? [contact] : [])
}

/** What somebody passed on of whom the conversation is with is answered to that person, unless it was chosen itself. */
function passesOnContact({ head, chosen }: AnsweredLetter, contact: LetterAddress | undefined): boolean {
  const writer = head?.forwardedFrom?.address
  return (
    !chosen &&
    writer !== undefined &&
    contact !== undefined &&
    addressKeyOf(writer) === addressKeyOf(contact.address)
  )
}

/** Whom the answered letter asks to be answered to: its sender or whom he names, of our own letters their recipients. */
function askedBy({ direction, head, chosen }: AnsweredLetter): readonly LetterAddress[] {
  if (!head || (!chosen && (head.stranger || direction === 'outbound'))) return []
  if (direction === 'outbound') return head.to
  return head.replyTo.some(({ address }) => letterAddressOf(address) !== undefined)
    ? head.replyTo
    : [head.from]
}

function subjectOf({ intent, wanted, answered, subject }: LetterDraft): string {
  if (wanted.subject !== undefined) return oneLineOf(wanted.subject).slice(0, SUBJECT_LENGTH)
  const before = answered?.head?.subject ?? subject ?? ''
  if (intent === 'forward') return forwardSubjectOf(before)
  return intent === 'reply' ? replySubjectOf(before) : baseSubjectOf(before)
}

function threadOf(answered: AnsweredLetter | undefined): {
  readonly references: readonly string[]
  readonly letterId?: string
} {
  if (!answered) return { references: [] }
  const letterId =
    answered.letterId !== undefined && isLetterId(answered.letterId) ? answered.letterId : undefined
  // A letter that names itself, or one twice, is named once: at its later place.
  const chain = new Set<string>()
  for (const id of [...answered.references, ...(letterId === undefined ? [] : [letterId])]) {
    if (!isLetterId(id)) continue
    chain.delete(id)
    chain.add(id)
  }
  const ids = [...chain]
  const references =
    ids.length <= MOST_REFERENCES ? ids : [...ids.slice(0, 1), ...ids.slice(1 - MOST_REFERENCES)]
  return { references, ...(letterId === undefined ? {} : { letterId }) }
}

const isLetterId = (id: string): boolean => id.length <= ID_LENGTH && LETTER_ID.test(id)

/** Names by address, as the answered letter and the conversation tell them. */
function namesIn({ answered, contact }: LetterDraft): ReadonlyMap<string, string> {
  const { head } = answered ?? {}
  const known = head ? [...head.bcc, ...head.cc, ...head.to, ...head.replyTo, head.from] : []
  const names = new Map<string, string>()
  for (const { address, name } of [...known, ...(contact ? [contact] : [])]) {
    const line = oneLineOf(name ?? '').slice(0, NAME_LENGTH)
    if (line !== '' && addressKeyOf(line) !== addressKeyOf(address)) names.set(addressKeyOf(address), line)
  }
  return names
}

/** The ids that a References or In-Reply-To line names, in its order; whatever else stands there is left away. */
export function letterIdsIn(line: string): readonly string[] {
  const ids: string[] = []
  let from = 0
  while (ids.length < MOST_READ) {
    const open = line.indexOf('<', from)
    const close = line.indexOf('>', open + 1)
    if (open < 0 || close < 0) return ids
    const id = line.slice(open + 1, close)
    if (isLetterId(id)) ids.push(id)
    from = close + 1
  }
  return ids
}

/** More ids than any honest letter names. */
const MOST_READ = 1_000
