import type { Connection } from 'mongoose'
import type { ContactId, ContactIdentityId } from '../domain/ids.ts'
import { fromMergeDocument, type MergeDocument, type StoredMerge, toMergeDocument } from './merge-record.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

export type MergeStore = ReturnType<typeof createMergeStore>

/** Longer than a step of merging a person with thousands of conversations takes; after it somebody else finishes it. */
const LEASE_MS = 30_000

type Worked = Pick<StoredMerge, 'id' | 'turn'>

/** The merges that were done, and those under way: whoever finds one unfinished goes on with it. */
export function createMergeStore(connection: Connection) {
  const merges = nativeCollection<MergeDocument>(connection, 'contact_merges')
  const ours = ({ id, turn }: Worked) => ({ _id: toObjectId(id), turn })

  return {
    async ensureIndexes(): Promise<void> {
      await merges.createIndex({ identityIds: 1 }, { name: 'of-identity' })
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

    /**
     * Asked before each step that could be taken by somebody who was overtaken: prolongs the lease.
     * @returns false when somebody else goes on with it
     */
    async holds(merge: Worked, nowMs: number): Promise<boolean> {
      const { matchedCount } = await merges.updateOne(
        { ...ours(merge), open: true },
        { $set: { leaseUntil: new Date(nowMs + LEASE_MS) } },
      )
      return matchedCount === 1
    },

    /** It came to nothing. */
    async drop(merge: Worked): Promise<void> {
      await merges.deleteOne({ ...ours(merge), state: 'begun' })
    },

    async find(id: string): Promise<StoredMerge | undefined> {
      const found = await merges.findOne({ _id: toObjectId(id) })
      return found ? fromMergeDocument(found) : undefined
    },

    /** Whether anything of these contacts is still moving. */
    async areMoving(ids: readonly ContactId[]): Promise<boolean> {
      const contacts = { $in: ids.map(toObjectId) }
      const found = await merges.findOne(
        {
          open: true,
          leaseUntil: { $gt: new Date(0) },
          $or: [{ survivorId: contacts }, { absorbedId: contacts }],
        },
        { projection: { _id: 1 } },
      )
      return found !== null
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

    async setIdentities(merge: Worked, identityIds: readonly ContactIdentityId[]): Promise<void> {
      await merges.updateOne(ours(merge), { $set: { identityIds: identityIds.map(toObjectId) } })
    },

    /** Begins to undo one that is done. @returns it as it is to be worked on; undefined when somebody else has it */
    async beginUndo(id: string, nowMs: number): Promise<StoredMerge | undefined> {
      const begun = await merges.findOneAndUpdate(
        { _id: toObjectId(id), state: 'done' },
        {
          $set: { state: 'undoing', open: true, leaseUntil: new Date(nowMs + LEASE_MS) },
          $inc: { turn: 1 },
        },
        { returnDocument: 'after' },
      )
      return begun ? fromMergeDocument(begun) : undefined
    },

    /** Says that all is where it belongs, unless somebody else goes on with it. */
    async finish(merge: Worked, state: 'done' | 'undone', undoneAtMs?: number): Promise<void> {
      await merges.updateOne(
        { ...ours(merge), open: true },
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
        { $set: { leaseUntil: new Date(nowMs + LEASE_MS) }, $inc: { turn: 1 } },
        { returnDocument: 'after', sort: { leaseUntil: 1 } },
      )
      return found ? fromMergeDocument(found) : undefined
    },
  }
}
