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

  return {
    /** Takes a free or expired lease, or prolongs one's own. Undefined when somebody else holds it. */
    async acquire(
      name: string,
      holder: string,
      ttlMs: number,
      evenIfHeld = false,
    ): Promise<Lease | undefined> {
      const free = { $or: [{ $eq: ['$holder', holder] }, { $lt: ['$until', '$$NOW'] }] }
      try {
        const lease = await leases.findOneAndUpdate(
          evenIfHeld ? { _id: name } : { _id: name, $expr: free },
          [
            {
              $set: {
                token: {
                  $cond: [{ $eq: ['$holder', holder] }, '$token', { $add: [{ $ifNull: ['$token', 0] }, 1] }],
                },
                holder,
                until: { $add: ['$$NOW', ttlMs] },
              },
            },
          ],
          { upsert: true, returnDocument: 'after' },
        )
        return lease ? { name, token: lease.token } : undefined
      } catch (error) {
        if (isDuplicateKey(error)) return undefined
        throw error
      }
    },

    async release(name: string, holder: string): Promise<void> {
      await leases.updateOne({ _id: name, holder }, [{ $set: { until: '$$NOW', holder: '' } }])
    },
  }
}
