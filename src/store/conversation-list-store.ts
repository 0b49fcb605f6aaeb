import type { Connection, mongo } from 'mongoose'
import type { ConversationStatus } from '../domain/conversation.ts'
import type { AgentId, ContactId, TeamId } from '../domain/ids.ts'
import type { FiledReason } from '../domain/letter.ts'
import type { ChannelScope } from '../domain/permissions.ts'
import { type ConversationDocument, fromConversationDocument } from './conversation-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import type { StoredConversation } from './stored-conversation.ts'

/** A place in a list, newest activity first. */
export interface ListCursor {
  readonly atMs: number
  readonly id: string
}

export interface ConversationFilter {
  /** What is filed away has none of these. */
  readonly status?: ConversationStatus | FiledReason
  readonly exceptSpam?: boolean
  /** Undefined = whoever; null = nobody. */
  readonly assigneeId?: AgentId | null
  readonly teamId?: TeamId
  readonly channels: ChannelScope
  readonly contactIds?: readonly ContactId[]
}

export type ConversationListStore = ReturnType<typeof createConversationListStore>

/** Counting stops here: a list shows "999+" anyway. */
const COUNT_LIMIT = 1_000

/** The lists that agents look at, each served by an index in filter and order. */
export function createConversationListStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')

  return {
    async page(
      filter: ConversationFilter,
      limit: number,
      before?: ListCursor,
    ): Promise<StoredConversation[]> {
      const found = await conversations
        .find(toQuery(filter, before))
        .sort({ lastActivityAt: -1, _id: -1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    async count(filter: ConversationFilter): Promise<number> {
      return conversations.countDocuments(toQuery(filter), { limit: COUNT_LIMIT })
    },
  }
}

function toQuery(filter: ConversationFilter, before?: ListCursor): mongo.Filter<ConversationDocument> {
  const { status, exceptSpam, assigneeId, teamId, channels, contactIds } = filter
  const at = before ? new Date(before.atMs) : undefined
  return {
    ...(status === undefined ? (exceptSpam ? { status: { $ne: 'spam' as const } } : {}) : { status }),
    ...(assigneeId === undefined ? {} : { assigneeId: assigneeId === null ? null : toObjectId(assigneeId) }),
    ...(teamId === undefined ? {} : { teamId: toObjectId(teamId) }),
    ...(channels === 'all' ? {} : { channelId: { $in: [...channels].map(toObjectId) } }),
    ...(contactIds ? { contactId: { $in: contactIds.map(toObjectId) } } : {}),
    ...(before && at
      ? {
          lastActivityAt: { $lte: at },
          $or: [{ lastActivityAt: { $lt: at } }, { lastActivityAt: at, _id: { $lt: toObjectId(before.id) } }],
        }
      : {}),
  }
}
