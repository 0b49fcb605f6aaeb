import type { Connection, mongo } from 'mongoose'
import type { AgentId, ChannelId, ConversationId, RoutingDecisionId } from '../domain/ids.ts'
import { EMPTY_RING, type RoutingRing } from '../domain/routing.ts'
import type { RoutingDecisionView } from '../domain/views.ts'
import { nativeCollection } from './native.ts'
import { isDuplicateKey, newObjectId, toObjectId } from './object-id.ts'

interface RingDocument {
  _id: mongo.ObjectId
  turn: number
  served: Record<string, number>
}

/** A decision as stored. */
export interface StoredDecision extends Omit<RoutingDecisionView, 'decidedAt'> {
  readonly decidedAtMs: number
}

interface DecisionDocument
  extends Omit<RoutingDecisionView, 'id' | 'conversationId' | 'decidedAt' | 'winner'> {
  _id: mongo.ObjectId
  conversationId: mongo.ObjectId
  winner?: mongo.ObjectId
  decidedAt: Date
}

export type RoutingStore = ReturnType<typeof createRoutingStore>

export function createRoutingStore(connection: Connection) {
  const rings = nativeCollection<RingDocument>(connection, 'routing_rings')
  const decisions = nativeCollection<DecisionDocument>(connection, 'routing_decisions')

  return {
    async ensureIndexes(): Promise<void> {
      await decisions.createIndex({ conversationId: 1, _id: -1 }, { name: 'by-conversation' })
    },

    newDecisionId(): RoutingDecisionId {
      return newObjectId().toHexString() as RoutingDecisionId
    },

    async ring(channelId: ChannelId): Promise<RoutingRing> {
      const found = await rings.findOne({ _id: toObjectId(channelId) })
      return found ? { turn: found.turn, served: found.served } : EMPTY_RING
    },

    /** Moves the ring on if nobody else moved it since it stood at `turn`. */
    async advanceRing(channelId: ChannelId, turn: number, next: RoutingRing): Promise<boolean> {
      try {
        const result = await rings.updateOne(
          { _id: toObjectId(channelId), turn },
          { $set: { turn: next.turn, served: { ...next.served } } },
          { upsert: turn === 0, writeConcern: { w: 1 } },
        )
        return result.matchedCount + result.upsertedCount === 1
      } catch (error) {
        if (isDuplicateKey(error)) return false
        throw error
      }
    },

    async recordDecisions(batch: readonly StoredDecision[]): Promise<void> {
      if (batch.length === 0) return
      await decisions.insertMany(
        batch.map(({ id, conversationId, winner, decidedAtMs, ...rest }) => ({
          ...rest,
          _id: toObjectId(id),
          conversationId: toObjectId(conversationId),
          ...(winner ? { winner: toObjectId(winner) } : {}),
          decidedAt: new Date(decidedAtMs),
        })),
        { ordered: false, writeConcern: { w: 1 } },
      )
    },

    /** A person took these conversations while the router decided. */
    async markLost(ids: readonly RoutingDecisionId[]): Promise<void> {
      if (ids.length === 0) return
      await decisions.updateMany(
        { _id: { $in: ids.map(toObjectId) } },
        { $set: { outcome: 'lost-to-a-person' } },
        { writeConcern: { w: 1 } },
      )
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
      return found.map(({ _id, conversationId: conversation, winner, decidedAt, ...rest }) => ({
        ...rest,
        id: _id.toHexString() as RoutingDecisionId,
        conversationId: conversation.toHexString() as ConversationId,
        ...(winner ? { winner: winner.toHexString() as AgentId } : {}),
        decidedAtMs: decidedAt.getTime(),
      }))
    },
  }
}
