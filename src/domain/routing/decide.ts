import type { RoutingAgent, RoutingConversation } from './agent-state.ts'
import type { RoutingRing } from './ring.ts'

/** Everything a decision may depend on beside the policy, the time and chance. */
export interface RoutingState {
  readonly conversation: RoutingConversation
  readonly agents: readonly RoutingAgent[]
  readonly ring: RoutingRing
}
