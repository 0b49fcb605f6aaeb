import type { Connection, mongo } from 'mongoose'
import type { ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import { fromMessageDocument, type MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { isDuplicateKey, toObjectId } from './object-id.ts'
import type { StoredMessage } from './stored-message.ts'

/** A letter that is to pass answers on, worked out: whoever goes on after a crash writes the same one. */
export interface PendingContinuation {
  /** Of the letter. */
  readonly messageId: MessageId
  readonly channelId: ChannelId
  readonly address: string
  /** The answers that it passes on. */
  readonly answerIds: readonly MessageId[]
  readonly atMs: number
}

/** Where a conversation stands with what goes on by another channel. */
export interface Continuation {
  /** Letters so far, the pending one included. */
  readonly count: number
  readonly pending?: PendingContinuation
}

interface ContinuationDocument {
  /** Of the conversation. */
  _id: mongo.ObjectId
  count: number
  pending?: { messageId: string; channelId: string; address: string; answerIds: string[]; at: Date }
}

const DUE_AT_ONCE = 500
/** Of one conversation; more are looked at when these are dealt with. */
const ANSWERS_AT_ONCE = 200
const WAITING = { continueAt: { $exists: true } } as const

export type ContinuationStore = ReturnType<typeof createContinuationStore>

/**
 * Answers that their customers' clients have not got, and the letters that pass them on. An answer is marked from the
 * moment it is recorded until it has arrived or a letter has it, so the indexes hold those alone.
 */
export function createContinuationStore(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')
  const continuations = nativeCollection<ContinuationDocument>(connection, 'continuations')

  return {
    async ensureIndexes(): Promise<void> {
      await messages.createIndex(
        { continueAt: 1 },
        { name: 'continue-due', partialFilterExpression: WAITING },
      )
      await messages.createIndex(
        { conversationId: 1, continueAt: 1 },
        { name: 'continue-of', partialFilterExpression: WAITING },
      )
    },

    /** Conversations with answers whose time to be looked at has come, those that wait longest first. */
    async due(nowMs: number): Promise<readonly ConversationId[]> {
      const found = await messages
        .find({ continueAt: { $exists: true, $lte: new Date(nowMs) } }, { projection: { conversationId: 1 } })
        .sort({ continueAt: 1 })
        .limit(DUE_AT_ONCE)
        .toArray()
      return [...new Set(found.map(({ conversationId }) => conversationId.toHexString() as ConversationId))]
    },

    /** What the customer has not got of a conversation, in its order. */
    async answersOf(conversationId: ConversationId): Promise<readonly StoredMessage[]> {
      const found = await messages
        .find({ conversationId: toObjectId(conversationId), ...WAITING })
        .sort({ continueAt: 1 })
        .limit(ANSWERS_AT_ONCE)
        .toArray()
      return found.map(fromMessageDocument).sort((a, b) => a.order - b.order)
    },

    /** Nobody need look at these answers before then. */
    async lookAgain(ids: readonly MessageId[], atMs: number): Promise<void> {
      if (ids.length === 0) return
      await messages.updateMany(
        { _id: { $in: ids.map(toObjectId) }, ...WAITING },
        { $set: { continueAt: new Date(atMs) } },
        { writeConcern: { w: 1 } },
      )
    },

    /** These answers go nowhere any more: a letter has them, or there is none to be. */
    async settle(ids: readonly MessageId[]): Promise<void> {
      if (ids.length === 0) return
      await messages.updateMany(
        { _id: { $in: ids.map(toObjectId) }, ...WAITING },
        { $unset: { continueAt: '' } },
      )
    },

    async of(conversationId: ConversationId): Promise<Continuation> {
      const found = await continuations.findOne({ _id: toObjectId(conversationId) })
      if (!found) return { count: 0 }
      const { count, pending } = found
      return { count, ...(pending ? { pending: fromPending(pending) } : {}) }
    },

    /**
     * Takes the conversation's next letter for these answers. Only while nothing happened since `before` was read, and
     * that before the answers were: so no answer is in two letters, however many ask.
     */
    async claim(
      conversationId: ConversationId,
      { count }: Continuation,
      { messageId, channelId, address, answerIds, atMs }: PendingContinuation,
    ): Promise<boolean> {
      const pending = { messageId, channelId, address, answerIds: [...answerIds], at: new Date(atMs) }
      const _id = toObjectId(conversationId)
      if (count > 0) {
        const { matchedCount } = await continuations.updateOne(
          { _id, count, pending: { $exists: false } },
          { $set: { pending }, $inc: { count: 1 } },
        )
        return matchedCount === 1
      }
      try {
        await continuations.insertOne({ _id, count: 1, pending })
        return true
      } catch (error) {
        if (isDuplicateKey(error)) return false
        throw error
      }
    },

    /** The letter stands and its answers are settled. */
    async finish(conversationId: ConversationId, messageId: MessageId): Promise<void> {
      await continuations.updateOne(
        { _id: toObjectId(conversationId), 'pending.messageId': messageId },
        { $unset: { pending: '' } },
      )
    },
  }
}

function fromPending({
  messageId,
  channelId,
  address,
  answerIds,
  at,
}: NonNullable<ContinuationDocument['pending']>): PendingContinuation {
  return {
    messageId: messageId as MessageId,
    channelId: channelId as ChannelId,
    address,
    answerIds: answerIds as MessageId[],
    atMs: at.getTime(),
  }
}
