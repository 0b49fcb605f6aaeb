import type { Capabilities } from '../domain/capabilities.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'

export interface AutomaticDeps {
  readonly messages: Pick<MessageStore, 'lastInbound'>
  readonly contacts: Pick<ContactStore, 'claimAutomatic'>
  readonly now: () => number
}

/** One person gets no two automatic letters within it, whatever channels and nodes they come from. */
export const AUTOMATIC_GAP_MS = 3_600_000

/**
 * Whether a message that no person wrote may go to a conversation's customer, asked just before it is recorded. Never
 * where the conversation is filed away. Where messages are letters two machines may answer each other for ever: there
 * it is said only to a person who wrote last, and one an hour; a yes takes the hour.
 * @param key names the message: asked again for the same one, the answer is yes again while the hour is its own
 */
export async function mayAnswerAutomatically(
  conversation: StoredConversation,
  { letters }: Pick<Capabilities, 'letters'>,
  key: string,
  deps: AutomaticDeps,
): Promise<boolean> {
  if (conversation.filed !== undefined) return false
  if (!letters) return true
  const last = await deps.messages.lastInbound(conversation.id)
  if (!last || last.quiet) return false
  const { automatic, spam, stranger } = last.letter ?? {}
  if (automatic !== undefined || spam || stranger) return false
  return deps.contacts.claimAutomatic(conversation.contactId, key, deps.now(), AUTOMATIC_GAP_MS)
}
