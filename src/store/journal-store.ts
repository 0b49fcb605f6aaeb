import { type Connection, mongo } from 'mongoose'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import { nativeCollection } from './native.ts'
import { duplicatePositions, toObjectId } from './object-id.ts'

/** One event as it came in, waiting to be projected. */
export interface JournalEntry {
  /** Digest of the channel and the delivery key: the same at every redelivery. */
  readonly id: JournalEntryId
  readonly channelId: ChannelId
  /** Rises with arrival on one node; see `createOrderClock`. */
  readonly order: number
  /** Entries of one sender share a partition and are projected in order. */
  readonly partition: number
  /** Finer than the partition: who waits when one of them has to be looked at alone; the partition when left out. */
  readonly line?: number
  readonly body: Uint8Array
  readonly contentType: string
  readonly facts: Readonly<Record<string, string>>
  readonly receivedAtMs: number
  /** Attempts at projecting it that ended badly. */
  readonly tries: number
}

export interface QuarantinedEntry extends JournalEntry {
  readonly error: string
}

/**
 * `pending` waits, `quarantined` failed three times, `kept` was projected but holds a raw source that no message
 * shows whole. What was projected is deleted.
 */
type JournalState = 'pending' | 'quarantined' | 'kept'

interface JournalDocument {
  _id: string
  channelId: mongo.ObjectId
  order: number
  partition: number
  line?: number
  body: mongo.Binary
  contentType: string
  facts: Record<string, string>
  receivedAt: Date
  tries: number
  state: JournalState
  error?: string
  expiresAt?: Date
}

/** Partitions of what platforms deliver, from 0. */
export const JOURNAL_PARTITIONS = 16
/** Those of what sessions bring, behind them: an import of thousands never stands in front of a chat. */
export const SESSION_PARTITIONS = 16

export type JournalStore = ReturnType<typeof createJournalStore>

export function createJournalStore(connection: Connection) {
  const journal = nativeCollection<JournalDocument>(connection, 'journal')
  const barriers = nativeCollection<{ _id: string; raised: number }>(connection, 'barriers')

  return {
    async ensureIndexes(): Promise<void> {
      await journal.createIndex({ state: 1, partition: 1, order: 1 }, { name: 'work' })
      await journal.createIndex({ expiresAt: 1 }, { name: 'expiry', sparse: true })
      // Partial, so that what comes in and goes well never touches it.
      await journal.createIndex(
        { order: 1 },
        { name: 'quarantine', partialFilterExpression: { state: 'quarantined' } },
      )
    },

    /**
     * Writes the entries in one journaled write. Resolves once all are on disk.
     * @returns the positions of entries that were there already
     */
    async append(entries: readonly JournalEntry[]): Promise<ReadonlySet<number>> {
      try {
        // The connection's write concern waits for the disk; see connect.ts for why none is named here.
        await journal.insertMany(entries.map(toDocument), { ordered: false })
        return new Set()
      } catch (error) {
        return duplicatePositions(error)
      }
    },

    /**
     * The next entries that wait, in order of arrival.
     * @param most entries, and `mostBytes` of bodies, though at least one entry where any waits
     * @param except those that are in hand already
     * @returns `isAll` when nothing more waits
     */
    async pending(
      partitions: readonly number[],
      most: number,
      mostBytes: number,
      except: readonly JournalEntryId[] = [],
    ): Promise<{ readonly entries: readonly JournalEntry[]; readonly isAll: boolean }> {
      const cursor = journal
        .find({
          state: 'pending',
          partition: { $in: [...partitions] },
          ...(except.length === 0 ? {} : { _id: { $nin: [...except] } }),
        })
        .sort({ order: 1 })
        .limit(most)
      const entries: JournalEntry[] = []
      let bytes = 0
      try {
        for await (const document of cursor) {
          const entry = fromDocument(document)
          bytes += entry.body.byteLength
          if (entries.length > 0 && bytes > mostBytes) return { entries, isAll: false }
          entries.push(entry)
        }
      } finally {
        await cursor.close()
      }
      return { entries, isAll: entries.length < most }
    },

    /** Which of these wait still, on whatever node. */
    async stillPending(ids: readonly JournalEntryId[]): Promise<ReadonlySet<JournalEntryId>> {
      const found = await journal
        .find({ _id: { $in: [...ids] }, state: 'pending' }, { projection: { _id: 1 } })
        .toArray()
      return new Set(found.map(({ _id }) => _id as JournalEntryId))
    },

    async countPending(): Promise<number> {
      return journal.countDocuments({ state: 'pending' }, { limit: 100_000 })
    },

    /** Resolves once everything this node wrote before, waited for or not, is as durable as an acknowledgement. */
    async barrier(node: string): Promise<void> {
      await barriers.updateOne({ _id: node }, { $inc: { raised: 1 } }, { upsert: true })
    },

    /** Done: their effects are on disk, so they may go. */
    async finish(ids: readonly JournalEntryId[]): Promise<void> {
      await journal.deleteMany({ _id: { $in: [...ids] } }, { writeConcern: { w: 1 } })
    },

    /** Done, but the raw source stays readable until `expiresAt`. */
    async keep(ids: readonly JournalEntryId[], expiresAt: Date): Promise<void> {
      await journal.updateMany({ _id: { $in: [...ids] } }, { $set: { state: 'kept', expiresAt } })
    },

    /** Counts an attempt before it is made, so that an attempt that kills the process counts too. */
    async countTry(id: JournalEntryId): Promise<number> {
      const entry = await journal.findOneAndUpdate(
        { _id: id, state: 'pending' },
        { $inc: { tries: 1 } },
        { returnDocument: 'after', projection: { tries: 1 }, writeConcern: { w: 1 } },
      )
      return entry?.tries ?? 0
    },

    async countTries(ids: readonly JournalEntryId[]): Promise<void> {
      if (ids.length === 0) return
      await journal.updateMany(
        { _id: { $in: [...ids] }, state: 'pending' },
        { $inc: { tries: 1 } },
        { writeConcern: { w: 1 } },
      )
    },

    async quarantine(id: JournalEntryId, error: string): Promise<void> {
      await journal.updateOne(
        { _id: id, state: 'pending' },
        { $set: { state: 'quarantined', error: error.slice(0, 2_000) } },
      )
    },

    async listQuarantined(limit: number, beforeOrder = Number.MAX_SAFE_INTEGER): Promise<QuarantinedEntry[]> {
      const found = await journal
        .find({ state: 'quarantined', order: { $lt: beforeOrder } }, { projection: { body: 0 } })
        .sort({ order: -1 })
        .limit(limit)
        .toArray()
      return found.map(fromQuarantined)
    },

    async countQuarantined(): Promise<number> {
      return journal.countDocuments({ state: 'quarantined' }, { limit: 10_000 })
    },

    async findQuarantined(id: JournalEntryId): Promise<QuarantinedEntry | undefined> {
      const entry = await journal.findOne({ _id: String(id), state: 'quarantined' })
      return entry ? fromQuarantined(entry) : undefined
    },

    /** @returns whether it was in quarantine */
    async release(id: JournalEntryId): Promise<boolean> {
      const result = await journal.updateOne(
        { _id: String(id), state: 'quarantined' },
        { $set: { state: 'pending', tries: 0 }, $unset: { error: '' } },
      )
      return result.matchedCount === 1
    },

    async discard(id: JournalEntryId): Promise<boolean> {
      const result = await journal.deleteOne({ _id: String(id), state: 'quarantined' })
      return result.deletedCount === 1
    },

    async sweep(now: Date): Promise<number> {
      const result = await journal.deleteMany({ state: 'kept', expiresAt: { $lt: now } })
      return result.deletedCount
    },
  }
}

function toDocument(entry: JournalEntry): JournalDocument {
  return {
    _id: entry.id,
    channelId: toObjectId(entry.channelId),
    order: entry.order,
    partition: entry.partition,
    ...(entry.line === undefined ? {} : { line: entry.line }),
    body: new mongo.Binary(entry.body),
    contentType: entry.contentType,
    facts: { ...entry.facts },
    receivedAt: new Date(entry.receivedAtMs),
    tries: entry.tries,
    state: 'pending',
  }
}

function fromDocument(document: JournalDocument): JournalEntry {
  return {
    id: document._id as JournalEntryId,
    channelId: document.channelId.toHexString() as ChannelId,
    order: document.order,
    partition: document.partition,
    ...(document.line === undefined ? {} : { line: document.line }),
    body: document.body
      ? new Uint8Array(document.body.buffer.subarray(0, document.body.position))
      : new Uint8Array(),
    contentType: document.contentType,
    facts: document.facts,
    receivedAtMs: document.receivedAt.getTime(),
    tries: document.tries,
  }
}

function fromQuarantined(document: JournalDocument): QuarantinedEntry {
  return { ...fromDocument(document), error: document.error ?? 'unknown' }
}
