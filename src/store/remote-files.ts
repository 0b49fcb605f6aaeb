import type { mongo } from 'mongoose'
import type { AttachmentId } from '../domain/ids.ts'
import type { AttachmentBytes } from './attachment-bytes.ts'
import {
  type AttachmentDocument,
  type AttachmentLink,
  type AttachmentSource,
  type AttachmentUploader,
  newAttachmentId,
  type StoredAttachment,
  toUploaderDocument,
  UNLINKED_MS,
  wholeOnes,
} from './attachment-document.ts'
import { isDuplicateKey, newObjectId, toObjectId } from './object-id.ts'

/** How long one process may take to fetch a file from its platform before another one tries. */
const FETCH_MS = 5 * 60_000

/** A file that a message names and the platform keeps. */
export interface RemoteAttachment {
  readonly ref: string
  /** Its place in the message: the same at every replay. */
  readonly position: number
  readonly name: string
  readonly contentType: string
  readonly sizeBytes: number
  readonly contentId?: string
  /** The platform does not keep it for long. */
  readonly fetchAtOnce?: boolean
}

/** The part of the files' store that knows those which lie with their platform. */
export function createRemoteFiles(records: mongo.Collection<AttachmentDocument>, bytes: AttachmentBytes) {
  return {
    /**
     * Notes files that the platform keeps; a replay finds the records of the first time. They stay once the sweeper has
     * seen their message.
     */
    async linkRemote(
      files: readonly RemoteAttachment[],
      uploader: AttachmentUploader,
      link: AttachmentLink,
      nowMs: number,
    ): Promise<StoredAttachment[]> {
      if (files.length === 0) return []
      const messageId = toObjectId(link.messageId)
      for (const { ref, position, fetchAtOnce = false, ...facts } of files) {
        try {
          await records.updateOne(
            { messageId, 'remote.position': position },
            {
              $setOnInsert: {
                _id: newAttachmentId(),
                state: 'remote',
                bytesId: newObjectId(),
                ...facts,
                uploader: toUploaderDocument(uploader),
                conversationId: toObjectId(link.conversationId),
                remote: { ref, position, ...(fetchAtOnce ? { fetchAt: new Date(nowMs) } : {}) },
                createdAt: new Date(nowMs),
                expiresAt: new Date(nowMs + UNLINKED_MS),
              },
            },
            { upsert: true },
          )
        } catch (error) {
          if (!isDuplicateKey(error)) throw error
        }
      }
      const found = await records.find({ messageId, remote: { $exists: true } }).toArray()
      return wholeOnes(found.toSorted((a, b) => (a.remote?.position ?? 0) - (b.remote?.position ?? 0)))
    },

    /** Takes on the fetching of a remote file. False when another process is at it. */
    async claimFetch(id: AttachmentId, nowMs: number): Promise<boolean> {
      const claimed = await records.findOneAndUpdate(
        {
          _id: id,
          state: 'remote',
          $or: [
            { 'remote.claimedUntil': { $exists: false } },
            { 'remote.claimedUntil': { $lte: new Date(nowMs) } },
          ],
        },
        { $set: { 'remote.claimedUntil': new Date(nowMs + FETCH_MS) } },
      )
      // What a fetch left behind that a crash cut short.
      if (claimed?.remote?.claimedUntil) await bytes.remove(claimed.bytesId)
      return claimed !== null
    },

    /** Stores what the platform gave for a file whose fetching was claimed. */
    async storeFetched(id: AttachmentId, source: AttachmentSource): Promise<void> {
      const record = await records.findOne({ _id: id, state: 'remote' })
      if (!record) return
      await bytes.write(record.bytesId, source.chunks)
      await records.updateOne(
        { _id: id, state: 'remote' },
        { $set: { state: 'stored', ...(await source.content()) }, $unset: { 'remote.claimedUntil': '' } },
      )
    },

    /** Gives a claim up whose fetching came to nothing. */
    async releaseFetch(id: AttachmentId): Promise<void> {
      await records.updateOne({ _id: id, state: 'remote' }, { $unset: { 'remote.claimedUntil': '' } })
    },
  }
}
