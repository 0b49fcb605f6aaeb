import type { Connection, mongo } from 'mongoose'
import type { ChannelId, ContactId, ContactIdentityId, ConversationId } from '../domain/ids.ts'
import { FILED_REASONS } from '../domain/letter.ts'
import { type ConversationChange, changeOperation } from './conversation-change.ts'
import {
  type ConversationDocument,
  fromConversationDocument,
  toConversationDocument,
  toLastMessage,
  toRoutingDocument,
  toSilenceDocument,
} from './conversation-document.ts'
import { atOnce, nativeCollection } from './native.ts'
import { duplicatePositions, isDuplicateKey, toObjectId } from './object-id.ts'
import type { StoredConversation } from './stored-conversation.ts'

/** What a batch of inbound messages does to one conversation, computed from the version it was read at. */
export interface InboundUpdate {
  readonly was: StoredConversation
  readonly next: StoredConversation
}

export type { ConversationChange } from './conversation-change.ts'
export type ConversationStore = ReturnType<typeof createConversationStore>

export function createConversationStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')

  return {
    async ensureIndexes(): Promise<void> {
      await conversations.createIndex(
        { channelId: 1, threadKey: 1 },
        { name: 'one-current-per-thread', unique: true, partialFilterExpression: { current: true } },
      )
      await conversations.createIndex(
        { channelId: 1, threadKey: 1, _id: -1 },
        { name: 'ended-in-thread', partialFilterExpression: { current: false } },
      )
      await conversations.createIndex({ status: 1, lastActivityAt: -1, _id: -1 }, { name: 'all' })
      await conversations.createIndex(
        { assigneeId: 1, status: 1, lastActivityAt: -1, _id: -1 },
        { name: 'by-assignee' },
      )
      await conversations.createIndex(
        { channelId: 1, status: 1, lastActivityAt: -1, _id: -1 },
        { name: 'by-channel' },
      )
      // Without the time, which every message moves: a contact's conversations are few enough to be sorted.
      await conversations.createIndex({ contactId: 1 }, { name: 'of-contact' })
      // Without the time for the same reason: one person writes little under one subject.
      await conversations.createIndex(
        { identityId: 1, baseSubject: 1, _id: -1 },
        { name: 'same-subject', partialFilterExpression: { baseSubject: { $exists: true } } },
      )
      await conversations.createIndex(
        { snoozedUntil: 1 },
        { name: 'snoozed', partialFilterExpression: { snoozedUntil: { $exists: true } } },
      )
    },

    /**
     * What of a contact waits for somebody is owed another run: somebody else may have it now.
     * @returns how many wait
     */
    async oweRuns(contactId: ContactId): Promise<number> {
      const { modifiedCount } = await conversations.updateMany(
        { contactId: toObjectId(contactId), 'routing.open': true, 'routing.status': 'waiting' },
        { $set: { 'routing.status': 'pending' }, $unset: { 'routing.group': '', 'routing.wakeAt': '' } },
        { writeConcern: { w: 1 } },
      )
      return modifiedCount
    },

    async find(id: ConversationId): Promise<StoredConversation | undefined> {
      const found = await conversations.findOne({ _id: toObjectId(id) })
      return found ? fromConversationDocument(found) : undefined
    },

    async findMany(ids: readonly ConversationId[]): Promise<StoredConversation[]> {
      if (ids.length === 0) return []
      const found = await atOnce(conversations.find({ _id: { $in: ids.map(toObjectId) } }), ids.length)
      return found.map(fromConversationDocument)
    },

    async findCurrent(channelId: ChannelId, threadKeys: readonly string[]): Promise<StoredConversation[]> {
      const found = await atOnce(
        conversations.find({
          channelId: toObjectId(channelId),
          threadKey: { $in: [...threadKeys] },
          current: true,
        }),
        threadKeys.length,
      )
      return found.map(fromConversationDocument)
    },

    /** Which of these threads have, or had, a conversation. */
    async knownThreads(channelId: ChannelId, threadKeys: readonly string[]): Promise<ReadonlySet<string>> {
      const of = async (current: boolean, keys: readonly string[]): Promise<readonly string[]> => {
        if (keys.length === 0) return []
        const found = await conversations
          .find(
            { channelId: toObjectId(channelId), threadKey: { $in: [...keys] }, current },
            { projection: { threadKey: 1 } },
          )
          .toArray()
        return found.map(({ threadKey }) => threadKey)
      }
      const going = new Set(await of(true, threadKeys))
      const ended = await of(
        false,
        threadKeys.filter((key) => !going.has(key)),
      )
      return new Set([...going, ...ended])
    },

    /**
     * When somebody wrote last as this identity of his, whichever conversation it is in. Found by his contact, who has
     * few enough, so that no index moves with every message.
     */
    async lastInboundOf({
      id,
      contactId,
    }: {
      readonly id: ContactIdentityId
      readonly contactId: ContactId
    }): Promise<number | undefined> {
      const [found] = await conversations
        .find(
          {
            contactId: toObjectId(contactId),
            identityId: toObjectId(id),
            lastInboundAt: { $exists: true },
          },
          { projection: { lastInboundAt: 1 } },
        )
        .sort({ lastInboundAt: -1 })
        .limit(1)
        .toArray()
      return found?.lastInboundAt?.getTime()
    },

    /** The conversation that somebody began last as this identity of his. */
    async latestOfIdentity(
      contactId: ContactId,
      identityId: ContactIdentityId,
    ): Promise<StoredConversation | undefined> {
      const [found] = await conversations
        .find({ contactId: toObjectId(contactId), identityId: toObjectId(identityId) })
        .sort({ _id: -1 })
        .limit(1)
        .toArray()
      return found && fromConversationDocument(found)
    },

    /**
     * Lets the current conversation of a thread go on under another key, unless that has one already.
     * @returns it as it stands now
     */
    async moveThread(
      channelId: ChannelId,
      from: string,
      to: string,
    ): Promise<StoredConversation | undefined> {
      try {
        const moved = await conversations.findOneAndUpdate(
          { channelId: toObjectId(channelId), threadKey: from, current: true },
          { $set: { threadKey: to }, $inc: { version: 1 } },
          { returnDocument: 'after', writeConcern: { w: 1 } },
        )
        return moved ? fromConversationDocument(moved) : undefined
      } catch (error) {
        if (isDuplicateKey(error)) return undefined
        throw error
      }
    },

    /**
     * The keys of the current threads of a place, a page at a time, in their order.
     * @param after the last one of the page before
     */
    async threadsIn(
      channelId: ChannelId,
      place: string,
      after: string,
      limit: number,
    ): Promise<readonly string[]> {
      const within = { $gt: after > place ? after : `${place}:`, $lt: `${place};` }
      const found = await conversations
        .find(
          { channelId: toObjectId(channelId), threadKey: within, current: true },
          { projection: { threadKey: 1 } },
        )
        .sort({ threadKey: 1 })
        .limit(limit)
        .toArray()
      return found.map(({ threadKey }) => threadKey)
    },

    /** What one person wrote under a subject, the newest first. */
    async ofSubject(
      identityId: ContactIdentityId,
      baseSubject: string,
      limit: number,
    ): Promise<StoredConversation[]> {
      const found = await conversations
        .find({ identityId: toObjectId(identityId), baseSubject })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /**
     * Simultaneous first messages meet here: of two conversations for one thread the index lets one be.
     * @returns the positions of those whose thread has a conversation already
     */
    async createMissing(wanted: readonly StoredConversation[]): Promise<ReadonlySet<number>> {
      if (wanted.length === 0) return new Set()
      try {
        await conversations.insertMany(wanted.map(toConversationDocument), {
          ordered: false,
          writeConcern: { w: 1 },
        })
        return new Set()
      } catch (error) {
        return duplicatePositions(error)
      }
    },

    /**
     * Writes what a batch did, each update only over the version it was computed from.
     * @returns the ids whose conversation had changed meanwhile: compute those again
     */
    async applyInbound(
      updates: readonly InboundUpdate[],
      batch: string,
    ): Promise<ReadonlySet<ConversationId>> {
      if (updates.length === 0) return new Set()
      const modified = await inParallel(updates, (part) =>
        conversations.bulkWrite(
          part.map((update) => inboundOperation(update, batch)),
          { ordered: false, writeConcern: { w: 1 } },
        ),
      )
      if (modified === updates.length) return new Set()
      const held = await conversations
        .find(
          { _id: { $in: updates.map(({ was }) => toObjectId(was.id)) }, batch },
          { projection: { _id: 1 } },
        )
        .toArray()
      const applied = new Set(held.map(({ _id }) => _id.toHexString()))
      return new Set(updates.map(({ was }) => was.id).filter((id) => !applied.has(id)))
    },

    /** Changes a conversation if it is still at `version`. Undefined when it is not. */
    async change(
      id: ConversationId,
      version: number,
      change: ConversationChange,
    ): Promise<StoredConversation | undefined> {
      const updated = await conversations.findOneAndUpdate(
        { _id: toObjectId(id), version },
        changeOperation(change),
        { returnDocument: 'after' },
      )
      return updated ? fromConversationDocument(updated) : undefined
    },

    /**
     * Lets a contact's conversations bear its name.
     * @returns of those that bore another one the latest, as they stand now
     */
    async renameContact(
      contactId: ContactId,
      contactName: string,
      limit: number,
    ): Promise<StoredConversation[]> {
      const misnamed = { contactId: toObjectId(contactId), contactName: { $ne: contactName } }
      const latest = await conversations
        .find(misnamed, { projection: { _id: 1 } })
        .sort({ lastActivityAt: -1, _id: -1 })
        .limit(limit)
        .toArray()
      if (latest.length === 0) return []
      await conversations.updateMany(misnamed, { $set: { contactName }, $inc: { version: 1 } })
      return this.findMany(latest.map(({ _id }) => _id.toHexString() as ConversationId))
    },

    /**
     * Closes resolved and filed conversations for good, each over its version: what is written next in their threads opens new
     * ones. Their loads are not concerned.
     */
    async retire(resolved: readonly Pick<StoredConversation, 'id' | 'version'>[]): Promise<void> {
      if (resolved.length === 0) return
      await conversations.bulkWrite(
        resolved.map(({ id, version }) => ({
          updateOne: {
            filter: {
              _id: toObjectId(id),
              version,
              status: { $in: ['resolved' as const, ...FILED_REASONS] },
            },
            update: { $set: { current: false }, $inc: { version: 1 } },
          },
        })),
        { ordered: false, writeConcern: { w: 1 } },
      )
    },

    /** Snoozed conversations whose time has come. */
    async dueSnoozed(nowMs: number, limit: number): Promise<StoredConversation[]> {
      const found = await conversations
        .find({ snoozedUntil: { $exists: true, $lte: new Date(nowMs) } })
        .sort({ snoozedUntil: 1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },
  }
}

/** Updates are one transaction each: a few streams at once keep both the engine's threads and ours busy. */
const STREAMS = 4
const LEAST_PER_STREAM = 16

/** Writes in a few streams. @returns how many documents changed */
export async function inParallel<T>(
  items: readonly T[],
  write: (part: readonly T[]) => Promise<mongo.BulkWriteResult>,
): Promise<number> {
  const size = Math.max(LEAST_PER_STREAM, Math.ceil(items.length / STREAMS))
  const parts: (readonly T[])[] = []
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size))
  const results = await Promise.all(parts.map(write))
  return results.reduce((sum, { modifiedCount }) => sum + modifiedCount, 0)
}

/** Names only what changes: each field that an index looks at costs the database more than all the others. */
function inboundOperation(
  { was, next }: InboundUpdate,
  batch: string,
): mongo.AnyBulkWriteOperation<ConversationDocument> {
  const _id = toObjectId(was.id)
  const changed = {
    unreadCount: next.unreadCount,
    lastInboundOrder: next.lastInboundOrder,
    lastActivityAt: new Date(next.lastActivityAtMs),
    ...(next.lastMessage ? { lastMessage: toLastMessage(next.lastMessage) } : {}),
    ...(next.lastInboundAtMs === undefined ? {} : { lastInboundAt: new Date(next.lastInboundAtMs) }),
    ...(next.status === was.status ? {} : { status: next.filed ?? next.status }),
    ...(next.routing === was.routing ? {} : { routing: toRoutingDocument(next.routing) }),
    ...(next.assigneeId === was.assigneeId
      ? {}
      : { assigneeId: next.assigneeId ? toObjectId(next.assigneeId) : null }),
    ...(next.silence && next.silence !== was.silence ? { silence: toSilenceDocument(next.silence) } : {}),
    version: next.version,
    batch,
  }
  const gone = [
    ...(next.status === 'open' && was.snoozedUntilMs !== undefined ? ['snoozedUntil'] : []),
    ...(was.silence !== undefined && next.silence === undefined ? ['silence'] : []),
    ...(was.filedByHand && !next.filedByHand ? ['filedByHand'] : []),
    ...(was.queue !== undefined && next.queue === undefined ? ['queue'] : []),
  ]
  if (gone.length === 0) return { updateOne: { filter: { _id }, update: ifStillAt(was.version, changed) } }
  return {
    updateOne: {
      filter: { _id, version: was.version },
      update: { $set: changed, $unset: Object.fromEntries(gone.map((name) => [name, ''])) },
    },
  }
}

/**
 * Sets fields if the document is at `version`, else changes nothing. With the condition here instead of in the filter
 * the database finds the document by its id alone, without planning: a quarter less work for each update (measured).
 */
function ifStillAt(version: number, changed: mongo.Document): mongo.Document[] {
  const merged = { $mergeObjects: ['$$ROOT', { $literal: changed }] }
  return [{ $replaceWith: { $cond: [{ $eq: ['$version', version] }, merged, '$$ROOT'] } }]
}
