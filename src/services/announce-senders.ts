import type { ContactId, ConversationId } from '../domain/ids.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { type MergeRaceDeps, settleWithMerges } from './merge-race.ts'
import type { ArrivedMessage } from './parse-entries.ts'
import { presentContact } from './present-contact.ts'
import type { FindSender, Sender } from './resolve-senders.ts'
import { type SpreadNameDeps, spreadContactName } from './spread-contact-name.ts'

/**
 * Tells of senders of whom a batch learned something, and lets their conversations bear their names: also those whose
 * new name a run before a crash had learned and not spread.
 * @param read the conversations of the batch
 * @returns conversations that got another name, or went to whom their sender was merged into, as they stand now
 */
export async function announceSenders(
  arrivals: readonly ArrivedMessage[],
  findSender: FindSender,
  read: ReadonlyMap<ConversationId, StoredConversation>,
  deps: SpreadNameDeps & MergeRaceDeps,
): Promise<readonly StoredConversation[]> {
  const senders = new Map<ContactId, Sender>()
  for (const arrival of arrivals) {
    const sender = findSender(arrival)
    senders.set(sender.contact.id, sender)
  }
  const misnamed = new Set<ContactId>()
  for (const { contactId, contactName } of read.values()) {
    if (senders.get(contactId)?.contact.name !== contactName) misnamed.add(contactId)
  }
  const renamed: StoredConversation[] = []
  for (const [id, { contact, learned, renamed: isRenamed }] of senders) {
    if (learned) {
      const identities = await deps.contacts.identitiesOf(id)
      deps.bus.publish([{ type: 'contact.updated', contact: presentContact(contact, identities) }])
    }
    if (isRenamed || misnamed.has(id)) renamed.push(...(await spreadContactName(id, deps)))
  }
  const now = new Map([...read.values(), ...renamed].map((conversation) => [conversation.id, conversation]))
  // Those that this batch opened, or a run before a crash, and those that a merge has still to move.
  const doubtful = [...now.values()].filter(
    ({ version, contactId }) => version === 1 || !senders.has(contactId),
  )
  return [...renamed, ...(await settleWithMerges(doubtful, deps))]
}
