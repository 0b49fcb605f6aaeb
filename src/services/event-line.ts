import type { MessageId } from '../domain/ids.ts'
import type { MessageView } from '../domain/views.ts'
import { freshId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { OrderClock } from './order-clock.ts'
import type { Principal } from './principal.ts'

/** A line that says in the thread what somebody did. */
export function eventLine(
  conversation: StoredConversation,
  event: NonNullable<MessageView['event']>,
  by: Principal | 'system',
  deps: { readonly orderClock: OrderClock; readonly now: () => number },
): StoredMessage {
  const nowMs = deps.now()
  return {
    id: freshId() as MessageId,
    conversationId: conversation.id,
    channelId: conversation.channelId,
    direction: 'outbound',
    kind: 'event',
    author: by === 'system' ? { kind: 'system', name: '' } : { kind: 'agent', id: by.agentId, name: by.name },
    text: '',
    attachments: [],
    event,
    createdAtMs: nowMs,
    order: deps.orderClock(nowMs),
    version: 1,
  }
}
