import type { Connection } from 'mongoose'
import type { AttachmentId, MessageId } from '../domain/ids.ts'
import {
  type AttachmentDocument,
  type AttachmentLink,
  fromAttachmentDocument,
  type StoredAttachment,
  UNLINKED_MS,
} from './attachment-document.ts'
import { nativeCollection } from './native.ts'
import { isDuplicateKey, toObjectId } from './object-id.ts'

export type AttachmentCopies = ReturnType<typeof createAttachmentCopies>

/**
 * Files that a message passes on from another one. Each is a file of its own, with bytes of its own: whatever becomes
 * of the first one, the sweeper need not know of the second.
 */
export function createAttachmentCopies(connection: Connection) {
  const records = nativeCollection<AttachmentDocument>(connection, 'attachments')

  return {
    async ensureIndexes(): Promise<void> {
      await records.createIndex(
        { messageId: 1, copyOf: 1 },
        { name: 'copied-once', unique: true, partialFilterExpression: { copyOf: { $exists: true } } },
      )
    },

    /** The copies a message has, by the files they were made from. */
    async of(messageId: MessageId): Promise<ReadonlyMap<string, StoredAttachment>> {
      const found = await records
        .find({ messageId: toObjectId(messageId), copyOf: { $exists: true }, state: 'stored' })
        .toArray()
      return new Map(
        found.flatMap((document): [string, StoredAttachment][] => {
          const copy = fromAttachmentDocument(document)
          return copy && document.copyOf !== undefined ? [[document.copyOf, copy]] : []
        }),
      )
    },

    /**
     * Ties a stored file that no message has to one, as its copy of another file. Like every tie it holds once the
     * sweeper has seen the message.
     * @returns false when the message has its copy already: this one is not needed
     */
    async tie(id: AttachmentId, copyOf: string, link: AttachmentLink, nowMs: number): Promise<boolean> {
      try {
        const { modifiedCount } = await records.updateOne(
          { _id: id, state: 'stored', messageId: { $exists: false } },
          {
            $set: {
              messageId: toObjectId(link.messageId),
              conversationId: toObjectId(link.conversationId),
              copyOf,
              expiresAt: new Date(nowMs + UNLINKED_MS),
            },
          },
        )
        return modifiedCount === 1
      } catch (error) {
        if (isDuplicateKey(error)) return false
        throw error
      }
    },

    /** A message that was not recorded may be written anew later: its copies wait for it another day. */
    async keep(messageId: MessageId, nowMs: number): Promise<void> {
      await records.updateMany(
        {
          messageId: toObjectId(messageId),
          copyOf: { $exists: true },
          state: 'stored',
          expiresAt: { $exists: true },
        },
        { $set: { expiresAt: new Date(nowMs + UNLINKED_MS) } },
      )
    },
  }
}
