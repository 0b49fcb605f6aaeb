import { WORK_TYPES } from '../domain/conversation.ts'
import type { AgentId } from '../domain/ids.ts'
import type { PerWorkType } from '../domain/routing/agent-state.ts'
import type { AgentLoad, AgentLoadStore, CountedLoad } from '../store/agent-load-store.ts'
import { countedStatuses, RECENT_MS } from '../store/counted-conversations.ts'
import type { RoutingQueueStore } from '../store/routing-queue-store.ts'
import type { RoutingSettingsStore } from '../store/routing-settings-store.ts'

export interface ReconcileDeps {
  readonly loads: Pick<AgentLoadStore, 'list' | 'rested' | 'settle'>
  readonly routingQueue: Pick<RoutingQueueStore, 'countLoads'>
  readonly routingSettings: Pick<RoutingSettingsStore, 'read'>
  readonly now: () => number
}

/** Longer than any reservation lives: whatever was counted before it is written by now, or never will be. */
const REST_MS = 12_000
const RENEW_MS = 60_000
const BATCH = 50
/** For agents who change while they are counted for the first time. */
const MOST_ROUNDS = 10

/**
 * Counts anew what agents have who have been left alone for a while, and mends what had drifted: reservations of a node
 * that died, changes that broke off half-way.
 * @returns how many loads were wrong
 */
export async function reconcileLoads(deps: ReconcileDeps): Promise<number> {
  const rule = countedStatuses(await deps.routingSettings.read()).join('+')
  const { drifted } = await recount(await deps.loads.rested(REST_MS, RENEW_MS, rule, BATCH), deps)
  return drifted
}

/**
 * Counts agents for the first time. Who keeps changing meanwhile stays without work until the next try. Whom somebody
 * else counted in the meantime is left alone: he may have been given work whose claims are still to come, which a count
 * of conversations does not see.
 */
export async function countFirst(agentIds: readonly AgentId[], deps: ReconcileDeps): Promise<void> {
  let open = agentIds
  for (let round = 0; round < MOST_ROUNDS && open.length > 0; round += 1) {
    const uncounted = (await deps.loads.list(open)).filter(({ rule }) => rule === undefined)
    open = (await recount(uncounted, deps)).missed
  }
}

async function recount(
  loads: readonly AgentLoad[],
  deps: ReconcileDeps,
): Promise<{ readonly drifted: number; readonly missed: readonly AgentId[] }> {
  if (loads.length === 0) return { drifted: 0, missed: [] }
  const statuses = countedStatuses(await deps.routingSettings.read())
  const ids = loads.map(({ agentId }) => agentId)
  const found = await deps.routingQueue.countLoads(ids, statuses, deps.now() - RECENT_MS)
  const rule = statuses.join('+')
  let drifted = 0
  const missed: AgentId[] = []
  for (const load of loads) {
    const counted = found.get(load.agentId) ?? { open: {}, recent: {} }
    const outcome =
      load.rule === undefined && load.total > 0
        ? await deps.loads.settle(load, atMost(counted, load), rule, true)
        : await deps.loads.settle(load, counted, rule)
    if (outcome.drifted) drifted += 1
    if (!outcome.written) missed.push(load.agentId)
  }
  return { drifted, missed }
}

/**
 * Before the first count a person may have given the agent something whose change is still to come: both together are
 * never too little, and a recount soon mends what they are too much.
 */
function atMost(counted: CountedLoad, { open, recent }: AgentLoad): CountedLoad {
  return { open: sumOf(counted.open, open), recent: sumOf(counted.recent, recent) }
}

const sumOf = (one: PerWorkType, other: PerWorkType): PerWorkType =>
  Object.fromEntries(WORK_TYPES.map((type) => [type, (one[type] ?? 0) + (other[type] ?? 0)]))
