/** The sessions' leases that this node holds, and until when it may act on each. */
import type { ChannelId } from '../domain/ids.ts'
import type { LeaseStore } from '../store/lease-store.ts'

/** Leave to run one channel's session. */
export interface SessionLease {
  readonly channelId: ChannelId
  /** Rises with every take, on whatever node. */
  readonly token: number
  /** Aborts when the lease is lost, or might be. */
  readonly lost: AbortSignal
  /** Whether it certainly runs now; asked at every act that must not be a stale holder's. */
  isHeld(): boolean
  /** The database says that somebody else has it. */
  giveUp(): void
}

export interface SessionLeases {
  /** Undefined when somebody else holds it. */
  take(channelId: ChannelId): Promise<SessionLease | undefined>
  /** Prolongs all in one step; call it every {@link PROLONG_EVERY_MS}. */
  prolong(): Promise<void>
  /** Ends those that might have run out; call it often, it asks nobody. */
  look(): void
  release(lease: SessionLease): Promise<void>
}

export interface SessionLeasesDeps {
  readonly leases: Pick<LeaseStore, 'take' | 'prolong' | 'release'>
  readonly nodeId: string
  /** The database serves this process alone: leases left by a killed one are void. */
  readonly alone: boolean
  readonly goneNodes: () => readonly string[]
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  /** Milliseconds since the epoch: goes on while a machine sleeps, where the other may stand still. */
  readonly now: () => number
  readonly leaseMs?: number
}

/** How long a mailbox is nobody's after its node was killed. */
const LEASE_MS = 15_000
export const PROLONG_EVERY_MS = 3_000
/** Of a lease's time, what is left to the session for ending before another may begin. */
const SHARE_FOR_ENDING = 0.25

interface Held extends SessionLease {
  readonly end: AbortController
  /** When the request that last got or prolonged it was sent: the database counted from later than that. */
  sinceMs: number
  sinceWallMs: number
}

const nameOf = (channelId: ChannelId): string => `session:${channelId}`

/** Creates the node's leases; it holds none. */
export function createSessionLeases(deps: SessionLeasesDeps): SessionLeases {
  const { leases, nodeId, alone, monotonic, now, leaseMs = LEASE_MS } = deps
  const safeMs = leaseMs * (1 - SHARE_FOR_ENDING)
  const held = new Map<ChannelId, Held>()

  const lose = (lease: Held): void => {
    if (held.get(lease.channelId) === lease) held.delete(lease.channelId)
    lease.end.abort(new LeaseLostError())
  }

  /** A stopped process, a slow database, a sleeping machine: whichever clock went further is believed. */
  const isSafe = ({ sinceMs, sinceWallMs }: Held): boolean =>
    monotonic() - sinceMs < safeMs && now() - sinceWallMs < safeMs

  return {
    async take(channelId) {
      const before = held.get(channelId)
      if (before) lose(before)
      const [sinceMs, sinceWallMs] = [monotonic(), now()]
      const gone = alone ? ('all others' as const) : deps.goneNodes()
      const taken = await leases.take(nameOf(channelId), nodeId, leaseMs, gone)
      if (!taken) return undefined
      const end = new AbortController()
      const lease: Held = {
        channelId,
        token: taken.token,
        lost: end.signal,
        end,
        sinceMs,
        sinceWallMs,
        isHeld: () => {
          if (!end.signal.aborted && !isSafe(lease)) lose(lease)
          return !end.signal.aborted
        },
        giveUp: () => lose(lease),
      }
      held.set(channelId, lease)
      return lease
    },

    async prolong() {
      const all = [...held.values()].filter((lease) => lease.isHeld())
      const [sinceMs, sinceWallMs] = [monotonic(), now()]
      const prolonged = await leases.prolong(
        all.map(({ channelId }) => nameOf(channelId)),
        nodeId,
        leaseMs,
      )
      for (const lease of all) {
        if (!prolonged.has(nameOf(lease.channelId))) lose(lease)
        // What came too late stays lost: whoever asked meanwhile was told so.
        else if (lease.isHeld() && sinceMs > lease.sinceMs) Object.assign(lease, { sinceMs, sinceWallMs })
      }
    },

    look() {
      for (const lease of [...held.values()]) lease.isHeld()
    },

    async release(lease) {
      const mine = held.get(lease.channelId)
      if (mine !== lease) return
      lose(mine)
      await leases.release(nameOf(lease.channelId), nodeId)
    },
  }
}

/** Somebody else may run the session now. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'

  constructor() {
    super('this node no longer holds the lease of the channel’s session')
  }
}
