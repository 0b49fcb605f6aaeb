import type { Connection, mongo } from 'mongoose'
import { CONVERSATION_STATUSES } from '../domain/conversation.ts'
import type { AgentId, CategoryId, ChannelId, ContactId, ConversationId } from '../domain/ids.ts'
import type { ChannelScope } from '../domain/permissions.ts'
import { type ConversationDocument, fromConversationDocument } from './conversation-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import type { StoredConversation } from './stored-conversation.ts'

/** Which conversations a dry run is about. */
export type HistoryScope =
  | {
      readonly kind: 'channel'
      readonly channelId: ChannelId
      /** Categories with a policy of their own: theirs are not the channel's to distribute. */
      readonly otherCategoryIds: readonly CategoryId[]
    }
  | { readonly kind: 'category'; readonly categoryId: CategoryId; readonly channels: ChannelScope }

/** Somebody had a conversation of a contact. */
export interface PastOwner {
  readonly conversationId: ConversationId
  readonly contactId: ContactId
  readonly agentId: AgentId
  readonly atMs: number
}

export type RoutingHistoryStore = ReturnType<typeof createRoutingHistoryStore>

/** What came in lately and how long it took. */
export function createRoutingHistoryStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')

  return {
    async ensureIndexes(): Promise<void> {
      await conversations.createIndex(
        { categoryId: 1, createdAt: -1 },
        { name: 'by-category', partialFilterExpression: { categoryId: { $exists: true } } },
      )
    },

    /** The conversations that came in last, oldest first. */
    async lastArrivals(scope: HistoryScope, limit: number): Promise<readonly StoredConversation[]> {
      const found = await (scope.kind === 'channel'
        ? conversations
            .find(
              {
                channelId: toObjectId(scope.channelId),
                status: { $in: [...CONVERSATION_STATUSES] },
                categoryId: { $nin: scope.otherCategoryIds.map(toObjectId) },
              },
              { hint: 'by-channel' },
            )
            // Twice as many by their activity: some that came in long ago were stirred lately.
            .sort({ lastActivityAt: -1, _id: -1 })
            .limit(2 * limit)
        : conversations
            .find(
              {
                categoryId: toObjectId(scope.categoryId),
                ...(scope.channels === 'all'
                  ? {}
                  : { channelId: { $in: [...scope.channels].map(toObjectId) } }),
              },
              { hint: 'by-category' },
            )
            .sort({ createdAt: -1 })
            .limit(limit)
      ).toArray()
      return found
        .sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
        .slice(-limit)
        .map(fromConversationDocument)
    },

    /** Who had conversations of these contacts, and since when. */
    async ownersOf(contactIds: readonly ContactId[]): Promise<readonly PastOwner[]> {
      if (contactIds.length === 0) return []
      const found = await conversations
        .find(
          { contactId: { $in: contactIds.map(toObjectId) }, lastAgentId: { $exists: true } },
          { projection: { contactId: 1, lastAgentId: 1, assignedAt: 1, createdAt: 1 } },
        )
        .toArray()
      return found.map(({ _id, contactId, lastAgentId, assignedAt, createdAt }) => ({
        conversationId: _id.toHexString() as ConversationId,
        contactId: contactId.toHexString() as ContactId,
        agentId: (lastAgentId as mongo.ObjectId).toHexString() as AgentId,
        atMs: (assignedAt ?? createdAt).getTime(),
      }))
    },

    /** How long the conversations resolved last on a channel took from assignment to resolve, milliseconds. */
    async handlingTimes(channelId: ChannelId, limit: number): Promise<readonly number[]> {
      const found = await conversations
        .find(
          { channelId: toObjectId(channelId), status: 'resolved' },
          { hint: 'by-channel', projection: { assignedAt: 1, resolvedAt: 1 } },
        )
        .sort({ lastActivityAt: -1, _id: -1 })
        .limit(limit)
        .toArray()
      return found.flatMap(({ assignedAt, resolvedAt }) => {
        const ms = assignedAt && resolvedAt ? resolvedAt.getTime() - assignedAt.getTime() : -1
        return ms >= 0 ? [ms] : []
      })
    },
  }
}
