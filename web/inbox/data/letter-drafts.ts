import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { LetterKind } from '../letters/reply-draft.ts'
import type { RichNode } from '../letters/rich-text.ts'

/** A letter that is being written. */
export interface LetterDraft {
  /** `new` begins a conversation. */
  readonly kind: LetterKind | 'new'
  /** Made once: every attempt to send carries it, so that attempts never double. */
  readonly clientMessageId: string
  readonly channelId?: string
  readonly aboutMessageId?: string
  readonly to: readonly LetterAddress[]
  readonly cc: readonly LetterAddress[]
  readonly bcc: readonly LetterAddress[]
  readonly subject: string
  /** What the editor holds. */
  readonly document?: RichNode
  /** The letter it is about is put below. */
  readonly quote: boolean
  readonly signature: boolean
}

/** Where the draft of a new conversation is kept. */
export const NEW_CONVERSATION = 'new'

/** Several people may use one browser. */
const keyOf = (agentId: string, place: string) => `tributary-letter-${agentId}-${place}`

const isDraft = (stored: unknown): stored is LetterDraft =>
  typeof stored === 'object' &&
  stored !== null &&
  'kind' in stored &&
  'clientMessageId' in stored &&
  'subject' in stored &&
  ['to', 'cc', 'bcc'].every((list) => Array.isArray((stored as Record<string, unknown>)[list]))

/** An agent's letter in a conversation, kept in this browser. */
export function readLetterDraft(agentId: string, place: string): LetterDraft | undefined {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(agentId, place)) ?? 'null')
    return isDraft(stored) ? stored : undefined
  } catch {
    // Foreign or broken content counts as none.
    return undefined
  }
}

/** Keeps a letter, or forgets it. */
export function keepLetterDraft(agentId: string, place: string, draft: LetterDraft | undefined): void {
  const key = keyOf(agentId, place)
  try {
    if (draft) localStorage.setItem(key, JSON.stringify(draft))
    else localStorage.removeItem(key)
  } catch {
    // A forbidden or full storage costs only the memory.
  }
}
