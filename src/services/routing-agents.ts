import type { ChannelId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing.ts'
import type { AgentStore } from '../store/agent-store.ts'
import type { PresenceStore } from '../store/presence.ts'
import type { AgentAccess } from './agent-access.ts'
import type { Bus, Signal } from './bus.ts'

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

/** Every page of a customer's site asks; nobody minds an answer of a moment ago. */
const AVAILABILITY_FRESH_MS = 1_000
const SHOWS_IN_AVAILABILITY: ReadonlySet<Signal['kind']> = new Set([
  'availability-changed',
  'agent-access-changed',
  'channel-changed',
])

/**
 * Makes the function that tells whether some agent who may answer on a channel is available: what a widget shows as
 * "online". However many pages ask, the agents are read once a second, and at once when one of them comes or goes.
 */
export function createAvailability(
  deps: RoutingAgentsDeps & { readonly bus: Pick<Bus, 'onSignal'>; readonly clock: () => number },
): (channelId: ChannelId) => Promise<boolean> {
  const { bus, clock } = deps
  let known: { readonly readAtMs: number; readonly agents: Promise<readonly RoutingAgent[]> } | undefined
  bus.onSignal(({ kind }) => {
    if (SHOWS_IN_AVAILABILITY.has(kind)) known = undefined
  })
  const read = (): Promise<readonly RoutingAgent[]> => {
    if (known && clock() - known.readAtMs < AVAILABILITY_FRESH_MS) return known.agents
    const entry = { readAtMs: clock(), agents: readRoutingAgents(deps) }
    known = entry
    entry.agents.catch(() => {
      if (known === entry) known = undefined
    })
    return entry.agents
  }
  return async (channelId) =>
    (await read()).some(
      ({ active, availability, present, channels }) =>
        active && availability === 'online' && present && (channels === 'all' || channels.has(channelId)),
    )
}
