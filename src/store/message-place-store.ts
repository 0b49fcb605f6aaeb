import type { Connection } from 'mongoose'
import type { MessageId } from '../domain/ids.ts'
import { fromMessageDocument, type MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import type { StoredMessage } from './stored-message.ts'

export type MessagePlaceStore = ReturnType<typeof createMessagePlaceStore>

/** Where messages stand in their threads. */
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
  }
}
