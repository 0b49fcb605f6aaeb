import { type CatchUp, startCatchUp } from './catch-up.ts'
import { type ChannelSupervisor, startChannelSupervisor } from './channel-supervisor.ts'
import { keepHealth } from './connector-context.ts'
import type { JournalWriter } from './journal-writer.ts'
import type { PathDeps } from './path-deps.ts'
import { createByteGate } from './push-gate.ts'
import { createSessionLeases } from './session-leases.ts'
import type { Shelter } from './spool-shelter.ts'

/** Bodies of all sessions that wait for the disk at the same time. */
const MOST_BYTES_IN_FLIGHT = 32 * 1024 * 1024

/** Starts the sessions of this node's share of channels: what they bring goes into the journal like any delivery. */
export function startSessions(
  deps: PathDeps,
  writer: Pick<JournalWriter, 'append'>,
  onError: (error: unknown, message: string) => void,
): ChannelSupervisor {
  const { stores, bus, directory } = deps
  const kept = { channels: stores.channels, directory }
  const monotonic = (): number => performance.now()
  return startChannelSupervisor({
    directory,
    bus,
    leases: createSessionLeases({ ...deps, leases: stores.leases, monotonic, now: Date.now }),
    workingNodes: deps.workingNodes,
    stillPending: stores.journal.stillPending,
    checkpoints: stores.checkpoints,
    raiseHealthToken: stores.channels.raiseHealthToken,
    keepHealth: (channel, health, token) =>
      keepHealth(channel, health, { ...kept, bus, clock: Date.now }, token),
    contextOf: deps.contextOf,
    append: writer.append,
    orderClock: deps.orderClock,
    memory: createByteGate(MOST_BYTES_IN_FLIGHT),
    log: deps.log,
    now: Date.now,
    monotonic,
    random: Math.random,
    onItem: deps.metrics.sessionItem,
    onHeld: deps.metrics.sessionsHeld,
    onError,
  })
}

/** Starts asking platforms that call us for what they may have delivered in vain. */
export function startCatchUpOf(
  deps: PathDeps,
  writer: Pick<JournalWriter, 'append'>,
  shelter: Pick<Shelter, 'settled'>,
  onError: (error: unknown, message: string) => void,
): CatchUp {
  const { stores, bus, directory } = deps
  const kept = { channels: stores.channels, directory }
  return startCatchUp({
    ...deps,
    leases: stores.leases,
    marks: stores.catchUpMarks,
    append: writer.append,
    clear: shelter.settled,
    keepHealth: (channel, health) => keepHealth(channel, health, { ...kept, bus, clock: Date.now }),
    now: Date.now,
    onError,
  })
}
