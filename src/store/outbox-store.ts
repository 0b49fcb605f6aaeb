import { randomUUID } from 'node:crypto'
import type { Connection } from 'mongoose'
import type { ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import { fromMessageDocument, type MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { isDuplicateKey, toObjectId } from './object-id.ts'
import {
  type AfterLostLease,
  CHECK_OVER,
  EARLIER_PART_FAILED,
  FAILURE_OVER,
  factsOf,
  LEASE_OVER,
  lostLease,
  type SettledFailure,
  type SettledSent,
  sentOff,
} from './outbox-changes.ts'
import type { StoredMessage } from './stored-message.ts'

export type { AfterLostLease, SettledFailure } from './outbox-changes.ts'
export { EARLIER_PART_FAILED } from './outbox-changes.ts'

/** How a send ended, to be written under the lease it ran under. */
export type Settlement =
  | ({ readonly outcome: 'sent' } & SettledSent)
  | { readonly outcome: 'retry'; readonly atMs: number; readonly failure: SettledFailure }
  | { readonly outcome: 'dead' | 'unknown'; readonly failure: SettledFailure }
  /** Nobody knows whether it arrived: the platform is asked then. What is not said of the failure stays as it was. */
  | {
      readonly outcome: 'check'
      readonly atMs: number
      /** How often it was asked and did not know. */
      readonly looks: number
      readonly failure?: SettledFailure
    }

/** Milliseconds since the epoch. */
export interface OutboxClocks {
  /** By the node's own clock: what is due. */
  readonly nowMs: number
  /** By the clock of all nodes: how long leases last. */
  readonly leaseNowMs: number
}

/** When a lease ended whose holder is certainly gone: by any clock. */
const OVER = new Date(0)

/** Whose outboxes are looked at. */
export type DueScope = { readonly of: readonly ChannelId[] } | { readonly notOf: readonly ChannelId[] }

export interface DueConversation {
  readonly channelId: ChannelId
  readonly conversationId: ConversationId
}

/** Whose leases end before their time: of these nodes, or of all but this one. */
export type GoneHolders = { readonly of: readonly string[] } | { readonly allBut: string }

export type OutboxStore = ReturnType<typeof createOutboxStore>

/** The outbox: the `delivery` inside each outbound message. */
export function createOutboxStore(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')

  return {
    /**
     * Conversations whose outbox has something due, oldest first; expired leases included.
     * @param limit how many messages are looked at
     * @param known conversations that are left out
     */
    async dueConversations(
      nowMs: number,
      limit: number,
      scope?: DueScope,
      known: readonly ConversationId[] = [],
    ): Promise<{ readonly due: readonly DueConversation[]; readonly more: boolean }> {
      const channels = scope && ('of' in scope ? { $in: ids(scope.of) } : { $nin: ids(scope.notOf) })
      const found = await messages
        .find(
          {
            'delivery.open': true,
            'delivery.dueAt': { $lte: new Date(nowMs) },
            ...(channels ? { channelId: channels } : {}),
            ...(known.length > 0 ? { conversationId: { $nin: ids(known) } } : {}),
          },
          {
            projection: { conversationId: 1, channelId: 1 },
            // Whatever a channel has piled up, the others are found without reading it.
            ...(channels ? { hint: 'outbox-channel' } : {}),
          },
        )
        .sort({ 'delivery.dueAt': 1 })
        .limit(limit)
        .toArray()
      const channelOf = new Map(
        found.map((message) => [message.conversationId.toHexString(), message.channelId.toHexString()]),
      )
      return {
        due: Array.from(channelOf, ([conversationId, channelId]) => ({
          conversationId: conversationId as ConversationId,
          channelId: channelId as ChannelId,
        })),
        more: found.length === limit,
      }
    },

    async countOpen(): Promise<number> {
      return messages.countDocuments({ 'delivery.open': true }, { limit: 100_000 })
    },

    /** The oldest message of the conversation that the outbox still works on: nothing overtakes it. */
    async head(conversationId: ConversationId): Promise<StoredMessage | undefined> {
      const found = await messages
        .find({ conversationId: toObjectId(conversationId), 'delivery.open': true })
        .sort({ order: 1 })
        .limit(1)
        .next()
      return found ? fromMessageDocument(found) : undefined
    },

    /**
     * Lets all that is queued in a conversation wait until then. Without it, what stands behind a head that waits
     * would count as due, and a few such conversations would crowd out everybody's work.
     */
    async waitUntil(conversationId: ConversationId, atMs: number): Promise<void> {
      const at = new Date(atMs)
      await messages.updateMany(
        {
          conversationId: toObjectId(conversationId),
          'delivery.open': true,
          'delivery.state': 'queued',
          'delivery.dueAt': { $lt: at },
        },
        { $set: { 'delivery.dueAt': at } },
        { writeConcern: { w: 1 } },
      )
    },

    /**
     * Takes the message for one attempt, or for asking the platform what became of the last one, which is no attempt.
     * Undefined when another worker was faster.
     */
    async lease(
      message: StoredMessage,
      { nowMs, leaseNowMs }: OutboxClocks,
      leaseMs: number,
      holder: string,
    ): Promise<StoredMessage | undefined> {
      const checks = message.delivery?.checkFromMs !== undefined
      const leased = await messages.findOneAndUpdate(
        {
          _id: toObjectId(message.id),
          'delivery.state': 'queued',
          'delivery.dueAt': { $lte: new Date(nowMs) },
          'delivery.checkFrom': { $exists: checks },
        },
        {
          $set: {
            status: 'sending',
            'delivery.state': 'leased',
            'delivery.leaseToken': randomUUID(),
            'delivery.leaseHolder': holder,
            'delivery.leaseUntil': new Date(leaseNowMs + leaseMs),
            'delivery.dueAt': new Date(nowMs + leaseMs),
          },
          $inc: { 'delivery.attempts': checks ? 0 : 1, version: 1 },
        },
        { returnDocument: 'after' },
      )
      return leased ? fromMessageDocument(leased) : undefined
    },

    /**
     * Lets leases run out at once. Only for holders that certainly do nothing any more: what they had in hand is then
     * treated as after any lease that ran out.
     * @returns how many there were
     */
    async endLeases(gone: GoneHolders, nowMs: number): Promise<number> {
      const { modifiedCount } = await messages.updateMany(
        {
          'delivery.open': true,
          'delivery.state': 'leased',
          'delivery.leaseHolder': 'of' in gone ? { $in: [...gone.of] } : { $ne: gone.allBut },
          'delivery.leaseUntil': { $gt: OVER },
        },
        { $set: { 'delivery.leaseUntil': OVER, 'delivery.dueAt': new Date(nowMs) } },
        { writeConcern: { w: 1 } },
      )
      return modifiedCount
    },

    /**
     * A lease whose holder is gone. Where it was only asking the platform, that goes on.
     * Undefined when the lease still runs or somebody settled it.
     */
    async reclaim(
      message: StoredMessage,
      { nowMs, leaseNowMs }: OutboxClocks,
      after: AfterLostLease,
    ): Promise<StoredMessage | undefined> {
      const checked = message.delivery?.checkFromMs !== undefined
      const updated = await messages.findOneAndUpdate(
        {
          _id: toObjectId(message.id),
          'delivery.state': 'leased' as const,
          'delivery.leaseUntil': { $lte: new Date(leaseNowMs) },
          'delivery.checkFrom': { $exists: checked },
        },
        checked
          ? {
              $set: { 'delivery.state': 'queued', 'delivery.dueAt': new Date(nowMs) },
              $unset: LEASE_OVER,
              $inc: { version: 1 },
            }
          : lostLease(after, nowMs),
        { returnDocument: 'after' },
      )
      return updated ? fromMessageDocument(updated) : undefined
    },

    /** Gives a message back that was taken for an attempt and not tried: as if it had not been taken. */
    async putBack(leased: StoredMessage, nowMs: number): Promise<void> {
      await messages.updateOne(
        { _id: toObjectId(leased.id), 'delivery.leaseToken': leased.delivery?.leaseToken ?? '' },
        {
          $set: { status: 'queued', 'delivery.state': 'queued', 'delivery.dueAt': new Date(nowMs) },
          $unset: LEASE_OVER,
          $inc: { 'delivery.attempts': -1, version: 1 },
        },
      )
    },

    /** Ends an attempt. Undefined when the lease was lost meanwhile: then nothing is written. */
    async settle(leased: StoredMessage, settlement: Settlement): Promise<StoredMessage | undefined> {
      const mine = { _id: toObjectId(leased.id), 'delivery.leaseToken': leased.delivery?.leaseToken ?? '' }
      if (settlement.outcome === 'sent') return this.settleSent(mine, leased, settlement)
      if (settlement.outcome === 'check') return this.settleCheck(mine, leased, settlement)
      const facts = factsOf(settlement.failure)
      const updated = await messages.findOneAndUpdate(
        mine,
        settlement.outcome === 'retry'
          ? {
              $set: {
                ...facts,
                status: 'queued',
                'delivery.state': 'queued',
                'delivery.dueAt': new Date(settlement.atMs),
              },
              $unset: { ...LEASE_OVER, ...CHECK_OVER },
              $inc: { version: 1 },
            }
          : {
              $set: { ...facts, status: 'failed', 'delivery.state': settlement.outcome },
              $unset: { ...LEASE_OVER, ...CHECK_OVER, 'delivery.open': '', 'delivery.dueAt': '' },
              $inc: { version: 1 },
            },
        { returnDocument: 'after' },
      )
      return updated ? fromMessageDocument(updated) : undefined
    },

    async settleCheck(
      mine: Mine,
      { delivery }: StoredMessage,
      { atMs, looks, failure }: Extract<Settlement, { outcome: 'check' }>,
    ): Promise<StoredMessage | undefined> {
      const updated = await messages.findOneAndUpdate(
        mine,
        {
          $set: {
            ...(failure ? factsOf(failure) : {}),
            'delivery.state': 'queued',
            'delivery.dueAt': new Date(atMs),
            'delivery.checkFrom': new Date(delivery?.checkFromMs ?? atMs),
            'delivery.looks': looks,
          },
          $unset: LEASE_OVER,
          $inc: { version: 1 },
        },
        { returnDocument: 'after' },
      )
      return updated ? fromMessageDocument(updated) : undefined
    },

    /**
     * What certainly was sent counts also when the lease was lost meanwhile, as long as no further attempt was begun:
     * whoever took the message over could only be uncertain.
     */
    async settleSent(
      mine: Mine,
      { delivery }: StoredMessage,
      settlement: SettledSent,
    ): Promise<StoredMessage | undefined> {
      const leftOpen = {
        _id: mine._id,
        'delivery.attempts': delivery?.attempts ?? 0,
        $or: [{ 'delivery.state': 'unknown' as const }, { 'delivery.checkFrom': { $exists: true } }],
      }
      const write = async (id: string | undefined): Promise<StoredMessage | undefined> => {
        for (const filter of [mine, leftOpen]) {
          const updated = await messages.findOneAndUpdate(filter, sentOff(settlement, id), {
            returnDocument: 'after',
          })
          if (updated) return fromMessageDocument(updated)
        }
        return undefined
      }
      try {
        return await write(settlement.externalId)
      } catch (error) {
        // The platform named two messages alike: this one is sent all the same, only its receipts cannot be told.
        if (!isDuplicateKey(error)) throw error
        return write(undefined)
      }
    },

    /** All parts of a reply that had to be split, in their order. @param replyKey that their keys begin with */
    async partsOf(conversationId: ConversationId, replyKey: string): Promise<StoredMessage[]> {
      const found = await messages
        .find({
          conversationId: toObjectId(conversationId),
          // The sign that comes next after the one between a reply's key and the number of its part.
          sendKey: { $gte: replyKey, $lt: `${replyKey}$` },
        })
        .sort({ order: 1 })
        .toArray()
      return found
        .filter(({ sendKey }) => sendKey === replyKey || sendKey?.startsWith(`${replyKey}#`))
        .map(fromMessageDocument)
    },

    /**
     * A person sends a failed or uncertain message again. Undefined when it is neither.
     * @param how `alone` a part of a reply, whatever became of those before it; `held-back` only where it did not go
     * because of one of those
     */
    async requeue(
      id: MessageId,
      nowMs: number,
      how?: 'alone' | 'held-back',
    ): Promise<StoredMessage | undefined> {
      const updated = await messages.findOneAndUpdate(
        {
          _id: toObjectId(id),
          direction: 'outbound',
          status: 'failed',
          'delivery.state': { $in: ['dead', 'unknown', 'done'] },
          ...(how === 'held-back' ? { 'delivery.errorCode': EARLIER_PART_FAILED } : {}),
          deletedAt: { $exists: false },
        },
        [
          {
            $set: {
              // What the platform had taken, and told of as failed, is a new message to it.
              'delivery.resends': {
                $cond: [
                  { $eq: ['$delivery.state', 'done'] },
                  { $add: [{ $ifNull: ['$delivery.resends', 0] }, 1] },
                  { $ifNull: ['$delivery.resends', '$$REMOVE'] },
                ],
              },
              status: 'queued',
              'delivery.state': 'queued',
              'delivery.open': true,
              'delivery.dueAt': new Date(nowMs),
              'delivery.attemptsBefore': '$delivery.attempts',
              ...(how === 'alone' ? { 'delivery.apart': true } : {}),
              version: { $add: ['$version', 1] },
            },
          },
          { $unset: ['externalId', ...FAILURE_OVER] },
        ],
        { returnDocument: 'after' },
      )
      return updated ? fromMessageDocument(updated) : undefined
    },
  }
}

type Mine = { _id: ReturnType<typeof toObjectId>; 'delivery.leaseToken': string }

const ids = (list: readonly string[]) => list.map(toObjectId)
