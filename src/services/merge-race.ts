import type { ContactStore } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { Bus } from './bus.ts'
import { presentConversation } from './present.ts'

export interface MergeRaceDeps {
  readonly contacts: ContactStore
  readonly mergedContacts: MergedContacts
  readonly conversations: ConversationStore
  readonly bus: Bus
}

/** More merges and undoings of one person than come while one message is recorded. */
const MOST_ROUNDS = 5

/**
 * Brings conversations that were just opened, or given to another person, to whoever is that person now. A merge moves
 * ids on channels before conversations, and ours is there before we look at its id: either we see that the id moved, or
 * the merge comes after us and sees the conversation. Looks again after each move. Safe to repeat.
 * @returns those that moved, as they stand now
 */
export async function settleWithMerges(
  conversations: readonly StoredConversation[],
  deps: MergeRaceDeps,
): Promise<readonly StoredConversation[]> {
  const moved = new Map<StoredConversation['id'], StoredConversation>()
  let doubtful = conversations
  for (let round = 0; doubtful.length > 0 && round < MOST_ROUNDS; round += 1) {
    doubtful = await moveOnce(doubtful, deps)
    for (const conversation of doubtful) moved.set(conversation.id, conversation)
  }
  deps.bus.publish(
    [...moved.values()].map((conversation) => ({
      type: 'conversation.updated',
      conversation: presentConversation(conversation),
    })),
  )
  return [...moved.values()]
}

async function moveOnce(
  conversations: readonly StoredConversation[],
  { contacts, mergedContacts, ...deps }: MergeRaceDeps,
): Promise<StoredConversation[]> {
  const ids = [...new Set(conversations.map(({ identityId }) => identityId))]
  const identities = new Map(
    (await mergedContacts.findIdentitiesById(ids)).map((identity) => [identity.id, identity]),
  )
  const elsewhere = conversations.filter(
    ({ identityId, contactId }) => (identities.get(identityId)?.contactId ?? contactId) !== contactId,
  )
  if (elsewhere.length === 0) return []
  const wanted = [
    ...new Set(elsewhere.flatMap(({ identityId }) => identities.get(identityId)?.contactId ?? [])),
  ]
  const people = await mergedContacts.follow(await contacts.findContacts(wanted))
  const moved: StoredConversation['id'][] = []
  for (const { id, contactId, identityId } of elsewhere) {
    const person = people.get(identities.get(identityId)?.contactId ?? contactId)
    if (!person || person.id === contactId) continue
    await mergedContacts.moveConversations(contactId, person, 1, [identityId])
    moved.push(id)
  }
  return deps.conversations.findMany(moved)
}
