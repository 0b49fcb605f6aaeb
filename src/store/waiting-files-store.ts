import type { Connection } from 'mongoose'
import type { AttachmentId } from '../domain/ids.ts'
import {
  type AttachmentDocument,
  fromAttachmentDocument,
  type StoredAttachment,
} from './attachment-document.ts'
import { nativeCollection } from './native.ts'

/** A file that is to be fetched without being asked for. */
export interface WaitingFile {
  readonly file: StoredAttachment
  readonly failures: number
  readonly createdAtMs: number
}

export type WaitingFilesStore = ReturnType<typeof createWaitingFilesStore>

/** Files that their platforms do not keep for long. */
export function createWaitingFilesStore(connection: Connection) {
  const records = nativeCollection<AttachmentDocument>(connection, 'attachments')
  return {
    async ensureIndexes(): Promise<void> {
      await records.createIndex(
        { 'remote.fetchAt': 1 },
        { name: 'to-fetch', partialFilterExpression: { 'remote.fetchAt': { $exists: true } } },
      )
    },

    /** Takes on the one that waits longest; nobody else does before `untilMs`. */
    async claim(nowMs: number, untilMs: number): Promise<WaitingFile | undefined> {
      const found = await records.findOneAndUpdate(
        { 'remote.fetchAt': { $exists: true, $lte: new Date(nowMs) } },
        { $set: { 'remote.fetchAt': new Date(untilMs) } },
        { sort: { 'remote.fetchAt': 1 }, returnDocument: 'after', writeConcern: { w: 1 } },
      )
      const file = found && fromAttachmentDocument(found)
      if (!found || !file) return undefined
      return { file, failures: found.remote?.failures ?? 0, createdAtMs: found.createdAt.getTime() }
    },

    /** It failed: when it is tried next. */
    async postpone(id: AttachmentId, untilMs: number): Promise<void> {
      await records.updateOne(
        { _id: id },
        { $set: { 'remote.fetchAt': new Date(untilMs) }, $inc: { 'remote.failures': 1 } },
      )
    },

    /** It is here, or nobody needs it any more. */
    async settle(id: AttachmentId): Promise<void> {
      await records.updateOne({ _id: id }, { $unset: { 'remote.fetchAt': '', 'remote.failures': '' } })
    },

    /** It will never be here. Settle it afterwards, when whoever sees its message knows. */
    async giveUp(id: AttachmentId, lost: NonNullable<StoredAttachment['lost']>): Promise<void> {
      await records.updateOne({ _id: id, state: 'remote' }, { $set: { lost } })
    },
  }
}
