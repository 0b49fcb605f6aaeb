import type { Connection } from 'mongoose'
import type { ConversationId, RoutingDecisionId } from '../domain/ids.ts'
import { type ConversationDocument, fromConversationDocument } from './conversation-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import type { StoredConversation } from './stored-conversation.ts'

export type GreetingStore = ReturnType<typeof createGreetingStore>

/** What customers are still to be told of assignments. */
export function createGreetingStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')

  return {
    async ensureIndexes(): Promise<void> {
      await conversations.createIndex(
        { 'greeting.at': 1 },
        { name: 'greeting', partialFilterExpression: { 'greeting.at': { $exists: true } } },
      )
    },

    /** Conversations that owe a greeting since before an instant, the oldest first. */
    async owed(beforeMs: number, limit: number): Promise<readonly StoredConversation[]> {
      const found = await conversations
        .find({ 'greeting.at': { $exists: true, $lt: new Date(beforeMs) } })
        .sort({ 'greeting.at': 1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /** The greeting of this assignment is owed no more; that of a later one stays. */
    async settle(id: ConversationId, decisionId: RoutingDecisionId): Promise<void> {
      await conversations.updateOne(
        { _id: toObjectId(id), 'greeting.decisionId': toObjectId(decisionId) },
        { $unset: { greeting: '' } },
        { writeConcern: { w: 1 } },
      )
    },
  }
}
