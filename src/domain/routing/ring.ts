import type { AgentId } from '../ids.ts'

/**
 * The round-robin ring as stored: for each agent the number of the turn he was last served in. Who has waited longest
 * is next, so totals of agents who were always eligible differ by at most one, across restarts and changes of
 * membership. Who is new or returns takes one turn and then waits like everybody: nobody catches up on what he missed.
 */
export interface RoutingRing {
  readonly turn: number
  readonly served: Readonly<Record<string, number>>
}

/** A ring nobody has been served from. */
export const EMPTY_RING: RoutingRing = { turn: 0, served: {} }

/** The turn in which an agent was served: all that must be written to move a stored ring on. */
export interface RingTurn {
  readonly agentId: AgentId
  readonly turn: number
}

/** A ring in work: the same as a stored one, made to be read and moved many times. */
export interface OpenRing {
  turn: number
  readonly served: Map<string, number>
}

/** Opens a stored ring for a batch of decisions. */
export function openRing(ring: RoutingRing): OpenRing {
  return { turn: ring.turn, served: new Map(Object.entries(ring.served)) }
}

/**
 * The turn an agent was last served in; lowest is next. Who was never served counts as served before turn 1, which is
 * ahead of everybody, yet for one turn only.
 */
export function lastTurnOf(ring: OpenRing, agentId: AgentId): number {
  return ring.served.get(agentId) ?? 0
}
