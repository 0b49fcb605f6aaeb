import type { ConversationChange, ConversationStore } from '../store/conversation-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { summaryOf } from './update-conversations.ts'

/** Others write to the conversation too; each round is computed anew from what they left. */
const MOST_ROUNDS = 20

/**
 * Moves a conversation on for a new line of its thread: summary, last activity and what else the line brings.
 * Undefined when the conversation is gone or never comes to rest: then only its summary is behind by one line.
 */
export async function touchConversation(
  line: StoredMessage,
  deps: { readonly conversations: ConversationStore },
  alsoFor: (conversation: StoredConversation) => ConversationChange = () => ({}),
): Promise<{ readonly before: StoredConversation; readonly after: StoredConversation } | undefined> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const before = await deps.conversations.find(line.conversationId)
    if (!before) return undefined
    const newest = (before.lastMessage?.order ?? 0) <= line.order
    const after = await deps.conversations.change(before.id, before.version, {
      ...(newest && line.kind !== 'event' ? { lastMessage: summaryOf(line) } : {}),
      lastActivityAtMs: Math.max(before.lastActivityAtMs, line.createdAtMs),
      ...alsoFor(before),
    })
    if (after) return { before, after }
  }
  return undefined
}
