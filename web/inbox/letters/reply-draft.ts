import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { MessageView } from '../../../src/domain/views.ts'
import { addressKey, isOwnAddress, withoutDoubles } from './addresses.ts'

/** What a new letter does with the one it is about. */
export type LetterKind = 'reply' | 'reply-all' | 'forward'

/** Whom a letter goes to, and its subject. */
export interface LetterAddressing {
  readonly to: readonly LetterAddress[]
  readonly cc: readonly LetterAddress[]
  readonly bcc: readonly LetterAddress[]
  readonly subject: string
}

/** `Re:` and `Fwd:` as mail programs of many languages write them, also numbered: `AW:`, `Re[2]:`, `TR :`. */
const PREFIX =
  /^\s*(?:re|aw|sv|vs|antw|odp|ynt|fw|fwd|wg|tr|rv|enc|vb|doorst|r|i|回复|转发|返信)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]\s*/iu
const MOST_PREFIXES = 20

/** The subject without what replies and forwards put before it. */
export function baseSubject(subject: string): string {
  let rest = subject
  for (let count = 0; count < MOST_PREFIXES; count += 1) {
    const shorter = rest.replace(PREFIX, '')
    if (shorter === rest) break
    rest = shorter
  }
  return rest.trim()
}

/** The subject of a letter about another one. */
export const subjectFor = (kind: LetterKind, subject: string | undefined): string => {
  const base = baseSubject(subject ?? '')
  return base === '' ? '' : `${kind === 'forward' ? 'Fwd' : 'Re'}: ${base}`
}

/**
 * Whom an answer goes to: the writer, or the addresses he wants answers at; with `reply-all` everybody else he wrote to
 * as well. Our own addresses are left out, nobody stands twice. Who answers a letter of our own writes to its readers.
 */
export function addressingOf(
  kind: LetterKind,
  about: MessageView | undefined,
  own: readonly string[],
  conversationSubject?: string,
): LetterAddressing {
  const letter = about?.letter
  const subject = subjectFor(kind, letter?.subject ?? conversationSubject)
  if (!letter || kind === 'forward') return { to: [], cc: [], bcc: [], subject }
  const others = (people: readonly LetterAddress[]) =>
    withoutDoubles(people.filter(({ address }) => !isOwnAddress(address, own)))
  const ours = about.direction === 'outbound'
  const writer = ours ? letter.to : letter.replyTo.length > 0 ? letter.replyTo : [letter.from]
  const all = kind === 'reply-all'
  const to = others(all && !ours ? [...writer, ...letter.to] : writer)
  const named = new Set(to.map(({ address }) => addressKey(address)))
  const cc = all ? others(letter.cc).filter(({ address }) => !named.has(addressKey(address))) : []
  if (to.length > 0) return { to, cc, bcc: [], subject }
  // Where one of ours wrote, the others whom he wrote to are answered; where there is nobody else, he is.
  return { to: cc.length > 0 ? cc : withoutDoubles(writer), cc: [], bcc: [], subject }
}

/** Whether `reply-all` reaches anybody whom `reply` does not. */
export function reachesMore(about: MessageView, own: readonly string[]): boolean {
  const count = (kind: LetterKind) => {
    const { to, cc } = addressingOf(kind, about, own)
    return to.length + cc.length
  }
  return count('reply-all') > count('reply')
}

/** The letter that an answer is about unless the agent chose another one: the last one that is not a machine's. */
export function lastAnswerable(messages: readonly MessageView[]): MessageView | undefined {
  const letters = messages.filter(({ letter, deletedAt }) => letter && !deletedAt)
  return letters.findLast(({ letter }) => !letter?.automatic && !letter?.spam) ?? letters.at(-1)
}

/** Everybody whom the letters of a conversation name, but ourselves; who wrote last comes first. */
export function participantsOf(messages: readonly MessageView[], own: readonly string[]): LetterAddress[] {
  const named = messages.toReversed().flatMap(({ letter }) => {
    if (!letter || letter.automatic || letter.broken) return []
    return [letter.from, ...letter.to, ...letter.cc]
  })
  const known = new Map<string, LetterAddress>()
  for (const person of named) {
    if (isOwnAddress(person.address, own)) continue
    const key = addressKey(person.address)
    // A letter may name somebody by his address alone whom another one names in full.
    if (!known.get(key)?.name) known.set(key, person)
  }
  return [...known.values()]
}
