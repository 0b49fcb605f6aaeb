import type { AddNoteCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ConversationId, MessageId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId, freshId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { Bus } from './bus.ts'
import { openConversation } from './conversation-access.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import type { Principal } from './principal.ts'
import { touchConversation } from './touch-conversation.ts'

export interface NoteDeps {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly bus: Bus
  readonly orderClock: OrderClock
  readonly now: () => number
}

/** Adds a note that only agents see. The same `clientMessageId` is one note. @throws AppError `not-found`, `permission-denied` */
export async function addNote(
  conversationId: ConversationId,
  { clientMessageId, text }: AddNoteCommand,
  principal: Principal,
  deps: NoteDeps,
): Promise<{ readonly message: StoredMessage; readonly repeated: boolean }> {
  const conversation = await openConversation(conversationId, principal, 'conversation.write', deps)
  const note: StoredMessage = {
    ...noteBy(principal, conversation, text, deps),
    clientMessageId,
    sendKey: `${principal.agentId}:note:${clientMessageId}`,
  }
  const repeatedAt = await deps.messages.record([note])
  if (repeatedAt.size > 0) {
    const [message] = await deps.messages.findBySendKeys(conversationId, [note.sendKey ?? ''])
    if (!message) throw new AppError('not-found')
    return { message, repeated: true }
  }
  await tellOfNote(note, conversation, deps)
  return { message: note, repeated: false }
}

/** A note, not yet recorded. */
function noteBy(
  principal: Principal,
  conversation: StoredConversation,
  text: string,
  deps: Pick<NoteDeps, 'orderClock' | 'now'>,
): StoredMessage {
  const nowMs = deps.now()
  return {
    id: freshId() as MessageId,
    conversationId: conversation.id,
    channelId: conversation.channelId,
    direction: 'outbound',
    kind: 'note',
    author: { kind: 'agent', id: principal.agentId, name: principal.name },
    text,
    attachments: [],
    createdAtMs: nowMs,
    order: deps.orderClock(nowMs),
    version: 1,
  }
}

/** The note that goes with a change of hands, not yet recorded; the same change has the same one. */
export function noteOfChange(
  changed: StoredConversation,
  text: string,
  principal: Principal,
  deps: Pick<NoteDeps, 'orderClock' | 'now'>,
): StoredMessage {
  const id = derivedId(changed.createdAtMs, 'note-of-change', changed.id, String(changed.version))
  return { ...noteBy(principal, changed, text, deps), id: id as MessageId }
}

/** Moves the conversation on for a note that was recorded, and tells everybody of it. */
export async function tellOfNote(
  note: StoredMessage,
  conversation: StoredConversation,
  deps: Pick<NoteDeps, 'conversations' | 'bus'>,
): Promise<void> {
  const touched = await touchConversation(note, deps)
  deps.bus.publish([
    {
      type: 'message.created',
      message: presentMessage(note),
      conversation: presentConversation(touched?.after ?? conversation),
    },
  ])
}
