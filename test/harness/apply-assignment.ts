/** What a decision leads to, told plainly: the pure model that the batch and the stores are held against. */
import type { WorkType } from '../../src/domain/conversation.ts'
import type { PerWorkType, RoutingAgent } from '../../src/domain/routing/agent-state.ts'
import type { RoutingState } from '../../src/domain/routing/decide.ts'
import type { OpenRing, RingTurn, RoutingRing } from '../../src/domain/routing/ring.ts'
import type { RoutingTrace } from '../../src/domain/routing/trace.ts'

/** The ring after a turn. The ring given stays as it was. */
export function advanceRing(ring: RoutingRing, { agentId, turn }: RingTurn): RoutingRing {
  return { turn, served: { ...ring.served, [agentId]: turn } }
}

/** The stored form of a ring in work. */
export function closeRing(ring: OpenRing): RoutingRing {
  return { turn: ring.turn, served: Object.fromEntries(ring.served) }
}

/**
 * The state once the trace has taken effect: the conversation owned or moved on in its policy, the load of the winner
 * grown, the ring advanced. The state given stays as it was.
 */
export function applyAssignment(state: RoutingState, trace: RoutingTrace): RoutingState {
  const { winner, teamId, queue, ringTurn, decidedAtMs } = trace
  const { workType } = state.conversation
  return {
    conversation: {
      ...state.conversation,
      ...(winner === undefined ? {} : { assigneeId: winner }),
      ...(teamId === undefined ? {} : { teamId }),
      ...(queue === undefined ? {} : { queue }),
    },
    agents: state.agents.map((agent) =>
      agent.id === winner ? withAssignment(agent, workType, decidedAtMs) : agent,
    ),
    ring: ringTurn ? advanceRing(state.ring, ringTurn) : state.ring,
  }
}

/** An agent after one more conversation of a work type was given to him at an instant. */
export function withAssignment(agent: RoutingAgent, workType: WorkType, atMs: number): RoutingAgent {
  return {
    ...agent,
    load: grown(agent.load, workType),
    recentLoad: grown(agent.recentLoad, workType),
    lastAssignedAtMs: atMs,
    ...(agent.fairCap ? { recentAssignmentsAtMs: [...(agent.recentAssignmentsAtMs ?? []), atMs] } : {}),
  }
}

function grown(load: PerWorkType, workType: WorkType): PerWorkType {
  return { ...load, [workType]: (load[workType] ?? 0) + 1 }
}
