import type { AddNoteCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ConversationId, MessageId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { freshId } from '../store/object-id.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { Bus } from './bus.ts'
import { openConversation } from './conversation-access.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import type { Principal } from './principal.ts'
import { touchConversation } from './touch-conversation.ts'

/** Adds a note that only agents see. The same `clientMessageId` is one note. @throws AppError `not-found`, `permission-denied` */
export async function addNote(
  conversationId: ConversationId,
  { clientMessageId, text }: AddNoteCommand,
  principal: Principal,
  deps: {
    readonly conversations: ConversationStore
    readonly messages: MessageStore
    readonly bus: Bus
    readonly orderClock: OrderClock
    readonly now: () => number
  },
): Promise<{ readonly message: StoredMessage; readonly repeated: boolean }> {
  const conversation = await openConversation(conversationId, principal, 'conversation.write', deps)
  const sendKey = `${principal.agentId}:note:${clientMessageId}`
  const nowMs = deps.now()
  const note: StoredMessage = {
    id: freshId() as MessageId,
    conversationId,
    channelId: conversation.channelId,
    direction: 'outbound',
    kind: 'note',
    author: { kind: 'agent', id: principal.agentId, name: principal.name },
    text,
    attachments: [],
    clientMessageId,
    sendKey,
    createdAtMs: nowMs,
    order: deps.orderClock(nowMs),
    version: 1,
  }
  const repeatedAt = await deps.messages.record([note])
  if (repeatedAt.size > 0) {
    const [message] = await deps.messages.findBySendKeys(conversationId, [sendKey])
    if (!message) throw new AppError('not-found')
    return { message, repeated: true }
  }
  const touched = await touchConversation(note, deps)
  deps.bus.publish([
    {
      type: 'message.created',
      message: presentMessage(note),
      conversation: presentConversation(touched?.after ?? conversation),
    },
  ])
  return { message: note, repeated: false }
}
