import type { ConversationId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { openConversation } from './conversation-access.ts'
import { presentConversation } from './present.ts'
import type { Principal } from './principal.ts'
import { type TellOfReadingDeps, tellOfReading } from './tell-of-reading.ts'

const MOST_ROUNDS = 5

/** Marks everything the customer wrote as read. @throws AppError `not-found`, `permission-denied` */
export async function readConversation(
  id: ConversationId,
  principal: Principal,
  deps: TellOfReadingDeps & { readonly conversations: ConversationStore },
): Promise<StoredConversation> {
  let conversation = await openConversation(id, principal, 'conversation.write', deps)
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if (conversation.unreadCount === 0 && conversation.readOrder >= conversation.lastInboundOrder)
      return conversation
    const before = conversation
    const changed = await deps.conversations.change(id, before.version, {
      unreadCount: 0,
      readOrder: before.lastInboundOrder,
    })
    if (changed) {
      deps.bus.publish([{ type: 'conversation.updated', conversation: presentConversation(changed) }])
      await tellOfReading(before, changed, deps)
      return changed
    }
    conversation = await openConversation(id, principal, 'conversation.write', deps)
  }
  return conversation
}
