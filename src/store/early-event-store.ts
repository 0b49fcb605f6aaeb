import type { Connection, mongo } from 'mongoose'
import type { ChannelId } from '../domain/ids.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

/** Something about a message that is not recorded yet: a receipt before our send returned, an edit before its original. */
export interface EarlyEvent {
  readonly channelId: ChannelId
  readonly externalId: string
  /** Tells events of one message apart: the same thing twice is kept once. */
  readonly discriminator: string
  /** Of several by this name the last one counts, and not the first. */
  readonly replaces?: boolean
  readonly event: Readonly<Record<string, unknown>>
}

interface EarlyEventDocument {
  _id: string
  channelId: mongo.ObjectId
  externalId: string
  event: Record<string, unknown>
  expiresAt: Date
}

export type EarlyEventStore = ReturnType<typeof createEarlyEventStore>

const keyOf = ({ channelId, externalId, discriminator }: EarlyEvent): string =>
  `${channelId}:${externalId}:${discriminator}`

/** Waits with what came too early until its message is there. */
export function createEarlyEventStore(connection: Connection) {
  const events = nativeCollection<EarlyEventDocument>(connection, 'early_events')

  return {
    async ensureIndexes(): Promise<void> {
      await events.createIndex({ channelId: 1, externalId: 1 }, { name: 'by-message' })
      await events.createIndex({ expiresAt: 1 }, { name: 'expiry' })
    },

    async keep(early: EarlyEvent, expiresAt: Date): Promise<void> {
      const { channelId, externalId, replaces = false } = early
      const event = { ...early.event }
      const kept = { channelId: toObjectId(channelId), externalId, expiresAt }
      await events.updateOne(
        { _id: keyOf(early) },
        replaces ? { $set: { event }, $setOnInsert: kept } : { $setOnInsert: { ...kept, event } },
        { upsert: true, writeConcern: { w: 1 } },
      )
    },

    /** The messages that something waits for, a page at a time. @param after the key of the last one of the page before */
    async awaited(
      after: string,
      limit: number,
    ): Promise<
      readonly { readonly key: string; readonly channelId: ChannelId; readonly externalId: string }[]
    > {
      const found = await events
        .find({ _id: { $gt: after } }, { projection: { channelId: 1, externalId: 1 } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray()
      return found.map(({ _id, channelId, externalId }) => ({
        key: _id,
        channelId: channelId.toHexString() as ChannelId,
        externalId,
      }))
    },

    async of(
      channelId: ChannelId,
      externalIds: readonly string[],
    ): Promise<Readonly<Record<string, unknown>>[]> {
      // Nearly always there are none at all, which is cheaper to find out than that none is for these messages.
      if (!(await events.findOne({ channelId: toObjectId(channelId) }, { projection: { _id: 1 } }))) return []
      const found = await events
        .find({ channelId: toObjectId(channelId), externalId: { $in: [...externalIds] } })
        .toArray()
      return found.map(({ event }) => event)
    },

    /** Forgets what was kept and then met its message after all. */
    async forgetOne(early: EarlyEvent): Promise<void> {
      await events.deleteOne({ _id: keyOf(early) })
    },

    async forget(channelId: ChannelId, externalIds: readonly string[]): Promise<void> {
      await events.deleteMany({ channelId: toObjectId(channelId), externalId: { $in: [...externalIds] } })
    },

    async sweep(now: Date): Promise<number> {
      return (await events.deleteMany({ expiresAt: { $lt: now } })).deletedCount
    },
  }
}
