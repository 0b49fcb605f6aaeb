import type { Connection } from 'mongoose'
import type { AgentId } from '../domain/ids.ts'
import { nativeCollection } from './native.ts'
import { type ObjectId, toObjectId } from './object-id.ts'

interface PresenceDocument {
  /** `<agentId>@<nodeId>` */
  _id: string
  agentId: ObjectId
  nodeId: string
  /** Open sockets of this agent on this node; 0 while the grace period runs. */
  sockets: number
  seenAt: Date
  /** The agent counts as present on this node until then. */
  expiresAt: Date
}

/** How many sockets an agent has on one node. */
export interface Sighting {
  readonly agentId: AgentId
  readonly sockets: number
}

export type PresenceStore = ReturnType<typeof createPresenceStore>

/**
 * One record for each agent and node, by the database's own clock. A node that dies leaves its records to expire.
 * They are written without waiting for the disk: the next heartbeat writes them anew.
 */
export function createPresenceStore(connection: Connection) {
  const records = nativeCollection<PresenceDocument>(connection, 'presence')
  const writeConcern = { w: 1 } as const
  const live = { $expr: { $gt: ['$expiresAt', '$$NOW'] } }

  return {
    /** Writes what a node sees, each agent present for `ttlMs` from now. Answers who had no record there before. */
    async record(
      nodeId: string,
      sightings: readonly Sighting[],
      ttlMs: number,
    ): Promise<ReadonlySet<AgentId>> {
      if (sightings.length === 0) return new Set()
      const result = await records.bulkWrite(
        sightings.map(({ agentId, sockets }) => ({
          updateOne: {
            filter: { _id: `${agentId}@${nodeId}` },
            update: [
              {
                $set: {
                  agentId: toObjectId(agentId),
                  nodeId,
                  sockets,
                  seenAt: '$$NOW',
                  expiresAt: { $add: ['$$NOW', ttlMs] },
                },
              },
            ],
            upsert: true,
          },
        })),
        { ordered: false, writeConcern },
      )
      const fresh = Object.keys(result.upsertedIds).map((index) => sightings[Number(index)]?.agentId)
      return new Set(fresh.filter((agentId) => agentId !== undefined))
    },

    /** Those of the given agents whom some node sees, or all who are seen. */
    async presentAgents(among?: readonly AgentId[]): Promise<ReadonlySet<AgentId>> {
      const filter = among ? { ...live, agentId: { $in: among.map(toObjectId) } } : live
      // Not distinct(): there the engine does not know $$NOW.
      const found = await records.find(filter, { projection: { agentId: 1 } }).toArray()
      return new Set(found.map(({ agentId }) => agentId.toHexString() as AgentId))
    },

    /** When each of the given agents was last seen by any node, as far as records are kept. */
    async lastSeen(among: readonly AgentId[]): Promise<ReadonlyMap<AgentId, Date>> {
      const found = await records
        .find({ agentId: { $in: among.map(toObjectId) } }, { projection: { agentId: 1, seenAt: 1 } })
        .toArray()
      const seen = new Map<AgentId, Date>()
      for (const { agentId, seenAt } of found) {
        const id = agentId.toHexString() as AgentId
        const known = seen.get(id)
        if (!known || known < seenAt) seen.set(id, seenAt)
      }
      return seen
    },

    /** Everybody on record: when he was last seen by any node, and whether one sees him now. */
    async sightings(): Promise<
      ReadonlyMap<AgentId, { readonly seenAtMs: number; readonly present: boolean }>
    > {
      const found = await records
        .aggregate<{ agentId: ObjectId; seenAt: Date; present: boolean }>([
          { $project: { agentId: 1, seenAt: 1, present: { $gt: ['$expiresAt', '$$NOW'] } } },
        ])
        .toArray()
      const sightings = new Map<AgentId, { seenAtMs: number; present: boolean }>()
      for (const { agentId, seenAt, present } of found) {
        const id = agentId.toHexString() as AgentId
        const known = sightings.get(id)
        sightings.set(id, {
          seenAtMs: Math.max(known?.seenAtMs ?? 0, seenAt.getTime()),
          present: present || (known?.present ?? false),
        })
      }
      return sightings
    },

    /**
     * Takes the expired records of one agent away; of several nodes that ask, one gets them. Undefined when there
     * are none. `absent` tells that no node sees the agent.
     */
    async takeExpired(): Promise<{ readonly agentId: AgentId; readonly absent: boolean } | undefined> {
      const expired = { $expr: { $lte: ['$expiresAt', '$$NOW'] } }
      for (;;) {
        const found = await records.findOne(expired, { projection: { agentId: 1 } })
        if (!found) return undefined
        const { agentId } = found
        const { deletedCount } = await records.deleteMany({ ...expired, agentId }, { writeConcern })
        if (deletedCount === 0) continue
        const other = await records.findOne({ agentId }, { projection: { _id: 1 } })
        return { agentId: agentId.toHexString() as AgentId, absent: other === null }
      }
    },

    /** The agent signed out: on this node no grace period runs. */
    async remove(nodeId: string, agentId: AgentId): Promise<void> {
      await records.deleteOne({ _id: `${agentId}@${nodeId}` }, { writeConcern })
    },
  }
}
