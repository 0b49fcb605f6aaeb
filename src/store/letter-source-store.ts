import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { type Connection, mongo } from 'mongoose'
import { nativeCollection } from './native.ts'

/** What is known of a kept source. */
export interface KeptSource {
  readonly contentType: string
  readonly sizeBytes: number
}

interface SourceDocument {
  readonly _id: string
  readonly contentType: string
  readonly sizeBytes: number
  /** Of the bytes: of two that come under one name at once, no part of one gets into the other. */
  readonly digest: string
  readonly parts: number
  /** While it is not known whether anything has it. */
  readonly expiresAt?: Date
}

interface PartDocument {
  readonly _id: string
  readonly bytes: mongo.Binary
}

/** A document holds sixteen megabytes, and one this size is read without a pause that anybody feels. */
const PART_BYTES = 1_000_000
const SWEPT_AT_ONCE = 100

export type LetterSourceStore = ReturnType<typeof createLetterSourceStore>

/**
 * Raw sources as they came, under names that follow from what they belong to: keeping one twice, or by two processes at
 * once, keeps the first.
 */
export function createLetterSourceStore(connection: Connection) {
  const sources = nativeCollection<SourceDocument>(connection, 'letter_sources')
  const parts = nativeCollection<PartDocument>(connection, 'letter_source_parts')
  const partId = (name: string, digest: string, part: number): string => `${name}#${digest}#${part}`
  const partIds = (name: string, digest: string, count: number): string[] =>
    Array.from({ length: count }, (_, part) => partId(name, digest, part))

  const discard = async ({ _id, digest, parts: count }: SourceDocument): Promise<void> => {
    await parts.deleteMany({ _id: { $in: partIds(_id, digest, count) } })
    await sources.deleteOne({ _id })
  }

  return {
    async ensureIndexes(): Promise<void> {
      await sources.createIndex({ expiresAt: 1 }, { name: 'expiry', sparse: true })
    },

    /** @param expiresAt for what nothing may ever have; `hold` takes it back */
    async keep(name: string, bytes: Uint8Array, contentType: string, expiresAt?: Date): Promise<void> {
      if (await sources.findOne({ _id: name }, { projection: { _id: 1 } })) return
      const count = Math.ceil(bytes.byteLength / PART_BYTES)
      const digest = hash('sha256', Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 'hex')
      for (let part = 0; part < count; part += 1) {
        const slice = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)
        await parts.updateOne(
          { _id: partId(name, digest, part) },
          { $setOnInsert: { bytes: new mongo.Binary(Buffer.from(slice)) } },
          { upsert: true, writeConcern: { w: 1 } },
        )
      }
      // Last, so that what is named is whole.
      await sources.updateOne(
        { _id: name },
        {
          $setOnInsert: {
            contentType,
            sizeBytes: bytes.byteLength,
            digest,
            parts: count,
            ...(expiresAt ? { expiresAt } : {}),
          },
        },
        { upsert: true, writeConcern: { w: 1 } },
      )
    },

    /** Something has it for good. */
    async hold(names: readonly string[]): Promise<void> {
      if (names.length === 0) return
      await sources.updateMany({ _id: { $in: [...names] } }, { $unset: { expiresAt: '' } })
    },

    async find(name: string): Promise<KeptSource | undefined> {
      const found = await sources.findOne({ _id: name })
      return found ? { contentType: found.contentType, sizeBytes: found.sizeBytes } : undefined
    },

    /** The bytes of a source that was found. */
    read(name: string): Readable {
      async function* chunks(): AsyncGenerator<Buffer> {
        const found = await sources.findOne({ _id: name })
        for (const _id of found ? partIds(name, found.digest, found.parts) : []) {
          const one = await parts.findOne({ _id })
          if (!one) throw new Error('a part of a source is missing')
          yield Buffer.from(one.bytes.buffer.subarray(0, one.bytes.position))
        }
      }
      return Readable.from(chunks(), { objectMode: false })
    },

    /** Removes what nothing came to have. @returns how many */
    async sweep(now: Date): Promise<number> {
      let removed = 0
      while (true) {
        const due = await sources
          .find({ expiresAt: { $exists: true, $lte: now } })
          .limit(SWEPT_AT_ONCE)
          .toArray()
        for (const one of due) await discard(one)
        removed += due.length
        if (due.length < SWEPT_AT_ONCE) return removed
      }
    },
  }
}
