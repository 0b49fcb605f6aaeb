import type { Connection } from 'mongoose'
import type { ContactId, ConversationId } from '../domain/ids.ts'
import type { ChannelScope } from '../domain/permissions.ts'
import { type ConversationDocument, fromConversationDocument } from './conversation-document.ts'
import { fromMessageDocument, type MessageDocument } from './message-document.ts'
import type { ThreadCursor } from './message-store.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import type { StoredConversation } from './stored-conversation.ts'
import type { StoredMessage } from './stored-message.ts'

export type TimelineStore = ReturnType<typeof createTimelineStore>

/**
 * So many conversations are read in one query: up to two hundred the database merges their threads in order by the
 * index; beyond, it would sort.
 */
const AT_ONCE = 100

/** What was said with one person, over all conversations. */
export function createTimelineStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')
  const messages = nativeCollection<MessageDocument>(connection, 'messages')

  return {
    /** A contact's conversations on the channels in sight, without spam; at most `limit`, the latest. */
    async conversationsOf(
      contactId: ContactId,
      channels: ChannelScope,
      limit: number,
    ): Promise<ConversationId[]> {
      const found = await conversations
        .find(
          {
            contactId: toObjectId(contactId),
            status: { $ne: 'spam' },
            ...(channels === 'all' ? {} : { channelId: { $in: [...channels].map(toObjectId) } }),
          },
          { projection: { _id: 1 } },
        )
        .sort({ lastActivityAt: -1, _id: -1 })
        .limit(limit)
        .toArray()
      return found.map(({ _id }) => _id.toHexString() as ConversationId)
    },

    /** How many conversations of a contact are on the channels in sight. */
    async count(contactId: ContactId, channels: ChannelScope): Promise<number> {
      return conversations.countDocuments({
        contactId: toObjectId(contactId),
        ...(channels === 'all' ? {} : { channelId: { $in: [...channels].map(toObjectId) } }),
      })
    },

    /** The latest conversations of a contact, whole. */
    async latestOf(contactId: ContactId, limit: number): Promise<StoredConversation[]> {
      const found = await conversations
        .find({ contactId: toObjectId(contactId) })
        .sort({ lastActivityAt: -1, _id: -1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /** Messages and notes of these conversations, newest first. */
    async page(
      conversationIds: readonly ConversationId[],
      limit: number,
      before?: ThreadCursor,
    ): Promise<StoredMessage[]> {
      const found: StoredMessage[] = []
      for (let from = 0; from < conversationIds.length; from += AT_ONCE) {
        const part = await messages
          .find({
            conversationId: { $in: conversationIds.slice(from, from + AT_ONCE).map(toObjectId) },
            kind: { $in: ['message', 'note'] },
            ...(before
              ? {
                  order: { $lte: before.order },
                  $or: [
                    { order: { $lt: before.order } },
                    { order: before.order, _id: { $lt: toObjectId(before.id) } },
                  ],
                }
              : {}),
          })
          .sort({ order: -1, _id: -1 })
          .limit(limit)
          .toArray()
        found.push(...part.map(fromMessageDocument))
      }
      if (conversationIds.length > AT_ONCE) found.sort(byPlace)
      return found.slice(0, limit)
    },
  }
}

const byPlace = (one: StoredMessage, other: StoredMessage): number =>
  other.order - one.order || (one.id < other.id ? 1 : -1)
