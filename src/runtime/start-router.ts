import { greetLeft } from '../services/greet-customer.ts'
import { logAvailability } from '../services/log-availability.ts'
import { pruneRings } from '../services/prune-rings.ts'
import { reconcileLoads } from '../services/reconcile-loads.ts'
import { recoverRings } from '../services/recover-rings.ts'
import { rerouteOfOffline, rerouteSilent } from '../services/reroute.ts'
import type { RouteOpenings } from '../services/resolve-conversations.ts'
import type { RouteDeps, RoutingTrigger, RunResult } from '../services/route-conversations.ts'
import { routeConversations } from '../services/route-conversations.ts'
import { routeOpenings } from '../services/route-openings.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { PathDeps } from './path-deps.ts'
import { type RoutingWorker, startRoutingWorker } from './routing-worker.ts'

/** The router of this process. */
export interface Router {
  readonly openings: RouteOpenings
  /** A conversation whose run fails keeps waiting for the sweep: arrival and projection go on. */
  readonly route: (
    conversations: readonly StoredConversation[],
    trigger: RoutingTrigger,
  ) => Promise<RunResult>
  /** Starts looking after what waits. */
  work(): RoutingWorker
}

type RouterDeps = Omit<PathDeps, 'journalRetentionMs' | 'stopPatienceMs'> & {
  readonly onError: (error: unknown, message: string) => void
}

const LEASE = 'router'
const LEASE_MS = 6_000
/** The lead is asked for before every look; the database is asked only this often. */
const RENEW_EVERY_MS = 2_000
const FAILED = 'a routing run failed; the sweep tries again'

/** Builds the router over the stores. */
export function createRouter(deps: RouterDeps): Router {
  const { stores, bus, directory, onError } = deps
  const routeDeps: RouteDeps = {
    ...stores,
    findChannel: directory.get,
    rules: deps.rules,
    agents: deps.routingAgents,
    bus,
    orderClock: deps.orderClock,
    now: Date.now,
    random: Math.random,
    observe: deps.metrics.routed,
    onBroken: (id, error) => onError(error, `conversation ${id} cannot be routed`),
  }
  const route: Router['route'] = async (conversations, trigger) => {
    try {
      return await routeConversations(conversations, trigger, routeDeps)
    } catch (error) {
      onError(error, FAILED)
      return { assigned: [], waiting: [] }
    }
  }
  const shared = {
    ...routeDeps,
    ...stores,
    agents: deps.routingAgents,
    channels: directory.all,
    policyOf: deps.policyOf,
    route,
  }
  return {
    route,
    async openings(openings) {
      try {
        return await routeOpenings(openings, routeDeps)
      } catch (error) {
        onError(error, FAILED)
        return {
          routed: openings.map((conversation) => ({ conversation, lines: [] })),
          close: async () => undefined,
          greet: async () => undefined,
        }
      }
    },
    work() {
      const { term, ...lead } = leadOf(deps)
      const worker = startRoutingWorker({
        ...lead,
        routingQueue: stores.routingQueue,
        route,
        now: Date.now,
        onError,
        chores: [
          {
            everyMs: 1_000,
            failure: 'taking conversations from silent assignees failed',
            run: () => rerouteSilent(shared),
          },
          {
            everyMs: 3_000,
            failure: 'taking conversations from agents who left failed',
            run: () => rerouteOfOffline(shared),
          },
          {
            everyMs: 3_000,
            failure: 'counting loads anew failed',
            run: async () => deps.metrics.drifted(await reconcileLoads(shared)),
          },
          { everyMs: 5_000, failure: 'giving turns back failed', run: () => recoverRings(shared) },
          {
            everyMs: 600_000,
            failure: 'removing rings of what is gone failed',
            run: () => pruneRings(stores),
          },
          { everyMs: 3_000, failure: 'greeting customers failed', run: () => greetLeft(shared) },
          {
            everyMs: 3_000,
            failure: 'noting who is available failed',
            run: logAvailability({ ...shared, term }),
          },
        ],
      })
      bus.onSignal(({ kind }) => {
        if (kind === 'routing-wanted' || kind === 'availability-changed') worker.wake('work')
        if (kind === 'routing-rules-changed' || kind === 'channel-changed') worker.wake('rules')
      })
      return worker
    },
  }
}

/** One node at a time leads the queue; what a dead one led is taken over when its lease ends. */
function leadOf({ stores, nodeId, alone }: RouterDeps) {
  let renewedAtMs = Number.NEGATIVE_INFINITY
  let leading = false
  let token: number | undefined
  return {
    leads: async (): Promise<boolean> => {
      const nowMs = performance.now()
      if (nowMs - renewedAtMs < RENEW_EVERY_MS) return leading
      leading = false
      const lease = await stores.leases.acquire(LEASE, nodeId, LEASE_MS, alone)
      leading = lease !== undefined
      token = lease?.token
      renewedAtMs = nowMs
      return leading
    },
    /** The same as long as no other node led in between. */
    term: () => token,
    giveUpLead: () => (leading ? stores.leases.release(LEASE, nodeId) : Promise.resolve()),
  }
}
