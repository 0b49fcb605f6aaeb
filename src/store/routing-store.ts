import { type Connection, mongo } from 'mongoose'
import type { AgentId, ConversationId, RoutingDecisionId, TeamId } from '../domain/ids.ts'
import { FILED_REASONS } from '../domain/letter.ts'
import type { RoutingDecisionView } from '../domain/views.ts'
import type { ConversationDocument } from './conversation-document.ts'
import { nativeCollection } from './native.ts'
import { newObjectId, toObjectId } from './object-id.ts'

/** A decision as stored. */
export interface StoredDecision extends Omit<RoutingDecisionView, 'decidedAt' | 'wakeAt'> {
  readonly decidedAtMs: number
  readonly wakeAtMs?: number
}

interface DecisionDocument
  extends Omit<
    RoutingDecisionView,
    'id' | 'conversationId' | 'decidedAt' | 'wakeAt' | 'winner' | 'teamId' | 'tallies'
  > {
  _id: mongo.ObjectId
  conversationId: mongo.ObjectId
  winner?: mongo.ObjectId
  teamId?: mongo.ObjectId
  /** Absent on decisions of earlier versions. */
  tallies?: RoutingDecisionView['tallies']
  decidedAt: Date
  wakeAt?: Date
}

/** As long as the notes of who was available: 90 days. */
const KEPT_MS = 90 * 86_400_000
const SWEPT_AT_ONCE = 1_000

export type RoutingStore = ReturnType<typeof createRoutingStore>

/** The traces of routing runs. */
export function createRoutingStore(connection: Connection) {
  const decisions = nativeCollection<DecisionDocument>(connection, 'routing_decisions')
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')

  /** The decisions that conversations which are not resolved go by. */
  const inForce = async (conversationIds: readonly mongo.ObjectId[]): Promise<ReadonlySet<string>> => {
    const found = await conversations
      .find(
        { _id: { $in: [...conversationIds] }, status: { $nin: ['resolved', ...FILED_REASONS] } },
        { projection: { 'routing.decisionId': 1 } },
      )
      .toArray()
    return new Set(found.flatMap(({ routing }) => routing?.decisionId?.toHexString() ?? []))
  }

  return {
    async ensureIndexes(): Promise<void> {
      await decisions.createIndex({ conversationId: 1, _id: -1 }, { name: 'by-conversation' })
    },

    newDecisionId(): RoutingDecisionId {
      return newObjectId().toHexString() as RoutingDecisionId
    },

    async recordDecisions(batch: readonly StoredDecision[]): Promise<void> {
      if (batch.length === 0) return
      await decisions.insertMany(
        batch.map(({ id, conversationId, winner, teamId, decidedAtMs, wakeAtMs, ...rest }) => ({
          ...rest,
          _id: toObjectId(id),
          conversationId: toObjectId(conversationId),
          ...(winner ? { winner: toObjectId(winner) } : {}),
          ...(teamId ? { teamId: toObjectId(teamId) } : {}),
          ...(wakeAtMs === undefined ? {} : { wakeAt: new Date(wakeAtMs) }),
          decidedAt: new Date(decidedAtMs),
        })),
        { ordered: false, writeConcern: { w: 1 } },
      )
    },

    /** Somebody changed these conversations while the router decided. */
    async markLost(ids: readonly RoutingDecisionId[]): Promise<void> {
      if (ids.length === 0) return
      await decisions.updateMany(
        { _id: { $in: ids.map(toObjectId) } },
        { $set: { outcome: 'lost-to-a-person' } },
        { writeConcern: { w: 1 } },
      )
    },

    async decision(id: RoutingDecisionId): Promise<StoredDecision | undefined> {
      const found = await decisions.findOne({ _id: toObjectId(id) })
      return found ? toDecision(found) : undefined
    },

    /** The traces of these runs with no more than so many candidates each: enough to say why in a line. */
    async briefDecisions(
      ids: readonly RoutingDecisionId[],
      candidates: number,
    ): Promise<ReadonlyMap<RoutingDecisionId, StoredDecision>> {
      if (ids.length === 0) return new Map()
      const found = await decisions
        .find({ _id: { $in: ids.map(toObjectId) } }, { projection: { candidates: { $slice: candidates } } })
        .toArray()
      return new Map(found.map(toDecision).map((decision) => [decision.id, decision]))
    },

    async decisionsOf(
      conversationId: ConversationId,
      limit: number,
      beforeId?: string,
    ): Promise<StoredDecision[]> {
      const found = await decisions
        .find({
          conversationId: toObjectId(conversationId),
          ...(beforeId ? { _id: { $lt: toObjectId(beforeId) } } : {}),
        })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray()
      return found.map(toDecision)
    },

    /** Removes what is too old, but for what conversations that are not resolved go by. @returns how many went */
    async sweep(now: Date): Promise<number> {
      // An id holds the second in which it was made: its index serves for the age.
      const before = mongo.ObjectId.createFromTime(Math.floor((now.getTime() - KEPT_MS) / 1_000))
      let removed = 0
      let after = mongo.ObjectId.createFromTime(0)
      for (;;) {
        const old = await decisions
          .find({ _id: { $gt: after, $lt: before } }, { projection: { conversationId: 1 } })
          .sort({ _id: 1 })
          .limit(SWEPT_AT_ONCE)
          .toArray()
        const last = old.at(-1)
        if (!last) return removed
        after = last._id
        const kept = await inForce(old.map(({ conversationId }) => conversationId))
        const gone = old.flatMap(({ _id }) => (kept.has(_id.toHexString()) ? [] : [_id]))
        removed += (await decisions.deleteMany({ _id: { $in: gone } })).deletedCount
      }
    },
  }
}

function toDecision({
  _id,
  conversationId,
  winner,
  teamId,
  tallies,
  decidedAt,
  wakeAt,
  ...rest
}: DecisionDocument): StoredDecision {
  return {
    ...rest,
    id: _id.toHexString() as RoutingDecisionId,
    conversationId: conversationId.toHexString() as ConversationId,
    ...(winner ? { winner: winner.toHexString() as AgentId } : {}),
    ...(teamId ? { teamId: teamId.toHexString() as TeamId } : {}),
    tallies: tallies ?? [],
    ...(wakeAt ? { wakeAtMs: wakeAt.getTime() } : {}),
    decidedAtMs: decidedAt.getTime(),
  }
}
