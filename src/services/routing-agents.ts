import type { ChannelId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing.ts'
import type { AgentStore } from '../store/agent-store.ts'
import type { PresenceStore } from '../store/presence.ts'
import type { AgentAccess } from './agent-access.ts'

export interface RoutingAgentsDeps {
  readonly agents: AgentStore
  readonly presence: Pick<PresenceStore, 'presentAgents' | 'lastSeen'>
  readonly access: Pick<AgentAccess, 'scopeOf'>
}

/** The agents as a routing run sees them, read anew each time. */
export async function readRoutingAgents(deps: RoutingAgentsDeps): Promise<readonly RoutingAgent[]> {
  const agents = await deps.agents.list()
  const ids = agents.map(({ id }) => id)
  const [present, lastSeen, scopes] = await Promise.all([
    deps.presence.presentAgents(ids),
    deps.presence.lastSeen(ids),
    Promise.all(agents.map((agent) => deps.access.scopeOf(agent))),
  ])
  return agents.map(({ id, name, state, availability }, index) => {
    const seenAtMs = lastSeen.get(id)?.getTime()
    const scope = scopes[index] ?? new Set<string>()
    return {
      id,
      name,
      active: state === 'active',
      availability,
      present: present.has(id),
      ...(seenAtMs === undefined ? {} : { seenAtMs }),
      channels: scope === 'all' ? 'all' : (scope as ReadonlySet<ChannelId>),
    }
  })
}

/** Whether some agent who may answer on the channel is available: what a widget shows as "online". */
export async function isAnyoneAvailable(channelId: ChannelId, deps: RoutingAgentsDeps): Promise<boolean> {
  return (await readRoutingAgents(deps)).some(
    ({ active, availability, present, channels }) =>
      active && availability === 'online' && present && (channels === 'all' || channels.has(channelId)),
  )
}
