import type { Connection } from 'mongoose'
import { nativeCollection } from './native.ts'

interface NodeDocument {
  /** The node's id, new with every start. */
  _id: string
  role: string
  startedAt: Date
  seenAt: Date
  /** Set by a clean goodbye. */
  leftAt?: Date
}

export interface NodeRecord {
  readonly nodeId: string
  readonly role: string
  readonly startedAt: Date
  /** By the database's clock; only its change tells something. */
  readonly seenAt: Date
  readonly left: boolean
}

export interface NodeRecords {
  readonly records: readonly NodeRecord[]
  /** The database's clock. */
  readonly now: Date
}

export type NodeRecordStore = ReturnType<typeof createNodeRecordStore>

/** The processes of this installation. Written without waiting for the disk: the next heartbeat writes them anew. */
export function createNodeRecordStore(connection: Connection) {
  const nodes = nativeCollection<NodeDocument>(connection, 'nodes')
  const writeConcern = { w: 1 } as const

  return {
    /** Says that a node lives, and reads how all are. */
    async beat(nodeId: string, role: string): Promise<NodeRecords> {
      const own = await nodes.findOneAndUpdate(
        { _id: nodeId },
        [
          {
            $set: {
              role,
              startedAt: { $ifNull: ['$startedAt', '$$NOW'] },
              seenAt: '$$NOW',
              leftAt: '$$REMOVE',
            },
          },
        ],
        { upsert: true, returnDocument: 'after', writeConcern },
      )
      const found = await nodes.find({}).sort({ _id: 1 }).toArray()
      return {
        now: own?.seenAt ?? new Date(),
        records: found.map(({ _id, role, startedAt, seenAt, leftAt }) => ({
          nodeId: _id,
          role,
          startedAt,
          seenAt,
          left: leftAt !== undefined,
        })),
      }
    },

    async leave(nodeId: string): Promise<void> {
      await nodes.updateOne({ _id: nodeId }, [{ $set: { leftAt: '$$NOW' } }], { writeConcern })
    },

    /** Removes the records of nodes that have been silent for so long that everybody has noticed. */
    async forget(silentMs: number): Promise<void> {
      await nodes.deleteMany(
        { $expr: { $lt: ['$seenAt', { $subtract: ['$$NOW', silentMs] }] } },
        { writeConcern },
      )
    },
  }
}
