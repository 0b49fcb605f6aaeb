import type { Connection } from 'mongoose'
import type { ContactId, ContactIdentityId } from '../domain/ids.ts'
import { fromMergeDocument, type MergeDocument, type StoredMerge, toMergeDocument } from './merge-record.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

export type MergeStore = ReturnType<typeof createMergeStore>

/** Longer than a merge of a person with thousands of conversations takes; after it somebody else finishes it. */
const LEASE_MS = 30_000

/** The merges that were done, and those under way: whoever finds one unfinished goes on with it. */
export function createMergeStore(connection: Connection) {
  const merges = nativeCollection<MergeDocument>(connection, 'contact_merges')

  return {
    async ensureIndexes(): Promise<void> {
      await merges.createIndex({ survivorId: 1, _id: -1 }, { name: 'of-contact' })
      await merges.createIndex(
        { leaseUntil: 1 },
        { name: 'unfinished', partialFilterExpression: { open: true } },
      )
    },

    /** Writes down what is about to be done; its author works on it. */
    async begin(merge: StoredMerge, nowMs: number): Promise<void> {
      await merges.insertOne({
        ...toMergeDocument(merge),
        open: true,
        leaseUntil: new Date(nowMs + LEASE_MS),
      })
    },

    /** It came to nothing. */
    async drop(id: string): Promise<void> {
      await merges.deleteOne({ _id: toObjectId(id), state: 'begun' })
    },

    async find(id: string): Promise<StoredMerge | undefined> {
      const found = await merges.findOne({ _id: toObjectId(id) })
      return found ? fromMergeDocument(found) : undefined
    },

    /** What went into a contact, the latest first; what is only begun is left out. */
    async into(survivorId: ContactId, limit: number): Promise<StoredMerge[]> {
      const found = await merges
        .find({ survivorId: toObjectId(survivorId), state: { $ne: 'begun' } })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray()
      return found.map(fromMergeDocument)
    },

    async setIdentities(id: string, identityIds: readonly ContactIdentityId[]): Promise<void> {
      await merges.updateOne({ _id: toObjectId(id) }, { $set: { identityIds: identityIds.map(toObjectId) } })
    },

    /** Begins to undo one that is done. @returns false when it is not, or somebody else undoes it */
    async beginUndo(id: string, nowMs: number): Promise<boolean> {
      const { matchedCount } = await merges.updateOne(
        { _id: toObjectId(id), state: 'done' },
        { $set: { state: 'undoing', open: true, leaseUntil: new Date(nowMs + LEASE_MS) } },
      )
      return matchedCount === 1
    },

    /** Says that all is where it belongs. */
    async finish(id: string, state: 'done' | 'undone', undoneAtMs?: number): Promise<void> {
      await merges.updateOne(
        { _id: toObjectId(id) },
        {
          $set: { state, ...(undoneAtMs === undefined ? {} : { undoneAt: new Date(undoneAtMs) }) },
          $unset: { open: '', leaseUntil: '' },
        },
      )
    },

    /** Takes over one whose author is gone. */
    async claimUnfinished(nowMs: number): Promise<StoredMerge | undefined> {
      const found = await merges.findOneAndUpdate(
        { open: true, leaseUntil: { $lte: new Date(nowMs) } },
        { $set: { leaseUntil: new Date(nowMs + LEASE_MS) } },
        { returnDocument: 'after', sort: { leaseUntil: 1 } },
      )
      return found ? fromMergeDocument(found) : undefined
    },
  }
}
