import type { RoutingPart } from '../domain/events.ts'
import type { AgentRoutingStore } from '../store/agent-routing-store.ts'
import type { AgentStore } from '../store/agent-store.ts'
import type { ChannelStore } from '../store/channel-store.ts'
import type { CategoryStore, SkillStore, TeamStore } from '../store/routing-group-stores.ts'
import type { RoutingSettingsStore } from '../store/routing-settings-store.ts'
import type { Bus } from './bus.ts'

/** Where everything lies that the router goes by. */
export interface RoutingRulesDeps {
  readonly agents: AgentStore
  readonly agentRouting: AgentRoutingStore
  readonly teams: TeamStore
  readonly categories: CategoryStore
  readonly skills: SkillStore
  readonly channels: ChannelStore
  readonly routingSettings: RoutingSettingsStore
  readonly bus: Bus
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/**
 * Lets every node forget what it keeps of the rules, gives what waits another try under the new ones, and tells screens
 * which part to read again.
 */
export function announceRules({ bus }: Pick<RoutingRulesDeps, 'bus'>, part: RoutingPart): void {
  bus.signal({ kind: 'routing-rules-changed' })
  bus.signal({ kind: 'routing-wanted' })
  bus.publish([{ type: 'routing.changed', part }])
}
