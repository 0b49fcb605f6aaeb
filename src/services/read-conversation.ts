import type { ConversationId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { Bus } from './bus.ts'
import { openConversation } from './conversation-access.ts'
import { presentConversation, presentToVisitor } from './present.ts'
import type { Principal } from './principal.ts'

/** How many of his own messages a customer's client learns to be read; older ones it knows from the history. */
const TOLD_AT_ONCE = 50
const MOST_ROUNDS = 5

/** Marks everything the customer wrote as read. @throws AppError `not-found`, `permission-denied` */
export async function readConversation(
  id: ConversationId,
  principal: Principal,
  deps: { readonly conversations: ConversationStore; readonly messages: MessageStore; readonly bus: Bus },
): Promise<StoredConversation> {
  let conversation = await openConversation(id, principal, 'conversation.read', deps)
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
      await tellVisitor(before, changed, deps)
      return changed
    }
    conversation = await openConversation(id, principal, 'conversation.read', deps)
  }
  return conversation
}

async function tellVisitor(
  before: StoredConversation,
  after: StoredConversation,
  deps: { readonly messages: MessageStore; readonly bus: Bus },
): Promise<void> {
  const newest = await deps.messages.page(after.id, TOLD_AT_ONCE, undefined, ['message'])
  const read = newest.filter(
    ({ direction, order }) => direction === 'inbound' && order > before.readOrder && order <= after.readOrder,
  )
  const messages = read.flatMap((message) => presentToVisitor(message, after.readOrder) ?? [])
  deps.bus.tellVisitors([{ channelId: after.channelId, visitorId: after.identityExternalId, messages }])
}
