import type { Connection } from 'mongoose'
import type { ChannelId } from '../domain/ids.ts'
import { nativeCollection } from './native.ts'
import { isDuplicateKey } from './object-id.ts'

interface CheckpointDocument {
  _id: string
  value?: Record<string, unknown>
  /** Of the lease under which it may be written. */
  token?: number
}

export type CheckpointStore = ReturnType<typeof createCheckpointStore>

/**
 * The place marks of sessions, one for each channel. Each carries the token of its session's lease, since nothing else
 * makes one step of asking for the lease and writing the mark.
 */
export function createCheckpointStore(connection: Connection) {
  const checkpoints = nativeCollection<CheckpointDocument>(connection, 'checkpoints')
  return {
    async read(channelId: ChannelId): Promise<Readonly<Record<string, unknown>> | undefined> {
      return (await checkpoints.findOne({ _id: channelId }))?.value
    },

    /**
     * Shuts out whoever holds a lower token; a new holder does so before it reads.
     * @returns false when a higher one has been here
     */
    async raise(channelId: ChannelId, token: number): Promise<boolean> {
      try {
        await checkpoints.updateOne(
          { _id: channelId, token: { $not: { $gt: token } } },
          { $set: { token } },
          { upsert: true },
        )
        return true
      } catch (error) {
        if (isDuplicateKey(error)) return false
        throw error
      }
    },

    /** @returns false, with nothing written, when the token is not the one that was raised last */
    async write(
      channelId: ChannelId,
      value: Readonly<Record<string, unknown>>,
      token: number,
    ): Promise<boolean> {
      const { matchedCount } = await checkpoints.updateOne(
        { _id: channelId, token },
        { $set: { value: { ...value } } },
      )
      return matchedCount === 1
    },
  }
}
