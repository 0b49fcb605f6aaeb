import type { Connection } from 'mongoose'
import type { ChannelId, MessageId } from '../domain/ids.ts'
import { fromMessageDocument, type MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { duplicatePositions, toObjectId } from './object-id.ts'
import type { StoredMessage } from './stored-message.ts'

export type MessagePlaceStore = ReturnType<typeof createMessagePlaceStore>

/** Where messages stand, in their threads and on their platforms. */
export function createMessagePlaceStore(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')

  return {
    /**
     * Gives a message the place and the time of an earlier arrival of the same; never a later one.
     * @returns the message as it stands now; undefined when it stands as early already
     */
    async moveEarlier(
      id: MessageId,
      { order, createdAtMs, saidAtMs }: Pick<StoredMessage, 'order' | 'createdAtMs' | 'saidAtMs'>,
    ): Promise<StoredMessage | undefined> {
      const moved = await messages.findOneAndUpdate(
        { _id: toObjectId(id), order: { $gt: order } },
        {
          $set: {
            order,
            createdAt: new Date(createdAtMs),
            ...(saidAtMs === undefined ? {} : { saidAtMs }),
          },
          ...(saidAtMs === undefined ? { $unset: { saidAtMs: '' } } : {}),
          $inc: { version: 1 },
        },
        { returnDocument: 'after', writeConcern: { w: 1 } },
      )
      return moved ? fromMessageDocument(moved) : undefined
    },

    /**
     * Names the messages of a place anew, `limit` of them, in the order of their ids; whose new name another has keeps
     * the old one.
     * @param after the last id of the page before
     * @returns the last id that was looked at; undefined when there was none
     */
    async renameIn(
      channelId: ChannelId,
      [from, to]: readonly [from: string, to: string],
      after: string,
      limit: number,
    ): Promise<string | undefined> {
      const within = { $gt: after > from ? after : `${from}:`, $lt: `${from};` }
      const found = await messages
        .find({ channelId: toObjectId(channelId), externalId: within }, { projection: { externalId: 1 } })
        .sort({ externalId: 1 })
        .limit(limit)
        .toArray()
      if (found.length === 0) return undefined
      const renaming = found.map(({ _id, externalId = '' }) => ({
        updateOne: {
          filter: { _id, externalId },
          update: { $set: { externalId: `${to}${externalId.slice(from.length)}` } },
        },
      }))
      await messages
        .bulkWrite(renaming, { ordered: false, writeConcern: { w: 1 } })
        .catch((error: unknown) => void duplicatePositions(error))
      return found.at(-1)?.externalId
    },
  }
}
