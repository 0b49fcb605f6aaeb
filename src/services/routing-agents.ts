import type { ChannelId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { unavailability } from '../domain/routing/eligibility.ts'

/** Whether some agent who may answer on the channel is available: what a widget shows as "online". */
export async function isAnyoneAvailable(
  channelId: ChannelId,
  { routingAgents }: { readonly routingAgents: () => Promise<readonly RoutingAgent[]> },
): Promise<boolean> {
  return (await routingAgents()).some(
    (agent) =>
      agent.active &&
      unavailability(agent) === undefined &&
      (agent.channels === 'all' || agent.channels.has(channelId)),
  )
}
