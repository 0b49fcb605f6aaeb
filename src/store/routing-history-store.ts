import type { Connection, mongo } from 'mongoose'
import type { AgentId, CategoryId, ChannelId, ContactId, ConversationId } from '../domain/ids.ts'
import type { ChannelScope } from '../domain/permissions.ts'
import { type ConversationDocument, fromConversationDocument } from './conversation-document.ts'
import { isOutOfTime } from './database-error.ts'
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

const BY_CATEGORY = 'by-category'
const BY_CHANNEL = 'by-channel-arrival'
/** Conversations of other categories are passed over one by one. */
const LONGEST_SEARCH_MS = 10_000

export type RoutingHistoryStore = ReturnType<typeof createRoutingHistoryStore>

/** What came in lately and how long it took. */
export function createRoutingHistoryStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')

  return {
    async ensureIndexes(): Promise<void> {
      await conversations.createIndex(
        { categoryId: 1, createdAt: -1 },
        { name: BY_CATEGORY, partialFilterExpression: { categoryId: { $exists: true } } },
      )
      await conversations.createIndex({ channelId: 1, createdAt: -1 }, { name: BY_CHANNEL })
    },

    /** The conversations that came in last, oldest first; undefined when finding them takes too long. */
    async lastArrivals(
      scope: HistoryScope,
      limit: number,
    ): Promise<readonly StoredConversation[] | undefined> {
      const [filter, hint] = arrivalsOf(scope)
      try {
        const found = await conversations
          .find(filter, { hint, maxTimeMS: LONGEST_SEARCH_MS })
          .sort({ createdAt: -1 })
          .limit(limit)
          .toArray()
        return found.reverse().map(fromConversationDocument)
      } catch (error) {
        if (isOutOfTime(error)) return undefined
        throw error
      }
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

function arrivalsOf(scope: HistoryScope): readonly [mongo.Filter<ConversationDocument>, string] {
  if (scope.kind === 'channel') {
    const others = scope.otherCategoryIds.map(toObjectId)
    return [{ channelId: toObjectId(scope.channelId), categoryId: { $nin: others } }, BY_CHANNEL]
  }
  const channels = scope.channels === 'all' ? undefined : [...scope.channels].map(toObjectId)
  return [
    { categoryId: toObjectId(scope.categoryId), ...(channels ? { channelId: { $in: channels } } : {}) },
    BY_CATEGORY,
  ]
}
