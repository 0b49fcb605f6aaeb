import { PRESENCE_GRACE_MS } from '../domain/agent.ts'
import type { AgentId } from '../domain/ids.ts'
import type { AgentView } from '../domain/views.ts'
import type { PresenceStore, Sighting } from '../store/presence.ts'
import type { Bus } from './bus.ts'

/** What the presence keeper writes its log to; a pino logger fits. */
export interface PresenceLog {
  warn(fields: object, text: string): void
}

export interface PresenceDeps {
  readonly store: PresenceStore
  readonly bus: Pick<Bus, 'publish' | 'signal'>
  readonly nodeId: string
  readonly log: PresenceLog
  /** The agent as colleagues see him, `present` read anew; undefined when he is gone. */
  readonly agentView: (agentId: AgentId) => Promise<AgentView | undefined>
  readonly heartbeatMs?: number
  /** How long an agent counts as present after his last device went, milliseconds. */
  readonly graceMs?: () => Promise<number>
}

/** Keeps on record which agents are connected to this node, and tells when one comes or is gone for good. */
export interface Presence {
  connected(agentId: AgentId): void
  disconnected(agentId: AgentId, why: { readonly signedOut: boolean }): void
  /** Agents seen by any node, now or within the grace period. */
  presentAgents(): Promise<ReadonlySet<AgentId>>
  start(): void
  /** Stops without a goodbye: clients come back after a restart, within the grace period. */
  stop(): Promise<void>
}

const HEARTBEAT_MS = 20_000
/** Heartbeats that a busy node may be late with before its agents count as gone. */
const BEATS_MISSED = 2.5
/** Agents who leave are noticed within this time after the grace period. */
const SWEEP_MS = 5_000

export function createPresence(deps: PresenceDeps): Presence {
  const { store, bus, nodeId, log, agentView } = deps
  const graceOf = deps.graceMs ?? (async () => PRESENCE_GRACE_MS)
  const heartbeatMs = deps.heartbeatMs ?? HEARTBEAT_MS
  const sockets = new Map<AgentId, number>()
  const changed = new Set<AgentId>()
  const signedOut = new Set<AgentId>()
  let timers: NodeJS.Timeout[] = []
  let chain: Promise<void> = Promise.resolve()
  let writeScheduled = false
  /** False after a failed write: records may have expired that this node would have kept. */
  let upToDate = true

  const announce = async (agentIds: Iterable<AgentId>): Promise<void> => {
    for (const agentId of agentIds) {
      bus.signal({ kind: 'availability-changed', agentId })
      const agent = await agentView(agentId)
      if (agent) bus.publish([{ type: 'agent.updated', agent }])
    }
  }

  const record = async (sightings: readonly Sighting[]): Promise<void> => {
    if (sightings.length === 0) return
    const already = await store.presentAgents(sightings.map((sighting) => sighting.agentId))
    // Whoever is connected is seen again with the next heartbeat, however short the grace is.
    const graceMs = await graceOf()
    const connected = Math.max(graceMs, BEATS_MISSED * heartbeatMs)
    await store.record(
      nodeId,
      sightings.filter(({ sockets: count }) => count > 0),
      connected,
    )
    await store.record(
      nodeId,
      sightings.filter(({ sockets: count }) => count === 0),
      graceMs,
    )
    await announce(
      sightings
        .filter((sighting) => sighting.sockets > 0 && !already.has(sighting.agentId))
        .map((sighting) => sighting.agentId),
    )
  }

  const removeSignedOut = async (): Promise<void> => {
    for (const agentId of [...signedOut]) {
      signedOut.delete(agentId)
      if (sockets.has(agentId)) continue
      changed.delete(agentId)
      await store.remove(nodeId, agentId)
      const present = await store.presentAgents([agentId])
      if (!present.has(agentId)) await announce([agentId])
    }
  }

  const writeChanges = async (): Promise<void> => {
    writeScheduled = false
    await removeSignedOut()
    const agentIds = [...changed]
    changed.clear()
    await record(agentIds.map((agentId) => ({ agentId, sockets: sockets.get(agentId) ?? 0 })))
  }

  const beat = async (): Promise<void> => {
    upToDate = false
    await record([...sockets].map(([agentId, count]) => ({ agentId, sockets: count })))
    upToDate = true
  }

  const sweep = async (): Promise<void> => {
    if (!upToDate) await beat()
    for (;;) {
      const taken = await store.takeExpired()
      if (!taken) return
      if (taken.absent) await announce([taken.agentId])
    }
  }

  /** One after the other, so that an older count never overwrites a newer one. */
  const inTurn = (task: () => Promise<void>): void => {
    chain = chain.then(task).catch((error: unknown) => {
      upToDate = false
      log.warn({ err: error }, 'presence could not be recorded')
    })
  }

  const noteChange = (agentId: AgentId): void => {
    changed.add(agentId)
    if (writeScheduled) return
    writeScheduled = true
    inTurn(writeChanges)
  }

  return {
    connected(agentId) {
      sockets.set(agentId, (sockets.get(agentId) ?? 0) + 1)
      signedOut.delete(agentId)
      noteChange(agentId)
    },
    disconnected(agentId, why) {
      const left = (sockets.get(agentId) ?? 0) - 1
      if (left > 0) sockets.set(agentId, left)
      else sockets.delete(agentId)
      if (left <= 0 && why.signedOut) signedOut.add(agentId)
      noteChange(agentId)
    },
    presentAgents: () => store.presentAgents(),
    start() {
      timers = [setInterval(() => inTurn(beat), heartbeatMs), setInterval(() => inTurn(sweep), SWEEP_MS)]
      inTurn(sweep)
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await chain
    },
  }
}
