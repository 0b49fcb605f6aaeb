import type { ChannelId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { estimateWait, servingCapacity } from '../domain/routing/estimate.ts'
import type { ChannelPlaces, QueuePlaceView } from '../domain/visitor.ts'
import type { QueueViewStore } from '../store/queue-view-store.ts'
import type { RoutingHistoryStore } from '../store/routing-history-store.ts'
import type { ActiveChannel } from './active-channel.ts'
import type { ChannelDirectory, LiveChannel } from './channel-directory.ts'
import type { RoutingRules } from './routing-snapshot.ts'
import { mayServe, readWaitingLine, type Standing, type WaitingLine } from './waiting-line.ts'

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

const LINE_FRESH_MS = 2_000
const HANDLING_FRESH_MS = 60_000
const HANDLING_SAMPLES = 50

/**
 * Works out places and estimates. The line is read at most every two seconds however many ask, and not at all for
 * channels whose customers are not told.
 */
export function createQueuePlaces(deps: QueuePlacesDeps): QueuePlaces {
  const { clock } = deps
  const lineOf = fresh(LINE_FRESH_MS, clock, () => readWaitingLine(deps))
  const agentsOf = fresh(LINE_FRESH_MS, clock, deps.routingAgents)
  const handling = new Map<ChannelId, () => Promise<readonly number[]>>()
  const handlingOf = (channelId: ChannelId): Promise<readonly number[]> => {
    const known =
      handling.get(channelId) ??
      fresh(HANDLING_FRESH_MS, clock, () => deps.routingHistory.handlingTimes(channelId, HANDLING_SAMPLES))
    handling.set(channelId, known)
    return known()
  }

  const estimate = async (standing: Standing, line: WaitingLine): Promise<QueuePlaceView> => {
    const { place, customer, policy } = standing
    const [agents, times] = await Promise.all([agentsOf(), handlingOf(customer.channelId)])
    const serving = agents.filter((agent) => mayServe(agent, customer, policy))
    const capacity = servingCapacity(serving, customer.workType)
    // Agents are free, and yet nobody may have him: how long that lasts cannot be told.
    const stuck = customer.passedOver && capacity !== undefined && capacity.free > 0
    const turn = Math.max(place, 1 + line.aheadOf(standing, serving))
    const wait = stuck ? undefined : estimateWait(turn, capacity, times)
    return { place, ...(wait ? { waitMs: [wait.likelyMs, wait.atMostMs] as const } : {}) }
  }

  return async (channelId, visitorIds) => {
    const channel = await deps.findChannel(channelId)
    if (!channel || !mayTell(channel, await deps.rules())) return undefined
    const line = await lineOf()
    const places = new Map<string, QueuePlaceView>()
    for (const visitorId of visitorIds) {
      const standing = line.of(channelId, visitorId)
      if (standing?.policy.showQueuePlace) places.set(visitorId, await estimate(standing, line))
    }
    const locale = localeOf(channel)
    return { places, ...(locale === undefined ? {} : { locale }) }
  }
}

function localeOf({ connector, config }: LiveChannel): string | undefined {
  const locale = connector.visitors?.publicSettings(config).locale
  return locale === 'auto' ? undefined : locale
}

/** Whether some policy that may hold on the channel tells customers their place. */
function mayTell({ policy }: ActiveChannel, { categories }: RoutingRules): boolean {
  return policy.showQueuePlace || [...categories.values()].some((one) => one.policy?.showQueuePlace)
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
