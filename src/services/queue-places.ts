import type { ChannelId } from '../domain/ids.ts'
import type { RoutingAgent, RoutingConversation } from '../domain/routing/agent-state.ts'
import { isInTarget } from '../domain/routing/eligibility.ts'
import { estimateWait, servingCapacity } from '../domain/routing/estimate.ts'
import type { AssignmentPolicy } from '../domain/routing/policy.ts'
import type { ChannelPlaces, QueuePlaceView } from '../domain/visitor.ts'
import type { QueueViewStore, WaitingCustomer } from '../store/queue-view-store.ts'
import type { RoutingHistoryStore } from '../store/routing-history-store.ts'
import type { ActiveChannel } from './active-channel.ts'
import type { ChannelDirectory, LiveChannel } from './channel-directory.ts'
import type { RoutingRules } from './routing-snapshot.ts'

export interface QueuePlacesDeps {
  readonly findChannel: ChannelDirectory['get']
  readonly rules: () => Promise<RoutingRules>
  readonly routingAgents: () => Promise<readonly RoutingAgent[]>
  readonly queueViews: Pick<QueueViewStore, 'line'>
  readonly routingHistory: Pick<RoutingHistoryStore, 'handlingTimes'>
  readonly clock: () => number
}

/** Where visitors of a channel stand; undefined where visitors are not told. */
export type QueuePlaces = (
  channelId: ChannelId,
  visitorIds: readonly string[],
) => Promise<ChannelPlaces | undefined>

/** Somebody in the line, with his place among those under the same policy. */
interface Standing {
  readonly place: number
  readonly customer: WaitingCustomer
  readonly policy: AssignmentPolicy
}

/** Of a longer line nobody wants to know his place. */
const MOST_PLACES = 5_000
const LINE_FRESH_MS = 2_000
const HANDLING_FRESH_MS = 60_000
const HANDLING_SAMPLES = 50

/**
 * Works out places and estimates. The line is read at most every two seconds however many ask, and not at all for
 * channels whose customers are not told.
 */
export function createQueuePlaces(deps: QueuePlacesDeps): QueuePlaces {
  const { clock } = deps
  const lineOf = fresh(LINE_FRESH_MS, clock, () => readLine(deps))
  const agentsOf = fresh(LINE_FRESH_MS, clock, deps.routingAgents)
  const handling = new Map<ChannelId, () => Promise<readonly number[]>>()
  const handlingOf = (channelId: ChannelId): Promise<readonly number[]> => {
    const known =
      handling.get(channelId) ??
      fresh(HANDLING_FRESH_MS, clock, () => deps.routingHistory.handlingTimes(channelId, HANDLING_SAMPLES))
    handling.set(channelId, known)
    return known()
  }

  const estimate = async ({ place, customer, policy }: Standing): Promise<QueuePlaceView> => {
    const [agents, times] = await Promise.all([agentsOf(), handlingOf(customer.channelId)])
    const serving = agents.filter((agent) => mayServe(agent, customer, policy))
    const capacity = servingCapacity(serving, customer.workType)
    // Agents are free, and yet nobody may have him: how long that lasts cannot be told.
    const stuck = customer.passedOver && capacity !== undefined && capacity.free > 0
    const wait = stuck ? undefined : estimateWait(place, capacity, times)
    return { place, ...(wait ? { waitMs: [wait.likelyMs, wait.atMostMs] as const } : {}) }
  }

  return async (channelId, visitorIds) => {
    const channel = await deps.findChannel(channelId)
    if (!channel || !mayTell(channel, await deps.rules())) return undefined
    const line = await lineOf()
    const places = new Map<string, QueuePlaceView>()
    for (const visitorId of visitorIds) {
      const standing = line.get(keyOf(channelId, visitorId))
      if (standing?.policy.showQueuePlace) places.set(visitorId, await estimate(standing))
    }
    const locale = localeOf(channel)
    return { places, ...(locale === undefined ? {} : { locale }) }
  }
}

function localeOf({ connector, config }: LiveChannel): string | undefined {
  const locale = connector.visitors?.publicSettings(config).locale
  return locale === 'auto' ? undefined : locale
}

const keyOf = (channelId: ChannelId, visitorId: string): string => `${channelId} ${visitorId}`

/** Whether some policy that may hold on the channel tells customers their place. */
function mayTell({ policy }: ActiveChannel, { categories }: RoutingRules): boolean {
  return policy.showQueuePlace || [...categories.values()].some((one) => one.policy?.showQueuePlace)
}

async function readLine(deps: QueuePlacesDeps): Promise<ReadonlyMap<string, Standing>> {
  const [customers, { categories }] = await Promise.all([deps.queueViews.line(MOST_PLACES), deps.rules()])
  const channels = new Map<ChannelId, ActiveChannel | undefined>()
  const lengths = new Map<string, number>()
  const line = new Map<string, Standing>()
  for (const customer of customers) {
    const { channelId, categoryId, identityExternalId } = customer
    if (!channels.has(channelId)) channels.set(channelId, await deps.findChannel(channelId))
    const category = categoryId && categories.get(categoryId)
    const policy = category?.policy ?? channels.get(channelId)?.policy
    if (!policy) continue
    // Who competes for the same agents: all under one policy.
    const scope = category?.policy ? `category:${category.id}` : `channel:${channelId}`
    const place = (lengths.get(scope) ?? 0) + 1
    lengths.set(scope, place)
    const key = keyOf(channelId, identityExternalId)
    if (!line.has(key)) line.set(key, { place, customer, policy })
  }
  return line
}

function mayServe(
  agent: RoutingAgent,
  { id, channelId, workType, priority }: WaitingCustomer,
  { steps }: AssignmentPolicy,
): boolean {
  if (agent.channels !== 'all' && !agent.channels.has(channelId)) return false
  const conversation: RoutingConversation = { id, channelId, workType, priority, status: 'open' }
  return steps.some(({ target }) => isInTarget(agent, target, conversation))
}

/** What is read is good for a while; those who ask meanwhile share it. */
function fresh<T>(forMs: number, clock: () => number, read: () => Promise<T>): () => Promise<T> {
  let known: { readonly atMs: number; readonly value: Promise<T> } | undefined
  return () => {
    const nowMs = clock()
    if (known && nowMs >= known.atMs && nowMs - known.atMs < forMs) return known.value
    const entry = { atMs: nowMs, value: read() }
    known = entry
    entry.value.catch(() => {
      if (known === entry) known = undefined
    })
    return entry.value
  }
}
