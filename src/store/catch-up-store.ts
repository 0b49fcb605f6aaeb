import type { Connection } from 'mongoose'
import type { ChannelId } from '../domain/ids.ts'
import { nativeCollection } from './native.ts'

export type CatchUpStore = ReturnType<typeof createCatchUpStore>

/** Up to when platforms were asked what they have, one mark for each channel. */
export function createCatchUpStore(connection: Connection) {
  const marks = nativeCollection<{ _id: string; until: Date }>(connection, 'catch_up_marks')
  return {
    /** Milliseconds since the epoch; undefined when the channel was never asked. */
    async read(channelId: ChannelId): Promise<number | undefined> {
      return (await marks.findOne({ _id: channelId }))?.until.getTime()
    },

    /** Marks only move on. */
    async move(channelId: ChannelId, untilMs: number): Promise<void> {
      await marks.updateOne({ _id: channelId }, { $max: { until: new Date(untilMs) } }, { upsert: true })
    },
  }
}
