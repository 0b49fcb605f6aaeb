import type { Connection } from 'mongoose'
import type { AgentId, ConversationId, RoutingDecisionId } from '../domain/ids.ts'
import { EMPTY_RING, type RoutingRing } from '../domain/routing/ring.ts'
import { nativeCollection } from './native.ts'
import { isDuplicateKey } from './object-id.ts'

/** A turn that was given out for a conversation whose claim is still to come. */
export interface GivenTurn {
  readonly agentId: AgentId
  readonly turn: number
  /** The turn he was served in before; 0 = never. */
  readonly before: number
  readonly conversationId: ConversationId
  readonly decisionId: RoutingDecisionId
}

/** The turns that one run gave out of one ring. */
export interface RingRun {
  readonly run: string
  readonly turns: readonly GivenTurn[]
}

/** A ring as it stands, and whom it is turning for. */
export interface StoredRing extends RoutingRing {
  /** Conversations that a run decided a moment ago and whose claims are still to come, with that run. */
  readonly busy: ReadonlyMap<ConversationId, string>
}

const UNTURNED: StoredRing = { ...EMPTY_RING, busy: new Map() }

interface RingDocument {
  /** `channel:<id>` or `category:<id>`: whose policy it turns for. */
  _id: string
  turn: number
  served: Record<string, number>
  /** Runs whose claims are not known to be made: what a crash leaves is given back. */
  open?: { run: string; at: Date; turns: GivenTurn[] }[]
}

export type RoutingRingStore = ReturnType<typeof createRoutingRingStore>

/** The round-robin rings, one for each policy. */
export function createRoutingRingStore(connection: Connection) {
  const rings = nativeCollection<RingDocument>(connection, 'routing_rings')
  const writeConcern = { w: 1 } as const

  return {
    /** @param busySinceMs runs that began earlier hold nothing back any more */
    async read(scopes: readonly string[], busySinceMs: number): Promise<ReadonlyMap<string, StoredRing>> {
      const found = await rings
        .find(
          { _id: { $in: [...scopes] } },
          { projection: { turn: 1, served: 1, 'open.at': 1, 'open.run': 1, 'open.turns.conversationId': 1 } },
        )
        .toArray()
      const known = new Map<string, StoredRing>(
        found.map(({ _id, turn, served, open = [] }) => {
          const runs = open.filter(({ at }) => at.getTime() >= busySinceMs)
          const busy = new Map(
            runs.flatMap(({ run, turns }) =>
              turns.map(({ conversationId }) => [conversationId, run] as const),
            ),
          )
          return [_id, { turn, served, busy }]
        }),
      )
      return new Map(scopes.map((scope) => [scope, known.get(scope) ?? UNTURNED]))
    },

    /**
     * Moves a ring on if nobody else moved it since it stood at `before`, and notes which claims are to follow.
     * @returns whether it did
     */
    async advance(
      scope: string,
      before: RoutingRing,
      { run, turns }: RingRun,
      nowMs: number,
    ): Promise<boolean> {
      const last = turns.at(-1)
      if (!last) return true
      const served = Object.fromEntries(turns.map(({ agentId, turn }) => [`served.${agentId}`, turn]))
      try {
        const result = await rings.updateOne(
          { _id: scope, turn: before.turn },
          {
            $set: { turn: last.turn, ...served },
            $push: { open: { run, at: new Date(nowMs), turns: [...turns] } },
          },
          { upsert: before.turn === 0, writeConcern },
        )
        return result.matchedCount + result.upsertedCount === 1
      } catch (error) {
        if (isDuplicateKey(error)) return false
        throw error
      }
    },

    /**
     * Lets agents whose claims came to nothing stand where they stood before, so that a turn without work costs nobody
     * his place. Where everybody lost the same number, nobody fell behind and nothing is given back.
     * @param lost the decisions that came to nothing
     */
    async giveBack(
      scope: string,
      turns: readonly GivenTurn[],
      lost: ReadonlySet<RoutingDecisionId>,
    ): Promise<void> {
      const [first] = turns
      if (!first || lost.size === 0) return
      const ring = await rings.findOne({ _id: scope }, { projection: { turn: 1, served: 1 } })
      // As long as the ring stands where the run left it, it is simply turned back.
      const others = ring?.turn === turns.at(-1)?.turn ? [] : membersAt(ring?.served ?? {}, first.turn)
      const places = returnedPlaces(turns, lost, others)
      if (places.size === 0) return
      // Who was served again in the meantime goes first once more: that is the turn he missed.
      const set = Object.fromEntries([...places].map(([agentId, turn]) => [`served.${agentId}`, turn]))
      await rings.updateOne({ _id: scope }, { $min: set }, { writeConcern })
    },

    /** Says that a run is over: nothing of it is to be looked after any more. */
    async close(scope: string, run: string): Promise<void> {
      await rings.updateOne({ _id: scope }, { $pull: { open: { run } } }, { writeConcern })
    },

    /** Whose rings there are. */
    async scopes(): Promise<readonly string[]> {
      return (await rings.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id)
    },

    /** Removes rings, but for those with a run that is not over. @returns how many */
    async remove(scopes: readonly string[]): Promise<number> {
      const { deletedCount } = await rings.deleteMany(
        { _id: { $in: [...scopes] }, 'open.0': { $exists: false } },
        { writeConcern },
      )
      return deletedCount
    },

    /** Runs that a crash left open. */
    async left(beforeMs: number): Promise<readonly (RingRun & { readonly scope: string })[]> {
      const before = new Date(beforeMs)
      const found = await rings.find({ 'open.at': { $lt: before } }).toArray()
      return found.flatMap(({ _id, open = [] }) =>
        open.filter(({ at }) => at < before).map(({ run, turns }) => ({ scope: _id, run, turns })),
      )
    },
  }
}

/** Who took part when a run began: served within the last time round, or since. */
function membersAt(served: Readonly<Record<string, number>>, firstTurn: number): readonly string[] {
  const oldest = firstTurn - Object.keys(served).length
  return Object.entries(served)
    .filter(([, turn]) => turn >= oldest)
    .map(([agentId]) => agentId)
}

/** For each agent who lost more turns of a run than the others the turn that he stands at then. */
function returnedPlaces(
  turns: readonly GivenTurn[],
  lost: ReadonlySet<RoutingDecisionId>,
  members: readonly string[],
): ReadonlyMap<AgentId, number> {
  const byAgent = new Map<string, GivenTurn[]>()
  for (const turn of turns) {
    const known = byAgent.get(turn.agentId)
    if (known) known.push(turn)
    else byAgent.set(turn.agentId, [turn])
  }
  const lostBy = (agentId: string): number =>
    (byAgent.get(agentId) ?? []).filter(({ decisionId }) => lost.has(decisionId)).length
  const least = members.length === 0 ? 0 : Math.min(...members.map(lostBy))
  const places = new Map<AgentId, number>()
  for (const given of byAgent.values()) {
    const [one] = given
    if (!one) continue
    const behind = lostBy(one.agentId) - least
    const stands = [one.before, ...given.map(({ turn }) => turn)]
    const place = stands[stands.length - 1 - behind]
    if (behind > 0 && place !== undefined) places.set(one.agentId, place)
  }
  return places
}
