import { randomUUID } from 'node:crypto'
import type { Connection } from 'mongoose'
import type { ChannelId } from '../domain/ids.ts'
import { fromMessageDocument, type MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import type { GoneHolders } from './outbox-store.ts'
import type { StoredMessage } from './stored-message.ts'

/** A sent message that is to be filed with its platform, in this worker's hands. */
export interface OwedFiling {
  readonly message: StoredMessage
  readonly receipt: { readonly externalId: string; readonly status: 'sent' | 'delivered' }
  readonly leaseToken: string
  /** Attempts begun, this one included. */
  readonly attempts: number
  /** When it was sent. */
  readonly sinceMs: number
}

const OWED = { 'delivery.filing.state': 'owed' } as const

export type FilingStore = ReturnType<typeof createFilingStore>

/** What is owed to platforms after the sending: the `delivery.filing` inside a message, gone once it is done. */
export function createFilingStore(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')
  const mine = ({ message, leaseToken }: OwedFiling) => ({
    _id: toObjectId(message.id),
    'delivery.filing.leaseToken': leaseToken,
  })

  return {
    async ensureIndexes(): Promise<void> {
      await messages.createIndex(
        { 'delivery.filing.dueAt': 1 },
        { name: 'filing-due', partialFilterExpression: OWED },
      )
    },

    /** Channels with something due; expired leases included. */
    async dueChannels(nowMs: number): Promise<ChannelId[]> {
      const due = await messages.distinct('channelId', {
        ...OWED,
        'delivery.filing.dueAt': { $lte: new Date(nowMs) },
      })
      return due.map((channelId) => channelId.toHexString() as ChannelId)
    },

    /** Takes the channel's next one for one attempt. Undefined when none is due. */
    async lease(
      channelId: ChannelId,
      nowMs: number,
      leaseMs: number,
      holder: string,
    ): Promise<OwedFiling | undefined> {
      const leaseToken = randomUUID()
      const leased = await messages.findOneAndUpdate(
        { ...OWED, channelId: toObjectId(channelId), 'delivery.filing.dueAt': { $lte: new Date(nowMs) } },
        {
          $set: {
            'delivery.filing.dueAt': new Date(nowMs + leaseMs),
            'delivery.filing.leaseToken': leaseToken,
            'delivery.filing.leaseHolder': holder,
          },
          $inc: { 'delivery.filing.attempts': 1 },
        },
        { sort: { 'delivery.filing.dueAt': 1 }, returnDocument: 'after' },
      )
      const filing = leased?.delivery?.filing
      if (!leased || !filing) return undefined
      return {
        message: fromMessageDocument(leased),
        receipt: { externalId: filing.receiptId, status: filing.receiptStatus },
        leaseToken,
        attempts: filing.attempts,
        sinceMs: filing.owedAt.getTime(),
      }
    },

    async done(owed: OwedFiling): Promise<void> {
      await messages.updateOne(mine(owed), { $unset: { 'delivery.filing': '' } })
    },

    async retry(owed: OwedFiling, atMs: number, failure: { readonly code: string }): Promise<void> {
      await messages.updateOne(mine(owed), {
        $set: { 'delivery.filing.dueAt': new Date(atMs), 'delivery.filing.errorCode': failure.code },
        $unset: { 'delivery.filing.leaseToken': '', 'delivery.filing.leaseHolder': '' },
      })
    },

    /** It stays on record that it was never filed. */
    async giveUp(owed: OwedFiling, failure: { readonly code: string }): Promise<void> {
      await messages.updateOne(mine(owed), {
        $set: { 'delivery.filing.state': 'failed', 'delivery.filing.errorCode': failure.code },
        $unset: {
          'delivery.filing.dueAt': '',
          'delivery.filing.leaseToken': '',
          'delivery.filing.leaseHolder': '',
        },
      })
    },

    /** Lets what is due of a channel, and what will be before then, wait until `atMs`. */
    async waitUntil(channelId: ChannelId, nowMs: number, atMs: number): Promise<void> {
      const at = new Date(Math.max(nowMs, atMs))
      await messages.updateMany(
        {
          ...OWED,
          channelId: toObjectId(channelId),
          'delivery.filing.dueAt': { $lt: at },
          'delivery.filing.leaseToken': { $exists: false },
        },
        { $set: { 'delivery.filing.dueAt': at } },
        { writeConcern: { w: 1 } },
      )
    },

    /** Nobody can be owed any more: the channel is gone, or its kind files nothing. */
    async forgetDue(channelId: ChannelId, nowMs: number): Promise<void> {
      await messages.updateMany(
        { ...OWED, channelId: toObjectId(channelId), 'delivery.filing.dueAt': { $lte: new Date(nowMs) } },
        { $unset: { 'delivery.filing': '' } },
      )
    },

    /** Lets leases of holders that are certainly gone run out. @returns how many there were */
    async endLeases(gone: GoneHolders, nowMs: number): Promise<number> {
      const { modifiedCount } = await messages.updateMany(
        {
          ...OWED,
          'delivery.filing.leaseHolder':
            'of' in gone ? { $in: [...gone.of] } : { $exists: true, $ne: gone.allBut },
          'delivery.filing.dueAt': { $gt: new Date(nowMs) },
        },
        {
          $set: { 'delivery.filing.dueAt': new Date(nowMs) },
          $unset: { 'delivery.filing.leaseToken': '', 'delivery.filing.leaseHolder': '' },
        },
        { writeConcern: { w: 1 } },
      )
      return modifiedCount
    },
  }
}
