import type { ContactId } from '../domain/ids.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { Bus } from './bus.ts'
import { presentConversation } from './present.ts'

export interface SpreadNameDeps {
  readonly contacts: ContactStore
  readonly conversations: ConversationStore
  readonly bus: Bus
}

/** So many of a contact's conversations, the latest first, change live on screens; the others when read again. */
const TOLD_AT_ONCE = 100
const MOST_ROUNDS = 10

/**
 * Lets a contact's conversations bear its name, and tells screens. The name is read again after each write: of two
 * who rename at once, the one who wrote an older name finds the newer one. Safe to repeat.
 * @returns the conversations it told of
 */
export async function spreadContactName(
  id: ContactId,
  { contacts, conversations, bus }: SpreadNameDeps,
): Promise<readonly StoredConversation[]> {
  let told: readonly StoredConversation[] = []
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const [contact] = await contacts.findContacts([id])
    const renamed = contact ? await conversations.renameContact(id, contact.name, TOLD_AT_ONCE) : []
    if (renamed.length === 0) break
    bus.publish(
      renamed.map((conversation) => ({
        type: 'conversation.updated',
        conversation: presentConversation(conversation),
      })),
    )
    told = renamed
  }
  return told
}
