import type { MessageId } from '../domain/ids.ts'
import type { MessageView } from '../domain/views.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { Bus } from './bus.ts'
import { presentConversation, presentMessage } from './present.ts'

interface TellDeps {
  readonly messages: Pick<MessageStore, 'record'>
  readonly bus: Pick<Bus, 'publish'>
  readonly now: () => number
}

/**
 * Says in a conversation's thread, once, what became of its answers that went on by a letter.
 * @param letterId the message that is the letter
 */
export async function tellOfContinuation(
  conversation: StoredConversation,
  letterId: MessageId,
  event: NonNullable<MessageView['event']>,
  deps: TellDeps,
): Promise<void> {
  const nowMs = deps.now()
  const line: StoredMessage = {
    id: derivedId(0, event.name, letterId) as MessageId,
    conversationId: conversation.id,
    channelId: conversation.channelId,
    direction: 'outbound',
    kind: 'event',
    author: { kind: 'system', name: '' },
    text: '',
    attachments: [],
    event,
    createdAtMs: nowMs,
    // Places of messages are whole microseconds: between two of them nothing else stands.
    order: nowMs * 1_000 + 0.5,
    version: 1,
  }
  const repeatedAt = await deps.messages.record([line])
  if (repeatedAt.size > 0) return
  deps.bus.publish([
    {
      type: 'message.created',
      message: presentMessage(line),
      conversation: presentConversation(conversation),
    },
  ])
}
