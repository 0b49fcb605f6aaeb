import { hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Connection, mongo } from 'mongoose'
import { AppError } from '../domain/errors.ts'
import type { AttachmentId } from '../domain/ids.ts'
import { createAttachmentBytes } from './attachment-bytes.ts'
import {
  type AttachmentContent,
  type AttachmentDocument,
  type AttachmentLink,
  type AttachmentSource,
  type AttachmentUploader,
  fromAttachmentDocument,
  newAttachmentId,
  type StoredAttachment,
  toUploaderDocument,
  UNLINKED_MS,
  wholeOnes,
} from './attachment-document.ts'
import { nativeCollection } from './native.ts'
import { newObjectId, toObjectId } from './object-id.ts'
import { createRemoteFiles } from './remote-files.ts'

/** An upload that takes longer is given up; its bytes are removed. */
const UPLOAD_MS = 3_600_000
/** So long a file is left to a message that is on its way to being recorded. */
const HELD_MS = 10_000
const SWEEP_BATCH = 100

const ATTACHMENT_ID = /^[0-9a-f]{32}$/

/** A file that came inside a message. */
export interface ContentAttachment {
  /** Its place in the message: the same at every replay. */
  readonly position: number
  readonly name: string
  readonly contentId?: string
  readonly source: AttachmentSource
}

export type AttachmentStore = ReturnType<typeof createAttachmentStore>

type Filter = mongo.Filter<AttachmentDocument>

/** A record in which `uploader` is exactly this one: a visitor's id counts only on his own channel. */
function uploadedBy(uploader: AttachmentUploader): Filter {
  return uploader.kind === 'agent'
    ? { 'uploader.kind': 'agent', 'uploader.id': uploader.id }
    : {
        'uploader.kind': 'visitor',
        'uploader.id': uploader.id,
        'uploader.channelId': toObjectId(uploader.channelId),
      }
}

export function createAttachmentStore(connection: Connection) {
  const records = nativeCollection<AttachmentDocument>(connection, 'attachments')
  const messages = nativeCollection<{ _id: mongo.ObjectId }>(connection, 'messages')
  const bytes = createAttachmentBytes(connection)

  const discard = async (id: string, bytesId: mongo.ObjectId): Promise<void> => {
    await bytes.remove(bytesId)
    await records.deleteOne({ _id: id })
  }

  /** Which of the messages that files were tied to were recorded: a crash may have come before. */
  const recordedOf = async (
    tied: readonly { readonly messageId?: mongo.ObjectId }[],
  ): Promise<Set<string>> => {
    const ids = tied.flatMap(({ messageId }) => messageId ?? [])
    if (ids.length === 0) return new Set()
    const found = await messages.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray()
    return new Set(found.map(({ _id }) => _id.toHexString()))
  }

  return {
    async ensureIndexes(): Promise<void> {
      await bytes.ensureIndexes()
      await records.createIndex(
        { expiresAt: 1 },
        { name: 'expiry', partialFilterExpression: { expiresAt: { $exists: true } } },
      )
      await records.createIndex(
        { messageId: 1, 'remote.position': 1 },
        { name: 'fetched-once', unique: true, partialFilterExpression: { remote: { $exists: true } } },
      )
    },

    /**
     * Stores a file that belongs to no message yet. The record goes first, so that the sweeper finds the bytes of an
     * upload that a crash cut short. When it fails, nothing remains.
     * @param accept may refuse by throwing, once the content is known
     */
    async store(
      file: {
        readonly name: string
        readonly uploader: AttachmentUploader
        readonly source: AttachmentSource
        readonly accept: (content: AttachmentContent) => void
      },
      now: () => number,
    ): Promise<StoredAttachment> {
      const _id = newAttachmentId()
      const bytesId = newObjectId()
      await records.insertOne({
        _id,
        state: 'uploading',
        bytesId,
        name: file.name,
        contentType: 'application/octet-stream',
        sizeBytes: 0,
        uploader: toUploaderDocument(file.uploader),
        createdAt: new Date(now()),
        expiresAt: new Date(now() + UPLOAD_MS),
      })
      try {
        await bytes.write(bytesId, file.source.chunks)
        const content = await file.source.content()
        file.accept(content)
        const stored = await records.findOneAndUpdate(
          { _id, state: 'uploading' },
          { $set: { state: 'stored', ...content, expiresAt: new Date(now() + UNLINKED_MS) } },
          { returnDocument: 'after' },
        )
        const record = stored && fromAttachmentDocument(stored)
        if (!record) throw new AppError('invalid-input', { detail: 'the upload took too long' })
        return record
      } catch (error) {
        // Should the removal fail as well, the sweeper still has the record.
        await discard(_id, bytesId).catch(() => undefined)
        throw error
      }
    },

    /**
     * Stores a file that came inside a message, under an id that follows from its place there: a replay finds what the
     * first run stored, and stores what that left undone.
     */
    async storeContent(
      file: ContentAttachment,
      uploader: AttachmentUploader,
      link: AttachmentLink,
      nowMs: number,
    ): Promise<StoredAttachment> {
      const _id = hash('sha256', `${link.messageId}:${file.position}`, 'hex').slice(0, 32)
      const bytesId = newObjectId()
      const begun = await records.findOne({ _id })
      const known = begun && fromAttachmentDocument(begun)
      if (known) return known
      if (!begun) {
        const record: AttachmentDocument = {
          _id,
          state: 'uploading',
          bytesId,
          name: file.name,
          contentType: 'application/octet-stream',
          sizeBytes: 0,
          uploader: toUploaderDocument(uploader),
          messageId: toObjectId(link.messageId),
          conversationId: toObjectId(link.conversationId),
          ...(file.contentId === undefined ? {} : { contentId: file.contentId }),
          createdAt: new Date(nowMs),
          expiresAt: new Date(nowMs + UPLOAD_MS),
        }
        // Nothing here is waited for on disk: the projector's barrier comes after it in the database's log.
        await records.insertOne(record, { writeConcern: { w: 1 } })
      } else {
        const taken = await records.findOneAndUpdate(
          { _id, state: 'uploading', bytesId: begun.bytesId },
          { $set: { bytesId, expiresAt: new Date(nowMs + UPLOAD_MS) } },
        )
        if (!taken) throw new Error('somebody else is at this file; the next try finds out how it went')
        await bytes.remove(begun.bytesId)
      }
      await bytes.write(bytesId, file.source.chunks)
      const stored = await records.findOneAndUpdate(
        { _id, state: 'uploading', bytesId },
        {
          $set: {
            state: 'stored',
            ...(await file.source.content()),
            expiresAt: new Date(nowMs + UNLINKED_MS),
          },
        },
        { returnDocument: 'after', writeConcern: { w: 1 } },
      )
      const record = stored && fromAttachmentDocument(stored)
      if (record) return record
      await bytes.remove(bytesId)
      throw new Error('somebody else took over this file')
    },

    /** @throws AppError `not-found` when the id is none of ours */
    async get(id: string): Promise<StoredAttachment> {
      const found = ATTACHMENT_ID.test(id) ? await records.findOne({ _id: id }) : null
      const record = found && fromAttachmentDocument(found)
      if (!record) throw new AppError('not-found')
      return record
    },

    async findMany(ids: readonly string[]): Promise<StoredAttachment[]> {
      const wanted = ids.filter((id) => ATTACHMENT_ID.test(id))
      if (wanted.length === 0) return []
      return wholeOnes(await records.find({ _id: { $in: wanted } }).toArray())
    },

    /** Removes a file that no message has. False when one has, or there is none. */
    async removeUnlinked(id: AttachmentId): Promise<boolean> {
      const claimed = await records.findOneAndUpdate(
        { _id: id, messageId: { $exists: false }, expiresAt: { $exists: true } },
        { $set: { state: 'removing' } },
      )
      if (!claimed) return false
      await discard(id, claimed.bytesId)
      return true
    },

    /**
     * Ties stored files to a message, if this uploader brought them in and no other message has them. The tie is
     * final once the sweeper has seen the message. What an agent's message would have had that a crash kept from
     * being recorded may have another one; an inbound message is recorded by its replay, so its files wait for it.
     * @returns those that belong to the message now, in no particular order
     */
    async link(
      ids: readonly string[],
      uploader: AttachmentUploader,
      link: AttachmentLink,
      nowMs: number,
    ): Promise<StoredAttachment[]> {
      const wanted = ids.filter((id) => ATTACHMENT_ID.test(id))
      if (wanted.length === 0) return []
      const messageId = toObjectId(link.messageId)
      const own: Filter = { _id: { $in: wanted }, state: 'stored', ...uploadedBy(uploader) }
      const tie = {
        $set: {
          messageId,
          conversationId: toObjectId(link.conversationId),
          expiresAt: new Date(nowMs + UNLINKED_MS),
        },
      }
      await records.updateMany(
        { ...own, $or: [{ messageId: { $exists: false } }, { messageId, expiresAt: { $exists: true } }] },
        tie,
      )
      if (uploader.kind === 'agent') {
        const tiedBefore = new Date(nowMs - HELD_MS + UNLINKED_MS)
        const others = await records
          .find({
            ...own,
            messageId: { $exists: true, $ne: messageId },
            $or: [{ expiresAt: { $exists: false } }, { expiresAt: { $lte: tiedBefore } }],
          })
          .toArray()
        const recorded = await recordedOf(others)
        for (const other of others) {
          if (!other.messageId || recorded.has(other.messageId.toHexString())) continue
          await records.updateOne({ _id: other._id, state: 'stored', messageId: other.messageId }, tie)
        }
      }
      return wholeOnes(
        await records.find({ _id: { $in: wanted }, messageId, ...uploadedBy(uploader) }).toArray(),
      )
    },

    ...createRemoteFiles(records, bytes),

    /** The bytes of a stored file. @throws AppError `not-found` */
    async open(id: AttachmentId): Promise<Readable> {
      const found = await records.findOne({ _id: id, state: 'stored' }, { projection: { bytesId: 1 } })
      if (!found) throw new AppError('not-found')
      return bytes.read(found.bytesId)
    },

    /**
     * Removes files that no message took, or none that was ever recorded, and uploads that never ended, with all their
     * bytes. A crash in between leaves a record that the next run finds.
     * @returns how many were removed
     */
    async sweep(now: Date): Promise<number> {
      let removed = 0
      while (true) {
        const due = await records
          .find({ expiresAt: { $exists: true, $lte: now } }, { projection: { messageId: 1 } })
          .limit(SWEEP_BATCH)
          .toArray()
        if (due.length === 0) return removed
        const recorded = await recordedOf(due)
        for (const { _id, messageId } of due) {
          const seen: Filter = { _id, expiresAt: { $exists: true, $lte: now } }
          if (messageId && recorded.has(messageId.toHexString())) {
            await records.updateOne({ ...seen, messageId }, { $unset: { expiresAt: '' } })
            continue
          }
          // Claimed first: a message that comes for it now finds it gone, and never half of it.
          const claimed = await records.findOneAndUpdate(
            { ...seen, messageId: messageId ?? { $exists: false } },
            { $set: { state: 'removing' } },
          )
          if (!claimed) continue
          await discard(_id, claimed.bytesId)
          removed += 1
        }
      }
    },
  }
}
