import type { Connection, mongo } from 'mongoose'
import type { MessageId } from '../domain/ids.ts'
import { fromMessageDocument, type MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import type { StoredMessage } from './stored-message.ts'

/** What a message gets that was recorded without it. */
export type FullerFacts = Partial<
  Pick<StoredMessage, 'text' | 'spans' | 'cards' | 'attachments' | 'replyToExternalId'>
>

export type FullerCopyStore = ReturnType<typeof createFullerCopyStore>

/** Messages of which another copy tells more. */
export function createFullerCopyStore(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')
  return {
    /**
     * Adds to a message what it lacks; from then on it counts as one that can be shown. Safe to repeat.
     * @returns it as it stands now; undefined when it was deleted
     */
    async complete(id: MessageId, facts: FullerFacts): Promise<StoredMessage | undefined> {
      const operation: mongo.UpdateFilter<MessageDocument> = {
        $set: facts,
        $unset: { unsupported: '' },
        $inc: { version: 1 },
      }
      const completed = await messages.findOneAndUpdate(
        { _id: toObjectId(id), deletedAt: { $exists: false } },
        operation,
        { returnDocument: 'after', writeConcern: { w: 1 } },
      )
      return completed ? fromMessageDocument(completed) : undefined
    },
  }
}
