import { AppError } from '../domain/errors.ts'
import type { ConversationId, MessageId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { OutboxStore } from '../store/outbox-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { Bus } from './bus.ts'
import { openConversation } from './conversation-access.ts'
import type { Principal } from './principal.ts'
import { publishChanged } from './publish-changed.ts'
import { requeueWithParts } from './reply-parts.ts'

export interface RetryDeps {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly outbox: OutboxStore
  readonly bus: Bus
  readonly now: () => number
}

/**
 * Puts a failed or uncertain message back into the outbox: a person's decision, also where the customer may have it.
 * Parts of the same reply that stayed because of it follow it; those before it do not.
 * @throws AppError `not-found`, `permission-denied`, `not-retryable`
 */
export async function retryMessage(
  conversationId: ConversationId,
  messageId: MessageId,
  principal: Principal,
  deps: RetryDeps,
): Promise<StoredMessage> {
  await openConversation(conversationId, principal, 'message.send', deps)
  const message = await deps.messages.find(messageId)
  if (message?.conversationId !== conversationId) throw new AppError('not-found')
  const queued = await requeueWithParts(message, deps.now(), deps.outbox)
  const [chosen] = queued
  if (!chosen) throw new AppError('not-retryable')
  await publishChanged(queued, deps)
  deps.bus.signal({ kind: 'outbox-wanted' })
  return chosen
}
