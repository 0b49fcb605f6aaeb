/** Runs the sessions of this node's share of channels, each under a lease of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import type { Bus } from '../services/bus.ts'
import type { ChannelDirectory, LiveChannel } from '../services/channel-directory.ts'
import { type ChannelSession, type ChannelSessionDeps, startChannelSession } from './channel-session.ts'
import { createBacklog } from './push-gate.ts'
import { PROLONG_EVERY_MS, type SessionLease, type SessionLeases } from './session-leases.ts'

export interface ChannelSupervisor {
  /** The channels whose session runs here. */
  readonly held: ReadonlySet<ChannelId>
  /** Looks what has changed; by itself it does so every second and whenever a channel changes. */
  look(): Promise<void>
  /** Ends every session, waits for them, and gives the leases back. */
  stop(): Promise<void>
}

export interface ChannelSupervisorDeps extends ChannelSessionDeps {
  readonly directory: Pick<ChannelDirectory, 'all'>
  readonly bus: Pick<Bus, 'onSignal'>
  readonly leases: SessionLeases
  /** How many nodes work, this one included. */
  readonly workingNodes: () => number
  readonly stillPending: (ids: readonly JournalEntryId[]) => Promise<ReadonlySet<JournalEntryId>>
  readonly onHeld: (sessions: number) => void
  readonly onError: (error: unknown, message: string) => void
  readonly lookEveryMs?: number
  readonly prolongEveryMs?: number
}

const LOOK_EVERY_MS = 1_000
/** So often it is looked whether a lease might have run out: a stopped process notices at once when it goes on. */
const CHECK_EVERY_MS = 250
/** A channel that is nobody's for so long is taken beyond one's share: whoever should have it does not. */
const UNCOVERED_MS = 20_000
/** How often a node with more than its share lets one go. */
const REBALANCE_EVERY_MS = 60_000
/** For one answer to the prolonging. */
const PROLONG_PATIENCE_MS = 5_000
/** A database that does not answer must not hold up the stopping. */
const DATABASE_PATIENCE_MS = 2_000

interface Running {
  readonly channel: LiveChannel
  /** All that `open` depends on. */
  readonly basis: string
  readonly lease: SessionLease
  readonly session: ChannelSession
}

/** Starts supervising. */
export function startChannelSupervisor(deps: ChannelSupervisorDeps): ChannelSupervisor {
  const { leases, monotonic } = deps
  const running = new Map<ChannelId, Running>()
  const askedAtMs = new Map<ChannelId, number>()
  let balancedAtMs = monotonic()
  let stopped = false
  let looking: Promise<void> | undefined
  let again = false

  const lookOnce = async (): Promise<void> => {
    const wanted = (await deps.directory.all()).filter(
      ({ inbound, paused }) => inbound.kind === 'session' && !paused,
    )
    const byId = new Map(wanted.map((channel) => [channel.id, channel]))
    for (const { channel, basis, session } of running.values()) {
      const now = byId.get(channel.id)
      if (!now || basisOf(now) !== basis) session.stop()
      // What failed may go well with what the connector was given elsewhere in the meantime.
      else if (session.failedAtMs !== undefined && isRenewed(now, channel)) session.stop()
      else if (isWellSince(now, session)) session.hurry()
    }
    const share = Math.ceil(wanted.length / Math.max(1, deps.workingNodes()))
    letOneGo(share)
    for (const channel of wanted) {
      if (stopped) return
      if (running.has(channel.id)) continue
      if (running.size < share || isUncovered(channel.id)) await take(channel)
    }
    for (const id of askedAtMs.keys()) if (!byId.has(id) || running.has(id)) askedAtMs.delete(id)
  }

  /** When a node joins, the others give up what is too much for them, one after the other. */
  const letOneGo = (share: number): void => {
    if (running.size <= share) balancedAtMs = monotonic()
    if (monotonic() - balancedAtMs < REBALANCE_EVERY_MS) return
    balancedAtMs = monotonic()
    const [last] = [...running.values()].slice(-1)
    last?.session.stop()
  }

  const isUncovered = (id: ChannelId): boolean => {
    const since = askedAtMs.get(id)
    if (since === undefined) askedAtMs.set(id, monotonic())
    return since !== undefined && monotonic() - since > UNCOVERED_MS
  }

  const take = async (channel: LiveChannel): Promise<void> => {
    askedAtMs.set(channel.id, monotonic())
    const lease = await leases.take(channel.id)
    if (!lease) return
    if (stopped) return leases.release(lease)
    const backlog = createBacklog(deps.stillPending)
    const session = startChannelSession(channel, lease, backlog, deps)
    running.set(channel.id, { channel, basis: basisOf(channel), lease, session })
    deps.onHeld(running.size)
    void session.ended.then(async () => {
      running.delete(channel.id)
      deps.onHeld(running.size)
      await leases.release(lease).catch((error: unknown) => deps.onError(error, 'releasing a session failed'))
    })
  }

  const look = (): Promise<void> => {
    again = true
    if (stopped) return Promise.resolve()
    looking ??= (async () => {
      while (again && !stopped) {
        again = false
        await lookOnce()
      }
    })()
      .catch((error: unknown) => deps.onError(error, 'looking after the sessions failed'))
      .finally(() => {
        looking = undefined
      })
    return looking
  }

  let prolongingSinceMs: number | undefined
  const prolong = (): void => {
    const nowMs = monotonic()
    // One whose answer never comes must not keep the next ones from asking.
    if (prolongingSinceMs !== undefined && nowMs - prolongingSinceMs < PROLONG_PATIENCE_MS) return
    prolongingSinceMs = nowMs
    leases
      .prolong()
      .catch((error: unknown) => deps.onError(error, 'prolonging the sessions’ leases failed'))
      .finally(() => {
        if (prolongingSinceMs === nowMs) prolongingSinceMs = undefined
      })
  }

  deps.bus.onSignal(({ kind }) => {
    if (kind === 'channel-changed') void look()
  })
  const timers = [
    setInterval(() => void look(), deps.lookEveryMs ?? LOOK_EVERY_MS),
    setInterval(prolong, deps.prolongEveryMs ?? PROLONG_EVERY_MS),
    setInterval(() => leases.look(), CHECK_EVERY_MS),
  ]
  void look()

  return {
    get held() {
      return new Set(running.keys())
    },
    look,
    async stop() {
      stopped = true
      if (looking) await withPatience(looking)
      const all = [...running.values()]
      for (const { session } of all) session.stop()
      await Promise.all(all.map(({ session }) => session.ended))
      for (const timer of timers) clearInterval(timer)
      // What is not given back runs out.
      await withPatience(Promise.all(all.map(({ lease }) => leases.release(lease))))
    },
  }
}

async function withPatience(work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([
    work.catch(() => undefined),
    sleep(DATABASE_PATIENCE_MS, undefined, { signal: over.signal }).catch(() => undefined),
  ])
  over.abort()
}

/** Settings in the clear: compared, and nothing else. What the connector replaces by itself it knows already. */
function basisOf({ config, configAsSet }: LiveChannel): string {
  return JSON.stringify(configAsSet ?? config)
}

const isRenewed = (now: LiveChannel, before: LiveChannel): boolean =>
  JSON.stringify(now.config) !== JSON.stringify(before.config)

/** Somebody tested the connection after the session failed, and it stands. */
function isWellSince({ record }: LiveChannel, { failedAtMs }: ChannelSession): boolean {
  const { state, atMs = 0 } = record.health
  return failedAtMs !== undefined && state === 'healthy' && atMs > failedAtMs
}
