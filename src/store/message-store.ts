import type { Connection } from 'mongoose'
import type { ChannelId, ContactId, ConversationId, MessageId } from '../domain/ids.ts'
import { type MessageStatus, statusesBelow } from '../domain/message.ts'
import type { AttachmentView } from '../domain/views.ts'
import { fromMessageDocument, type MessageDocument, toMessageDocument } from './message-document.ts'
import { editedBefore, type MessageEdit, operationOfEdit } from './message-edit.ts'
import { type PlaceNames, renameMessages } from './message-rename.ts'
import { nativeCollection } from './native.ts'
import { duplicatePositions, toObjectId } from './object-id.ts'
import type { StoredMessage } from './stored-message.ts'

/** A place in a thread, newest first. */
export interface ThreadCursor {
  readonly order: number
  readonly id: string
}

/** A receipt that may change one message. */
export interface ReceiptUpdate {
  readonly channelId: ChannelId
  readonly externalId: string
  /** When set, only a message to this customer may change. */
  readonly identityExternalId?: string
  readonly status: MessageStatus
  readonly errorCode?: string
  readonly errorDetail?: string
  /** The platform's report of the failure is kept. */
  readonly hasReport?: boolean
}

export type MessageStore = ReturnType<typeof createMessageStore>

export function createMessageStore(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')

  return {
    async ensureIndexes(): Promise<void> {
      await messages.createIndex({ conversationId: 1, order: -1, _id: -1 }, { name: 'thread' })
      await messages.createIndex(
        { channelId: 1, externalId: 1 },
        { name: 'dedupe', unique: true, partialFilterExpression: { externalId: { $exists: true } } },
      )
      await messages.createIndex(
        { channelId: 1, letterId: 1 },
        { name: 'letters', partialFilterExpression: { letterId: { $exists: true } } },
      )
      await messages.createIndex(
        { conversationId: 1, sendKey: 1 },
        { name: 'sent-once', unique: true, partialFilterExpression: { sendKey: { $exists: true } } },
      )
      await messages.createIndex(
        { 'delivery.dueAt': 1 },
        { name: 'outbox-due', partialFilterExpression: { 'delivery.open': true } },
      )
      await messages.createIndex(
        { channelId: 1, 'delivery.dueAt': 1 },
        { name: 'outbox-channel', partialFilterExpression: { 'delivery.open': true } },
      )
      await messages.createIndex(
        { conversationId: 1, order: 1 },
        { name: 'outbox-lane', partialFilterExpression: { 'delivery.open': true } },
      )
    },

    /**
     * Records inbound messages that the journal still holds: durable once the journal entry goes.
     * @returns the positions of messages that were recorded before
     */
    async recordInbound(batch: readonly StoredMessage[]): Promise<ReadonlySet<number>> {
      if (batch.length === 0) return new Set()
      try {
        await messages.insertMany(batch.map(toMessageDocument), { ordered: false, writeConcern: { w: 1 } })
        return new Set()
      } catch (error) {
        return duplicatePositions(error)
      }
    },

    /** Records messages durably. @returns the positions of those that were recorded before */
    async record(batch: readonly StoredMessage[]): Promise<ReadonlySet<number>> {
      if (batch.length === 0) return new Set()
      try {
        await messages.insertMany(batch.map(toMessageDocument), { ordered: false })
        return new Set()
      } catch (error) {
        return duplicatePositions(error)
      }
    },

    async find(id: MessageId): Promise<StoredMessage | undefined> {
      const found = await messages.findOne({ _id: toObjectId(id) })
      return found ? fromMessageDocument(found) : undefined
    },

    async findBySendKeys(conversationId: ConversationId, keys: readonly string[]): Promise<StoredMessage[]> {
      const found = await messages
        .find({ conversationId: toObjectId(conversationId), sendKey: { $in: [...keys] } })
        .sort({ order: 1 })
        .toArray()
      return found.map(fromMessageDocument)
    },

    /** The letter that an answer without further word answers: the last one a person sent us, else our own last one. */
    async latestLetter(conversationId: ConversationId): Promise<StoredMessage | undefined> {
      const letters = {
        conversationId: toObjectId(conversationId),
        kind: 'message' as const,
        letter: { $exists: true },
        deletedAt: { $exists: false },
      }
      for (const filter of [
        { ...letters, direction: 'inbound' as const, quiet: { $ne: true } },
        { ...letters, direction: 'outbound' as const, externalId: { $exists: true } },
      ]) {
        const found = await messages.find(filter).sort({ order: -1, _id: -1 }).limit(1).toArray()
        if (found[0]) return fromMessageDocument(found[0])
      }
      return undefined
    },

    async findByExternalIds(channelId: ChannelId, externalIds: readonly string[]): Promise<StoredMessage[]> {
      const found = await messages
        .find({ channelId: toObjectId(channelId), externalId: { $in: [...externalIds] } })
        .toArray()
      return found.map(fromMessageDocument)
    },

    /** Messages that the platform may mean by these ids: of one in several parts each part names the whole. */
    async findNamed(channelId: ChannelId, externalIds: readonly string[]): Promise<StoredMessage[]> {
      const named = { $in: [...externalIds] }
      const found = await messages
        .find({ channelId: toObjectId(channelId), $or: [{ externalId: named }, { partIds: named }] })
        .toArray()
      return found.map(fromMessageDocument)
    },

    /** One page of a thread, newest first. */
    async page(
      conversationId: ConversationId,
      limit: number,
      before?: ThreadCursor,
      kinds?: readonly StoredMessage['kind'][],
    ): Promise<StoredMessage[]> {
      const found = await messages
        .find({
          conversationId: toObjectId(conversationId),
          ...(kinds ? { kind: { $in: [...kinds] } } : {}),
          ...(before
            ? {
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
      return found.map(fromMessageDocument)
    },

    /** Messages as the given ids have them; those that are not there are left out. */
    async findMany(ids: readonly MessageId[]): Promise<StoredMessage[]> {
      if (ids.length === 0) return []
      const found = await messages.find({ _id: { $in: ids.map(toObjectId) } }).toArray()
      return found.map(fromMessageDocument)
    },

    /** What the customer said last, quiet or not. */
    async lastInbound(conversationId: ConversationId): Promise<StoredMessage | undefined> {
      const [found] = await messages
        .find({ conversationId: toObjectId(conversationId), direction: 'inbound', kind: 'message' })
        .sort({ order: -1, _id: -1 })
        .limit(1)
        .toArray()
      return found && fromMessageDocument(found)
    },

    /** Customer messages behind a place in the thread; quiet ones count as nothing. */
    async countInboundAfter(conversationId: ConversationId, order: number): Promise<number> {
      return messages.countDocuments({
        conversationId: toObjectId(conversationId),
        order: { $gt: order },
        direction: 'inbound',
        kind: 'message',
        quiet: { $ne: true },
      })
    },

    /**
     * Applies receipts; each only lifts a message's status.
     * @returns the messages that changed, as they stand now, and the receipts that met no message at all
     */
    async applyReceipts(
      receipts: readonly ReceiptUpdate[],
    ): Promise<{ changed: StoredMessage[]; unmatched: ReceiptUpdate[] }> {
      const changed: StoredMessage[] = []
      const unmatched: ReceiptUpdate[] = []
      for (const receipt of receipts) {
        const target = receiptTarget(receipt)
        // Nearly always our own call has told that already: looking is cheaper than changing in vain.
        if (receipt.status === 'sent') {
          const found = await messages.findOne(target, { projection: { status: 1 } })
          if (!found) unmatched.push(receipt)
          if (!found?.status || !statusesBelow('sent').includes(found.status)) continue
        }
        const failed = receipt.status === 'failed'
        const arrived = receipt.status === 'delivered' || receipt.status === 'read'
        const updated = await messages.findOneAndUpdate(
          { ...target, status: { $in: [...statusesBelow(receipt.status)] } },
          {
            $set: {
              status: receipt.status,
              ...(failed && receipt.errorCode ? { 'delivery.errorCode': receipt.errorCode } : {}),
              ...(failed && receipt.errorDetail ? { 'delivery.errorDetail': receipt.errorDetail } : {}),
              ...(failed && receipt.hasReport ? { 'delivery.hasReport': true } : {}),
            },
            // What arrived after all has no error any more, just as if the better news had come first.
            ...(failed
              ? {}
              : {
                  $unset: {
                    'delivery.errorCode': '',
                    'delivery.errorDetail': '',
                    'delivery.hasReport': '',
                    ...(arrived ? { continueAt: '' as const } : {}),
                  },
                }),
            $inc: { version: 1 },
          },
          { returnDocument: 'after', writeConcern: { w: 1 } },
        )
        if (updated) changed.push(fromMessageDocument(updated))
        else if (!(await messages.findOne(target, { projection: { _id: 1 } }))) unmatched.push(receipt)
      }
      return { changed, unmatched }
    },

    /** Takes a message at this version for a change: of several at the same time one gets it. */
    async claim(id: MessageId, version: number): Promise<StoredMessage | undefined> {
      const claimed = await messages.findOneAndUpdate(
        { _id: toObjectId(id), version },
        { $inc: { version: 1 } },
        { returnDocument: 'after' },
      )
      return claimed ? fromMessageDocument(claimed) : undefined
    },

    /** Lets screens take a message anew of which what it shows of others has changed. */
    async raiseVersion(id: MessageId): Promise<StoredMessage | undefined> {
      const raised = await messages.findOneAndUpdate(
        { _id: toObjectId(id) },
        { $inc: { version: 1 } },
        { returnDocument: 'after', writeConcern: { w: 1 } },
      )
      return raised ? fromMessageDocument(raised) : undefined
    },

    /**
     * Later edits win; a deletion wins over edits. What came in several parts is not touched: see
     * message-group-store.ts.
     * @returns the message as it stands now, also when that is how it stood before; undefined when it is unknown
     */
    async edit(
      channelId: ChannelId,
      externalId: string,
      change: MessageEdit & { readonly deletedAtMs?: number },
    ): Promise<StoredMessage | undefined> {
      const target = { channelId: toObjectId(channelId), externalId, partIds: { $exists: false } }
      const standingYet = { ...target, deletedAt: { $exists: false } }
      const { deletedAtMs } = change
      const updated =
        deletedAtMs !== undefined
          ? await messages.findOneAndUpdate(
              standingYet,
              {
                $set: { deletedAt: new Date(deletedAtMs), text: '', attachments: [] },
                // The same record whether an edit came before the deletion or after it.
                $unset: { editedAt: '', editOrder: '', spans: '', cards: '' },
                $inc: { version: 1 },
              },
              { returnDocument: 'after' },
            )
          : await messages.findOneAndUpdate(
              { ...standingYet, ...editedBefore(change) },
              operationOfEdit(change),
              { returnDocument: 'after' },
            )
      const standing = updated ?? (await messages.findOne(target))
      return standing ? fromMessageDocument(standing) : undefined
    },

    /** Names some messages of a place anew; see message-rename.ts. */
    renameIn: (channelId: ChannelId, names: PlaceNames, after: string, limit: number) =>
      renameMessages(messages, channelId, names, { after, limit }),

    /** Lets a message show what is known now of one of its files. */
    async replaceFile(id: MessageId, file: AttachmentView): Promise<StoredMessage | undefined> {
      const updated = await messages.findOneAndUpdate(
        { _id: toObjectId(id), 'attachments.id': file.id },
        { $set: { 'attachments.$': file }, $inc: { version: 1 } },
        { returnDocument: 'after' },
      )
      return updated ? fromMessageDocument(updated) : undefined
    },

    /**
     * Lets what a contact wrote in a conversation bear his name.
     * @returns the latest of what bore the other one, as it stands now
     */
    async renameAuthor(
      conversationId: ConversationId,
      contactId: ContactId,
      before: string,
      after: string,
    ): Promise<StoredMessage[]> {
      const misnamed = {
        conversationId: toObjectId(conversationId),
        'author.kind': 'contact' as const,
        'author.id': contactId as string,
        'author.name': before,
      }
      const latest = await messages
        .find(misnamed, { projection: { _id: 1 } })
        .sort({ order: -1 })
        .limit(RENAMED_AT_ONCE)
        .toArray()
      if (latest.length === 0) return []
      await messages.updateMany(misnamed, { $set: { 'author.name': after }, $inc: { version: 1 } })
      return this.findMany(latest.map(({ _id }) => _id.toHexString() as MessageId))
    },

    /** Sets or takes back a person's reaction; with no emoji, all of his. Whichever part is named, the whole is meant. */
    async react(
      channelId: ChannelId,
      externalId: string,
      reaction: { readonly who: string; readonly emoji: string; readonly by: string },
      removed: boolean,
    ): Promise<StoredMessage | undefined> {
      const { who, emoji } = reaction
      const same =
        emoji === ''
          ? { $eq: ['$$this.who', { $literal: who }] }
          : {
              $and: [
                { $eq: ['$$this.who', { $literal: who }] },
                { $eq: ['$$this.emoji', { $literal: emoji }] },
              ],
            }
      const others = { $filter: { input: { $ifNull: ['$reactions', []] }, cond: { $not: [same] } } }
      const reactions =
        removed || emoji === ''
          ? others
          : { $slice: [{ $concatArrays: [others, [{ $literal: { ...reaction } }]] }, -MOST_REACTIONS] }
      const change = [{ $set: { reactions, version: { $add: ['$version', 1] } } }]
      const channel = { channelId: toObjectId(channelId) }
      const updated =
        (await messages.findOneAndUpdate({ ...channel, externalId }, change, { returnDocument: 'after' })) ??
        (await messages.findOneAndUpdate({ ...channel, partIds: externalId }, change, {
          returnDocument: 'after',
        }))
      return updated ? fromMessageDocument(updated) : undefined
    },
  }
}

/** Screens show no more at first; what is older is read with the new name. */
const RENAMED_AT_ONCE = 100

/** What more people than these think is not counted. */
const MOST_REACTIONS = 200

/** Only what we sent has receipts, and only its own customer can give them. */
function receiptTarget({ channelId, externalId, identityExternalId }: ReceiptUpdate) {
  return {
    channelId: toObjectId(channelId),
    externalId,
    direction: 'outbound' as const,
    ...(identityExternalId === undefined ? {} : { recipient: identityExternalId }),
  }
}
