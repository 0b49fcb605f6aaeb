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

/** How far back a dry run can look: 90 days. */
const KEPT_MS = 90 * 86_400_000
const AT_ONCE = 50

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

  /** One look into the index for each agent: however long the log is, it costs the same. */
  const lastUpTo = async (at: Date, agentIds: readonly mongo.ObjectId[]) => {
    const found: mongo.WithId<NoteDocument>[] = []
    for (let from = 0; from < agentIds.length; from += AT_ONCE) {
      const part = await Promise.all(
        agentIds
          .slice(from, from + AT_ONCE)
          .map((agentId) =>
            notes.findOne({ agentId, at: { $lte: at } }, { sort: { at: -1 }, hint: 'of-agent' }),
          ),
      )
      found.push(...part.flatMap((note) => note ?? []))
    }
    return found
  }

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

    /** How each of these agents stood at an instant, as far as it was noted. */
    async standingAt(atMs: number, agentIds: readonly AgentId[]): Promise<readonly AvailabilityNote[]> {
      return (await lastUpTo(new Date(atMs), agentIds.map(toObjectId))).map(toNote)
    },

    /** What changed of these agents after one instant and up to another, oldest first; of too much the latest. */
    async between(
      fromMs: number,
      toMs: number,
      agentIds: readonly AgentId[],
      limit: number,
    ): Promise<readonly AvailabilityNote[]> {
      const found = await notes
        .find(
          {
            at: { $gt: new Date(fromMs), $lte: new Date(toMs) },
            agentId: { $in: agentIds.map(toObjectId) },
          },
          { hint: 'by-time' },
        )
        .sort({ at: -1 })
        .limit(limit)
        .toArray()
      return found.reverse().map(toNote)
    },

    /** Since when everything is on record, milliseconds since the epoch; undefined = nothing is. */
    async completeFromMs(nowMs: number): Promise<number | undefined> {
      const first = await notes.findOne({}, { sort: { at: 1 }, projection: { at: 1 } })
      // Of what is older only the last note of each agent is kept.
      return first ? Math.max(first.at.getTime(), nowMs - KEPT_MS) : undefined
    },

    /** Removes what is too old, but for how each agent stood then. @returns how many notes went */
    async sweep(now: Date): Promise<number> {
      const before = new Date(now.getTime() - KEPT_MS)
      const agentIds = await notes.distinct('agentId', { at: { $lt: before } })
      const standing = await lastUpTo(before, agentIds)
      const { deletedCount } = await notes.deleteMany({
        at: { $lt: before },
        _id: { $nin: standing.map(({ _id }) => _id) },
      })
      return deletedCount
    },
  }
}
