import type { ChannelId } from '../domain/ids.ts'
import type { RoutingAgent, RoutingConversation } from '../domain/routing/agent-state.ts'
import { isInTarget } from '../domain/routing/eligibility.ts'
import type { AssignmentPolicy } from '../domain/routing/policy.ts'
import type { QueueViewStore, WaitingCustomer } from '../store/queue-view-store.ts'
import type { ActiveChannel } from './active-channel.ts'
import type { ChannelDirectory } from './channel-directory.ts'
import type { RoutingRules } from './routing-snapshot.ts'

/** Somebody in the line. */
export interface Standing {
  /** His place among those under the same policy, 1 = next: what he is told. */
  readonly place: number
  /** How many stand before him, whatever their policies. */
  readonly position: number
  readonly customer: WaitingCustomer
  readonly policy: AssignmentPolicy
}

/** All who wait, as they stood when the line was read. */
export interface WaitingLine {
  of(channelId: ChannelId, visitorId: string): Standing | undefined
  /** How many before him want some of the agents who may serve him, under whatever policies they came. */
  aheadOf(standing: Standing, serving: readonly RoutingAgent[]): number
}

export interface WaitingLineDeps {
  readonly findChannel: ChannelDirectory['get']
  readonly rules: () => Promise<RoutingRules>
  readonly queueViews: Pick<QueueViewStore, 'line'>
}

/** Of a longer line nobody wants to know his place. */
const MOST_PLACES = 5_000

/** Those who can be served by the same agents, by their positions in the line. */
interface Stream {
  readonly customer: WaitingCustomer
  readonly policy: AssignmentPolicy
  readonly positions: number[]
}

/** Reads who waits, in the order in which the queue leaves. */
export async function readWaitingLine(deps: WaitingLineDeps): Promise<WaitingLine> {
  const [customers, { categories }] = await Promise.all([deps.queueViews.line(MOST_PLACES), deps.rules()])
  const channels = new Map<ChannelId, ActiveChannel | undefined>()
  const lengths = new Map<string, number>()
  const streams = new Map<string, Stream>()
  const standings = new Map<string, Standing>()
  for (const [position, customer] of customers.entries()) {
    const { channelId, categoryId, identityExternalId, workType } = customer
    if (!channels.has(channelId)) channels.set(channelId, await deps.findChannel(channelId))
    const category = categoryId && categories.get(categoryId)
    const policy = category?.policy ?? channels.get(channelId)?.policy
    if (!policy) continue
    const scope = category?.policy ? `category:${category.id}` : `channel:${channelId}`
    const place = (lengths.get(scope) ?? 0) + 1
    lengths.set(scope, place)
    const kind = `${scope} ${channelId} ${workType}`
    const stream = streams.get(kind) ?? { customer, policy, positions: [] }
    stream.positions.push(position)
    streams.set(kind, stream)
    const key = keyOf(channelId, identityExternalId)
    if (!standings.has(key)) standings.set(key, { place, position, customer, policy })
  }
  return {
    of: (channelId, visitorId) => standings.get(keyOf(channelId, visitorId)),
    aheadOf: ({ position }, serving) => {
      let ahead = 0
      for (const { customer, policy, positions } of streams.values()) {
        if (serving.some((agent) => mayServe(agent, customer, policy)))
          ahead += countBelow(positions, position)
      }
      return ahead
    },
  }
}

/** Whether an agent is among those whom some step of the policy asks for this customer. */
export function mayServe(
  agent: RoutingAgent,
  { id, channelId, workType, priority }: WaitingCustomer,
  { steps }: AssignmentPolicy,
): boolean {
  if (agent.channels !== 'all' && !agent.channels.has(channelId)) return false
  const conversation: RoutingConversation = { id, channelId, workType, priority, status: 'open' }
  return steps.some(({ target }) => isInTarget(agent, target, conversation))
}

const keyOf = (channelId: ChannelId, visitorId: string): string => `${channelId} ${visitorId}`

/** How many of rising numbers are below a limit. */
function countBelow(rising: readonly number[], limit: number): number {
  let low = 0
  let high = rising.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rising[middle] ?? limit) < limit) low = middle + 1
    else high = middle
  }
  return low
}
