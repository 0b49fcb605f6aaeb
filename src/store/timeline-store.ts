import type { Connection, mongo } from 'mongoose'
import type { ChannelId, ContactId, ContactIdentityId, ConversationId } from '../domain/ids.ts'
import { FILED_REASONS } from '../domain/letter.ts'
import type { ChannelScope } from '../domain/permissions.ts'
import type { ConversationDocument } from './conversation-document.ts'
import { fromMessageDocument, type MessageDocument } from './message-document.ts'
import type { ThreadCursor } from './message-store.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import type { StoredMessage } from './stored-message.ts'

export type TimelineStore = ReturnType<typeof createTimelineStore>

/** What somebody left behind as one id of his, over all conversations that he had as that. */
export interface Dealings {
  readonly channelId: ChannelId
  readonly identityId: ContactIdentityId
  readonly lastInboundAtMs?: number
  /** His latest conversation that is under way, and his latest one of all but spam. */
  readonly currentId?: ConversationId
  readonly latestId?: ConversationId
}

/**
 * So many conversations are read in one query: up to two hundred the database merges their threads in order by the
 * index; beyond, it would sort.
 */
const AT_ONCE = 100

/** What was said with one person, over all conversations. */
export function createTimelineStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')
  const messages = nativeCollection<MessageDocument>(connection, 'messages')

  /** A contact's conversations on the channels in sight, without spam, a part at a time; those of today first. */
  async function* partsOf(contactId: ContactId, channels: ChannelScope): AsyncGenerator<mongo.ObjectId[]> {
    const cursor = conversations.aggregate<Pick<ConversationDocument, '_id'>>(
      [
        { $match: { ...ofContact(contactId, channels), status: { $ne: 'spam' } } },
        { $project: { lastActivityAt: 1 } },
        { $sort: { lastActivityAt: -1 } },
      ],
      { batchSize: 10 * AT_ONCE },
    )
    let part: mongo.ObjectId[] = []
    for await (const { _id } of cursor) {
      part.push(_id)
      if (part.length < AT_ONCE) continue
      yield part
      part = []
    }
    if (part.length > 0) yield part
  }

  return {
    /** How many conversations of a contact are on the channels in sight. */
    async count(contactId: ContactId, channels: ChannelScope): Promise<number> {
      return conversations.countDocuments(ofContact(contactId, channels))
    },

    /** What these ids of a contact left behind; those that never had a conversation are missing. */
    async dealingsOf(
      contactId: ContactId,
      identityIds: readonly ContactIdentityId[],
    ): Promise<readonly Dealings[]> {
      if (identityIds.length === 0) return []
      // Compared by time first, then by id; what is null counts for nothing.
      const latestWhere = (condition: object) => ({
        $max: { $cond: [condition, { at: '$lastActivityAt', id: '$_id' }, null] },
      })
      const found = await conversations
        .aggregate<DealingsDocument>([
          { $match: { contactId: toObjectId(contactId), identityId: { $in: identityIds.map(toObjectId) } } },
          {
            $group: {
              _id: { channelId: '$channelId', identityId: '$identityId' },
              lastInboundAt: { $max: '$lastInboundAt' },
              current: latestWhere({ $not: [{ $in: ['$status', ['resolved', ...FILED_REASONS]] }] }),
              latest: latestWhere({ $ne: ['$status', 'spam'] }),
            },
          },
        ])
        .toArray()
      return found.map(({ _id, lastInboundAt, current, latest }) => ({
        channelId: _id.channelId.toHexString() as ChannelId,
        identityId: _id.identityId.toHexString() as ContactIdentityId,
        ...(lastInboundAt ? { lastInboundAtMs: lastInboundAt.getTime() } : {}),
        ...(current ? { currentId: current.id.toHexString() as ConversationId } : {}),
        ...(latest ? { latestId: latest.id.toHexString() as ConversationId } : {}),
      }))
    },

    /**
     * Messages and notes with a contact on the channels in sight, newest first, without those of spam. However many
     * conversations there are, what is kept of them is one page.
     */
    async page(
      contactId: ContactId,
      channels: ChannelScope,
      limit: number,
      before?: ThreadCursor,
    ): Promise<StoredMessage[]> {
      let page: StoredMessage[] = []
      for await (const conversationIds of partsOf(contactId, channels)) {
        // Once the page is full, only what is newer than its last one can come onto it.
        const least = page.length < limit ? undefined : page.at(-1)?.order
        const part = await messages
          .find({
            conversationId: { $in: conversationIds },
            kind: { $in: ['message', 'note'] },
            ...placesBefore(before, least),
          })
          .sort({ order: -1, _id: -1 })
          .limit(limit)
          .toArray()
        if (part.length > 0) {
          page = [...page, ...part.map(fromMessageDocument)].sort(byPlace).slice(0, limit)
        }
      }
      return page
    },
  }
}

interface DealingsDocument {
  readonly _id: { readonly channelId: mongo.ObjectId; readonly identityId: mongo.ObjectId }
  readonly lastInboundAt: Date | null
  readonly current: { readonly id: mongo.ObjectId } | null
  readonly latest: { readonly id: mongo.ObjectId } | null
}

const ofContact = (contactId: ContactId, channels: ChannelScope) => ({
  contactId: toObjectId(contactId),
  ...(channels === 'all' ? {} : { channelId: { $in: [...channels].map(toObjectId) } }),
})

function placesBefore(
  before: ThreadCursor | undefined,
  least: number | undefined,
): mongo.Filter<MessageDocument> {
  const order = {
    ...(before ? { $lte: before.order } : {}),
    ...(least === undefined ? {} : { $gte: least }),
  }
  if (!before) return least === undefined ? {} : { order }
  return {
    order,
    $or: [{ order: { $lt: before.order } }, { order: before.order, _id: { $lt: toObjectId(before.id) } }],
  }
}

const byPlace = (one: StoredMessage, other: StoredMessage): number =>
  other.order - one.order || (one.id < other.id ? 1 : -1)
