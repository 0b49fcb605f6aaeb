import type { Connection } from 'mongoose'
import { nativeCollection } from './native.ts'
import { isDuplicateKey } from './object-id.ts'

interface LeaseDocument {
  _id: string
  holder: string
  token: number
  until: Date
}

/** A lease held; `token` rises whenever the holder changes, so that a stale holder can be told from the new one. */
export interface Lease {
  readonly name: string
  readonly token: number
}

export type LeaseStore = ReturnType<typeof createLeaseStore>

/** Named leases by the database's own clock. */
export function createLeaseStore(connection: Connection) {
  const leases = nativeCollection<LeaseDocument>(connection, 'leases')

  const makeFree = async (name: string): Promise<void> => {
    try {
      await leases.insertOne({ _id: name, holder: '', token: 0, until: new Date(0) })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
  }

  return {
    /** Takes a free or expired lease, or prolongs one's own. Undefined when somebody else holds it. */
    async acquire(
      name: string,
      holder: string,
      ttlMs: number,
      evenIfHeld = false,
    ): Promise<Lease | undefined> {
      const free = { $or: [{ $eq: ['$holder', holder] }, { $lt: ['$until', '$$NOW'] }] }
      const take = () =>
        leases.findOneAndUpdate(
          evenIfHeld ? { _id: name } : { _id: name, $expr: free },
          [
            {
              $set: {
                token: { $cond: [{ $eq: ['$holder', holder] }, '$token', { $add: ['$token', 1] }] },
                holder,
                until: { $add: ['$$NOW', ttlMs] },
              },
            },
          ],
          { returnDocument: 'after' },
        )
      let lease = await take()
      if (!lease && (await leases.countDocuments({ _id: name }, { limit: 1 })) === 0) {
        // A filter with $expr cannot make a document, so a free one is made first; whoever is faster takes it.
        await makeFree(name)
        lease = await take()
      }
      return lease ? { name, token: lease.token } : undefined
    },

    /**
     * Takes a lease that is free, expired or one's own, or left by somebody certainly gone. The token rises in any
     * case: whatever was begun under an earlier one is stale from now on, one's own included.
     */
    async take(
      name: string,
      holder: string,
      ttlMs: number,
      gone: readonly string[] | 'all others',
    ): Promise<Lease | undefined> {
      const free = {
        $or: [
          { $in: ['$holder', ['', holder, ...(gone === 'all others' ? [] : gone)]] },
          { $lt: ['$until', '$$NOW'] },
        ],
      }
      const filter = gone === 'all others' ? { _id: name } : { _id: name, $expr: free }
      const attempt = () =>
        leases.findOneAndUpdate(
          filter,
          [{ $set: { token: { $add: ['$token', 1] }, holder, until: { $add: ['$$NOW', ttlMs] } } }],
          { returnDocument: 'after' },
        )
      let lease = await attempt()
      if (!lease && (await leases.countDocuments({ _id: name }, { limit: 1 })) === 0) {
        await makeFree(name)
        lease = await attempt()
      }
      return lease ? { name, token: lease.token } : undefined
    },

    /**
     * Prolongs those of some leases that are still one's own, all in one step: each by itself would wait for the disk.
     * @returns the names of those that are
     */
    async prolong(names: readonly string[], holder: string, ttlMs: number): Promise<ReadonlySet<string>> {
      if (names.length === 0) return new Set()
      const own = { _id: { $in: [...names] }, holder }
      const { matchedCount } = await leases.updateMany(own, [{ $set: { until: { $add: ['$$NOW', ttlMs] } } }])
      if (matchedCount === names.length) return new Set(names)
      const found = await leases.find(own, { projection: { _id: 1 } }).toArray()
      return new Set(found.map(({ _id }) => _id))
    },

    async release(name: string, holder: string): Promise<void> {
      await leases.updateOne({ _id: name, holder }, [{ $set: { until: '$$NOW', holder: '' } }])
    },
  }
}
