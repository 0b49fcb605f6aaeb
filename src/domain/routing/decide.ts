import type { RoutingAgent, RoutingConversation } from './agent-state.ts'
import { isInTarget } from './eligibility.ts'
import type { AssignmentPolicy } from './policy.ts'
import { openRing, type RoutingRing } from './ring.ts'
import { runStep } from './run-step.ts'
import type { RoutingTrace } from './trace.ts'
import { walkPolicy } from './walk-policy.ts'

/** Everything a decision may depend on beside the policy, the time and chance. */
export interface RoutingState {
  readonly conversation: RoutingConversation
  readonly agents: readonly RoutingAgent[]
  readonly ring: RoutingRing
}

/**
 * Decides who gets a conversation. Pure: the same arguments give the same trace, nothing handed in is changed and
 * nothing is claimed. Never throws, whatever is wrong with the policy. For many conversations at once see
 * `createRoutingBatch`, which decides the same.
 * @param nowMs milliseconds since the epoch
 * @param random uniform in [0, 1) from a source the caller owns; strategies that need no chance leave it alone
 */
export function decideRouting(
  { conversation, agents, ring: stored }: RoutingState,
  policy: AssignmentPolicy,
  nowMs: number,
  random: () => number,
): RoutingTrace {
  const ring = openRing(stored)
  return walkPolicy(conversation, policy, ring, nowMs, (step, index, demands) => {
    const members = agents.filter((agent) => isInTarget(agent, step.target, conversation))
    return runStep(members, { step, index, demands, ring, nowMs, random })
  })
}
