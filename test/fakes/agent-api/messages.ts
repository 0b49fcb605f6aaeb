import type { MessageId } from '../../../src/domain/ids.ts'
import { previewOf } from '../../../src/domain/message.ts'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import { type FakeState, freshId } from './state.ts'

/** Adds a message to a thread and brings the conversation's summary forward. */
export function addMessage(
  state: FakeState,
  conversation: Writable<ConversationView>,
  part: Partial<MessageView>,
): Writable<MessageView> {
  const createdAt = part.createdAt ?? new Date().toISOString()
  const id = freshId<MessageId>()
  const message: Writable<MessageView> = {
    id,
    conversationId: conversation.id,
    direction: 'inbound',
    kind: 'message',
    author: { kind: 'contact', name: conversation.contact.name },
    text: '',
    attachments: [],
    createdAt,
    order: Date.parse(createdAt) * 1_000 + (Number.parseInt(id.slice(-3), 16) % 1_000),
    version: 1,
    ...part,
  }
  state.messages.get(conversation.id)?.push(message)
  if (message.kind !== 'event') {
    conversation.lastMessage = {
      id: message.id,
      direction: message.direction,
      kind: message.kind,
      preview: previewOf(message.text),
      attachmentCount: message.attachments.length,
      ...(message.status ? { status: message.status } : {}),
      at: message.createdAt,
    }
    conversation.lastActivityAt = message.createdAt
  }
  if (message.direction === 'inbound') conversation.lastInboundAt = message.createdAt
  return message
}
