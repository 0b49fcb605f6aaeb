import type { ChannelId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { unavailability } from '../domain/routing/eligibility.ts'
import type { Bus, Signal } from './bus.ts'

/** Every page of a customer's site asks; nobody minds an answer of a moment ago. */
const AVAILABILITY_FRESH_MS = 1_000
const SHOWS_IN_AVAILABILITY: ReadonlySet<Signal['kind']> = new Set([
  'availability-changed',
  'agent-access-changed',
  'channel-changed',
  'routing-rules-changed',
])

/**
 * Makes the function that tells whether some agent who may answer on a channel is available: what a widget shows as
 * "online". However many pages ask, the agents are read once a second, and at once when one of them comes or goes.
 */
export function createAvailability(deps: {
  readonly routingAgents: () => Promise<readonly RoutingAgent[]>
  readonly bus: Pick<Bus, 'onSignal'>
  readonly clock: () => number
}): (channelId: ChannelId) => Promise<boolean> {
  const { bus, clock, routingAgents } = deps
  let known: { readonly readAtMs: number; readonly agents: Promise<readonly RoutingAgent[]> } | undefined
  bus.onSignal(({ kind }) => {
    if (SHOWS_IN_AVAILABILITY.has(kind)) known = undefined
  })
  const read = (): Promise<readonly RoutingAgent[]> => {
    if (known && clock() - known.readAtMs < AVAILABILITY_FRESH_MS) return known.agents
    const entry = { readAtMs: clock(), agents: routingAgents() }
    known = entry
    entry.agents.catch(() => {
      if (known === entry) known = undefined
    })
    return entry.agents
  }
  return async (channelId) =>
    (await read()).some(
      (agent) =>
        agent.active &&
        unavailability(agent) === undefined &&
        (agent.channels === 'all' || agent.channels.has(channelId)),
    )
}
