import type { Connection, mongo } from 'mongoose'
import type { AgentId } from '../domain/ids.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

/** From an instant on an agent was available for the router, or was not. */
export interface AvailabilityNote {
  readonly agentId: AgentId
  readonly atMs: number
  readonly available: boolean
  /** Why not; absent when he was. */
  readonly why?: string
}

interface NoteDocument {
  agentId: mongo.ObjectId
  at: Date
  available: boolean
  why?: string
}

export type AvailabilityLogStore = ReturnType<typeof createAvailabilityLogStore>

/** Who was available when: what a dry run needs to know of the past. */
export function createAvailabilityLogStore(connection: Connection) {
  const notes = nativeCollection<NoteDocument>(connection, 'availability_log')

  const toNote = ({ agentId, at, available, why }: NoteDocument): AvailabilityNote => ({
    agentId: agentId.toHexString() as AgentId,
    atMs: at.getTime(),
    available,
    ...(why === undefined ? {} : { why }),
  })

  return {
    async ensureIndexes(): Promise<void> {
      await notes.createIndex({ agentId: 1, at: -1 }, { name: 'of-agent' })
      await notes.createIndex({ at: 1 }, { name: 'by-time' })
    },

    async record(changes: readonly AvailabilityNote[]): Promise<void> {
      if (changes.length === 0) return
      await notes.insertMany(
        changes.map(({ agentId, atMs, ...rest }) => ({
          ...rest,
          agentId: toObjectId(agentId),
          at: new Date(atMs),
        })),
        { writeConcern: { w: 1 } },
      )
    },

    /** How each agent stood at an instant, as far as it was noted. */
    async standingAt(atMs: number): Promise<readonly AvailabilityNote[]> {
      const found = await notes
        .aggregate<NoteDocument>([
          { $match: { at: { $lte: new Date(atMs) } } },
          { $sort: { agentId: 1, at: -1 } },
          { $group: { _id: '$agentId', last: { $first: '$$ROOT' } } },
          { $replaceRoot: { newRoot: '$last' } },
        ])
        .toArray()
      return found.map(toNote)
    },

    /** What changed after one instant and up to another, oldest first. */
    async between(fromMs: number, toMs: number, limit: number): Promise<readonly AvailabilityNote[]> {
      const found = await notes
        .find({ at: { $gt: new Date(fromMs), $lte: new Date(toMs) } })
        .sort({ at: 1 })
        .limit(limit)
        .toArray()
      return found.map(toNote)
    },
  }
}
