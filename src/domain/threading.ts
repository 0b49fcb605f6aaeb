import type { FiledReason, LetterAddress, LetterParticipants } from './letter.ts'

/**
 * By what a letter was found to belong to a conversation: a token of ours that it brought back, a letter that it
 * names, the thread that it says it is of, or its subject.
 */
export type ThreadClue = 'token' | 'reference' | 'thread' | 'subject'

/** A conversation that a letter may belong to. */
export interface ThreadCandidate {
  readonly clue: ThreadClue
  /** The thread it would go into. */
  readonly threadKey: string
  /** The sender is one of those whom that conversation is with. */
  readonly isWithSender: boolean
}

/** Where a letter goes. */
export interface ChosenThread {
  readonly threadKey: string
  /** Somebody else wrote it than those whom the conversation is with. */
  readonly stranger: boolean
}

/**
 * The thread of a letter: the first candidate that takes it, in the order given; undefined = a new conversation.
 * A token of ours proves that its bringer has a letter of that conversation, so he is heard there as the stranger he
 * is. Whatever else points to a conversation can be guessed or copied: it counts only from those whom it is with.
 */
export function chooseThread(candidates: Iterable<ThreadCandidate>): ChosenThread | undefined {
  for (const { clue, threadKey, isWithSender } of candidates) {
    if (isWithSender) return { threadKey, stranger: false }
    if (clue === 'token') return { threadKey, stranger: true }
  }
  return undefined
}

/** So many people of a conversation are remembered. */
export const MOST_PARTICIPANTS = 100

/**
 * Whom a letter names, as addresses to compare, at most {@link MOST_PARTICIPANTS}: those may go on with its
 * conversation.
 */
export function namedIn(letter: LetterParticipants): readonly string[] {
  const { from, replyTo, to, cc, bcc } = letter
  const named = new Set<string>()
  for (const one of [from, ...replyTo, ...to, ...cc, ...bcc]) {
    if (named.size === MOST_PARTICIPANTS) break
    named.add(comparable(one))
  }
  return [...named]
}

/** An address as addresses are compared: mailboxes that differ in upper and lower case only are one. */
export function comparable({ address }: Pick<LetterAddress, 'address'>): string {
  return address.trim().toLowerCase()
}

/** Whether a letter counts as nothing that anybody said: a machine wrote it, or it is unwanted. */
export function isQuiet(letter: { readonly automatic?: unknown; readonly spam?: boolean }): boolean {
  return letter.automatic !== undefined || letter.spam === true
}

/**
 * Whether what somebody writes leaves its conversation where it is filed: a person found that this sender is not worth
 * anybody's time, so that he cannot say otherwise by writing again. Others who write there can.
 */
export function staysFiled(
  { filedByHand, contactId }: { readonly filedByHand?: boolean; readonly contactId: string },
  writerId: string,
): boolean {
  return filedByHand === true && contactId === writerId
}

/**
 * Where a conversation is filed that only quiet letters opened, whatever their order.
 * @param letters those that open it, at least one
 */
export function filedReasonOf(letters: readonly { readonly spam?: boolean }[]): FiledReason {
  return letters.every(({ spam }) => spam === true) ? 'spam' : 'automatic'
}
