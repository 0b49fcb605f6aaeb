import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { type Connection, mongo } from 'mongoose'

const BUCKET = 'attachment-bytes'

export type AttachmentBytes = ReturnType<typeof createAttachmentBytes>

/** The bytes of files, in GridFS. Each file belongs to the record that names it. */
export function createAttachmentBytes(connection: Connection) {
  if (!connection.db) throw new Error('the database is not connected')
  const { db } = connection
  // The record that is written last is journaled, and with it all that was written before.
  const bucket = new mongo.GridFSBucket(db, { bucketName: BUCKET, writeConcern: { w: 1 } })
  const chunks = db.collection<{ files_id: mongo.ObjectId; n: number }>(`${BUCKET}.chunks`)
  const files = db.collection<{ _id: mongo.ObjectId }>(`${BUCKET}.files`)

  const remove = async (id: mongo.ObjectId): Promise<void> => {
    await chunks.deleteMany({ files_id: id })
    await files.deleteOne({ _id: id })
  }

  return {
    async ensureIndexes(): Promise<void> {
      await chunks.createIndex({ files_id: 1, n: 1 }, { name: 'in-order', unique: true })
    },

    /** Stores all that the source gives. When that fails nothing of it remains. */
    async write(id: mongo.ObjectId, source: AsyncIterable<Uint8Array>): Promise<void> {
      const stream = bucket.openUploadStreamWithId(id, id.toHexString())
      // Every failure comes back through a callback below; without a listener it would also end the process.
      stream.on('error', () => undefined)
      try {
        // One write at a time: when the source breaks off, no write is under way that could outlive the removal.
        for await (const chunk of source) {
          await new Promise<void>((resolve, reject) => {
            stream.write(chunk, (error) => (error ? reject(error) : resolve()))
          })
        }
        const closed = once(stream, 'finish')
        stream.end()
        await closed
      } catch (error) {
        stream.destroy()
        await remove(id)
        throw error
      }
    },

    read: (id: mongo.ObjectId): Readable => bucket.openDownloadStream(id),

    remove,
  }
}
