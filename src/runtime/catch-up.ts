/** Asks platforms for what they may have delivered in vain: after a start, an outage, a pause, and now and then. */
import type { ConnectorContext, HealthReport, PushItem } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { Bus } from '../services/bus.ts'
import type { ChannelDirectory, LiveChannel } from '../services/channel-directory.ts'
import type { OrderClock } from '../services/order-clock.ts'
import { requireFitItem, toSessionEntry } from '../services/session-entry.ts'
import type { CatchUpStore } from '../store/catch-up-store.ts'
import type { LeaseStore } from '../store/lease-store.ts'
import type { JournalWriter } from './journal-writer.ts'

export interface CatchUp {
  /** Something may have been missed on every channel: asks them all soon. */
  missed(): void
  /** Looks which channels are due; by itself it does so every few seconds. Resolves when those are asked. */
  look(): Promise<void>
  /** Breaks off what is under way, and waits for it. */
  stop(): Promise<void>
}

export interface CatchUpDeps {
  readonly directory: Pick<ChannelDirectory, 'all'>
  readonly bus: Pick<Bus, 'onSignal' | 'onSyncRequired'>
  readonly leases: Pick<LeaseStore, 'take' | 'release'>
  readonly marks: CatchUpStore
  readonly contextOf: (channel: LiveChannel, signal: AbortSignal) => ConnectorContext<LiveChannel['config']>
  readonly append: JournalWriter['append']
  /**
   * Resolves once nothing is left on this machine's disk that was acknowledged, or when the signal ends it: a copy of
   * it would get a later place than what was acknowledged after it.
   */
  readonly clear: (signal: AbortSignal) => Promise<void>
  readonly keepHealth: (channel: LiveChannel, health: HealthReport) => Promise<void>
  readonly orderClock: OrderClock
  readonly nodeId: string
  /** The database serves this process alone: leases left by a killed one are void. */
  readonly alone: boolean
  readonly goneNodes: () => readonly string[]
  readonly now: () => number
  readonly onError: (error: unknown, message: string) => void
  readonly lookEveryMs?: number
}

const LOOK_EVERY_MS = 5_000
const PERIOD_MS = 10 * 60_000
/** A platform's clock may differ from ours, and what it took in late bears an early time. */
const OVERLAP_MS = 10 * 60_000
/** After a failure, and when another node is at it. */
const RETRY_MS = 60_000
const LIMIT_MS = 4 * 60_000
/** Longer than a run may last: nobody else begins meanwhile. */
const LEASE_MS = LIMIT_MS + 60_000
const CHANNELS_AT_ONCE = 2
/** Of one run on their way to the disk: whoever lists a platform's last days must not fill our memory. */
const MOST_IN_FLIGHT = 200

interface Known {
  dueAtMs: number
  /** Something was missed: the run of another node before that does not count. */
  isForced: boolean
  isFailing: boolean
}

/** Starts looking. */
export function startCatchUp(deps: CatchUpDeps): CatchUp {
  const { leases, marks, nodeId, now } = deps
  const known = new Map<ChannelId, Known>()
  const stopping = new AbortController()
  let looking: Promise<void> | undefined

  const missed = (): void => {
    for (const one of known.values()) Object.assign(one, { dueAtMs: now(), isForced: true })
  }

  const lookOnce = async (): Promise<void> => {
    const wanted = (await deps.directory.all()).filter(
      ({ paused, inbound, connector }) => !paused && inbound.kind === 'webhook' && connector.catchUp,
    )
    // One that is paused is forgotten, and begins anew when it is resumed.
    const ids = new Set(wanted.map(({ id }) => id))
    for (const id of known.keys()) if (!ids.has(id)) known.delete(id)
    for (const { id } of wanted)
      if (!known.has(id)) known.set(id, { dueAtMs: now(), isForced: true, isFailing: false })
    const due = wanted.filter(({ id }) => (known.get(id)?.dueAtMs ?? 0) <= now())
    const next = async (): Promise<void> => {
      for (let channel = due.shift(); channel && !stopping.signal.aborted; channel = due.shift())
        await runOf(channel)
    }
    await Promise.all(Array.from({ length: CHANNELS_AT_ONCE }, next))
  }

  const runOf = async (channel: LiveChannel): Promise<void> => {
    const state = known.get(channel.id)
    if (!state) return
    const { isForced } = state
    state.isForced = false
    state.dueAtMs = now() + PERIOD_MS
    try {
      const hasRun = await runUnderLease(channel, isForced)
      if (hasRun && state.isFailing) await deps.keepHealth(channel, { state: 'healthy', part: 'receiving' })
      if (hasRun) state.isFailing = false
      else Object.assign(state, { dueAtMs: now() + RETRY_MS, isForced: isForced || state.isForced })
    } catch (error) {
      Object.assign(state, { dueAtMs: now() + waitAfter(error), isForced: true })
      if (stopping.signal.aborted) return
      if (!(error instanceof ConnectorError)) {
        deps.onError(error, 'catching up with a platform failed')
        return
      }
      state.isFailing = true
      await deps.keepHealth(channel, healthOf(error)).catch((kept: unknown) => {
        deps.onError(kept, 'the health could not be kept')
      })
    }
  }

  /** @returns false when another node is at it */
  const runUnderLease = async (channel: LiveChannel, isForced: boolean): Promise<boolean> => {
    const name = `catch-up:${channel.id}`
    const gone = deps.alone ? ('all others' as const) : deps.goneNodes()
    if (!(await leases.take(name, nodeId, LEASE_MS, gone))) return false
    try {
      const startedAtMs = now()
      const mark = await marks.read(channel.id)
      if (!isForced && mark !== undefined && startedAtMs - mark < PERIOD_MS / 2) return true
      await run(channel, (mark ?? channel.record.createdAtMs) - OVERLAP_MS)
      await marks.move(channel.id, startedAtMs)
      return true
    } finally {
      await leases.release(name, nodeId)
    }
  }

  const run = async (channel: LiveChannel, sinceMs: number): Promise<void> => {
    const limit = AbortSignal.any([stopping.signal, AbortSignal.timeout(LIMIT_MS)])
    const pushed = createPush(channel.id, limit, deps)
    const work = channel.connector.catchUp?.(deps.contextOf(channel, limit), sinceMs, pushed.push)
    await Promise.race([work, aborted(limit)])
    // Also what the connector did not wait for: the mark says that all is on disk.
    await pushed.all()
  }

  const look = (): Promise<void> => {
    if (stopping.signal.aborted) return Promise.resolve()
    looking ??= lookOnce()
      .catch((error: unknown) => deps.onError(error, 'looking which platforms to catch up with failed'))
      .finally(() => {
        looking = undefined
      })
    return looking
  }

  deps.bus.onSyncRequired(missed)
  deps.bus.onSignal(({ kind }) => {
    if (kind === 'channel-changed') void look()
  })
  const timer = setInterval(() => void look(), deps.lookEveryMs ?? LOOK_EVERY_MS)
  void look()

  return {
    missed,
    look,
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await looking
    },
  }
}

function createPush(
  channelId: ChannelId,
  limit: AbortSignal,
  { append, clear, orderClock, now }: CatchUpDeps,
): { readonly push: PushItem; all(): Promise<void> } {
  const underWay = new Set<Promise<unknown>>()
  let failure: { readonly error: unknown } | undefined
  const push: PushItem = async (item) => {
    requireFitItem(item)
    while (underWay.size >= MOST_IN_FLIGHT) await Promise.race(underWay)
    await clear(limit)
    limit.throwIfAborted()
    const nowMs = now()
    const writing = append(toSessionEntry(channelId, item, orderClock(nowMs), nowMs))
    const seen = writing.then(
      () => undefined,
      (error: unknown) => {
        failure ??= { error }
      },
    )
    underWay.add(seen)
    void seen.then(() => underWay.delete(seen))
    await writing
  }
  return {
    push,
    async all() {
      while (underWay.size > 0) await Promise.race(underWay)
      if (failure) throw failure.error
    },
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason)
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
  })
}

const waitAfter = (error: unknown): number =>
  Math.max(RETRY_MS, error instanceof ConnectorError ? (error.facts.retryAfterMs ?? 0) : 0)

function healthOf({ facts: { code, detail } }: ConnectorError): HealthReport {
  return { state: 'degraded', part: 'receiving', code, ...(detail === undefined ? {} : { detail }) }
}
