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

/** Waits with what came too early until its message is there. */
export function createEarlyEventStore(connection: Connection) {
  const events = nativeCollection<EarlyEventDocument>(connection, 'early_events')

  return {
    async ensureIndexes(): Promise<void> {
      await events.createIndex({ channelId: 1, externalId: 1 }, { name: 'by-message' })
      await events.createIndex({ expiresAt: 1 }, { name: 'expiry' })
    },

    async keep(early: EarlyEvent, expiresAt: Date): Promise<void> {
      const { channelId, externalId, discriminator, event } = early
      await events.updateOne(
        { _id: `${channelId}:${externalId}:${discriminator}` },
        { $setOnInsert: { channelId: toObjectId(channelId), externalId, event: { ...event }, expiresAt } },
        { upsert: true, writeConcern: { w: 1 } },
      )
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

    async forget(channelId: ChannelId, externalIds: readonly string[]): Promise<void> {
      await events.deleteMany({ channelId: toObjectId(channelId), externalId: { $in: [...externalIds] } })
    },

    async sweep(now: Date): Promise<number> {
      return (await events.deleteMany({ expiresAt: { $lt: now } })).deletedCount
    },
  }
}
