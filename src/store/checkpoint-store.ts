import type { Connection } from 'mongoose'
import type { ChannelId } from '../domain/ids.ts'
import { nativeCollection } from './native.ts'

interface CheckpointDocument {
  _id: string
  value: Record<string, unknown>
}

export type CheckpointStore = ReturnType<typeof createCheckpointStore>

/** The place marks of connectors that pull, one for each channel. */
export function createCheckpointStore(connection: Connection) {
  const checkpoints = nativeCollection<CheckpointDocument>(connection, 'checkpoints')
  return {
    async read(channelId: ChannelId): Promise<Readonly<Record<string, unknown>> | undefined> {
      return (await checkpoints.findOne({ _id: channelId }))?.value
    },
    async write(channelId: ChannelId, value: Readonly<Record<string, unknown>>): Promise<void> {
      await checkpoints.updateOne({ _id: channelId }, { $set: { value: { ...value } } }, { upsert: true })
    },
  }
}
