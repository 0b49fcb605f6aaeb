import type { Bus } from '../services/bus.ts'
import type { NodeRecord, NodeRecordStore } from '../store/node-records.ts'

/** A process of this installation that lives. */
export interface LivingNode {
  readonly nodeId: string
  readonly role: string
}

export interface NodeRegistryDeps {
  readonly store: NodeRecordStore
  readonly bus: Pick<Bus, 'requireSync'>
  readonly nodeId: string
  readonly role: string
  readonly log: { warn(fields: object, text: string): void }
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
  readonly heartbeatMs?: number
  readonly silentMs?: number
  readonly goneMs?: number
}

/** Knows which processes live, and notices when one is gone without a goodbye. */
export interface NodeRegistry {
  /**
   * This node and its living peers in the order of their ids, as of the last heartbeat. It is for sharing work out,
   * not for locking: two nodes may see different lists for some seconds.
   */
  livingNodes(): readonly LivingNode[]
  /**
   * Nodes that said goodbye, or whose record stood still for so long under our own eyes that nothing they began can
   * still be under way. None while we cannot see the records ourselves.
   */
  goneNodes(): readonly string[]
  /** Resolves once this node is on record and has seen the others. */
  start(): Promise<void>
  /** Says goodbye. */
  stop(): Promise<void>
}

const HEARTBEAT_MS = 2_000
const SILENT_MS = 8_000
/** Far beyond being silent: what follows from it cannot be taken back. */
const GONE_MS = 20_000
const FORGET_AFTER_MS = 10 * 60_000
const FORGET_EVERY_BEATS = 100

interface Peer {
  readonly role: string
  readonly seenAtMs: number
  /** By our own clock, when `seenAt` last moved: so no two clocks are ever compared. */
  readonly movedMs: number
  readonly alive: boolean
  readonly left: boolean
  /** By our own clock, since when we see the record stand still. */
  readonly stillSinceMs: number
}

/** What is now known of a peer, from what was known and its record. */
function judge(
  known: Peer | undefined,
  record: NodeRecord,
  databaseNowMs: number,
  nowMs: number,
  silentMs: number,
): Peer {
  const seenAtMs = record.seenAt.getTime()
  const moved = known ? known.seenAtMs !== seenAtMs : databaseNowMs - seenAtMs <= silentMs
  const movedMs = moved ? nowMs : (known?.movedMs ?? Number.NEGATIVE_INFINITY)
  const stillSinceMs = known?.seenAtMs === seenAtMs ? known.stillSinceMs : nowMs
  const { role, left } = record
  return { role, seenAtMs, movedMs, alive: !left && nowMs - movedMs <= silentMs, left, stillSinceMs }
}

export function createNodeRegistry(deps: NodeRegistryDeps): NodeRegistry {
  const { store, bus, nodeId, role, log, monotonic } = deps
  const heartbeatMs = deps.heartbeatMs ?? HEARTBEAT_MS
  const silentMs = deps.silentMs ?? SILENT_MS
  const goneMs = deps.goneMs ?? GONE_MS
  let peers = new Map<string, Peer>()
  let timer: NodeJS.Timeout | undefined
  let beating: Promise<void> | undefined
  let beats = 0
  let lastBeatMs = Number.NEGATIVE_INFINITY

  const beat = async (): Promise<void> => {
    const { records, now } = await store.beat(nodeId, role)
    const nowMs = monotonic()
    if (nowMs - lastBeatMs > silentMs) {
      // It was we who were away; the others get their full time anew.
      peers = new Map(
        [...peers].map(([id, peer]) => [
          id,
          { ...peer, stillSinceMs: nowMs, ...(peer.alive ? { movedMs: nowMs } : {}) },
        ]),
      )
    }
    lastBeatMs = nowMs
    const next = new Map<string, Peer>()
    for (const record of records) {
      if (record.nodeId === nodeId) continue
      next.set(record.nodeId, judge(peers.get(record.nodeId), record, now.getTime(), nowMs, silentMs))
    }
    const left = new Set(records.filter((record) => record.left).map((record) => record.nodeId))
    const vanished = [...peers]
      .filter(([id, peer]) => peer.alive && !next.get(id)?.alive && !left.has(id))
      .map(([id]) => id)
    peers = next
    if (vanished.length > 0) {
      log.warn({ vanished }, 'a node is gone without a goodbye')
      // What it had stored but not yet published is missing on screens.
      bus.requireSync()
    }
    beats += 1
    if (beats % FORGET_EVERY_BEATS === 0) await store.forget(FORGET_AFTER_MS)
  }

  const beatOnce = (): Promise<void> => {
    beating ??= beat()
      .catch((error: unknown) => log.warn({ err: error }, 'the node heartbeat failed'))
      .finally(() => {
        beating = undefined
      })
    return beating
  }

  return {
    livingNodes: () =>
      [
        { nodeId, role },
        ...[...peers].filter(([, peer]) => peer.alive).map(([id, peer]) => ({ nodeId: id, role: peer.role })),
      ].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1)),
    goneNodes: () => {
      const nowMs = monotonic()
      if (nowMs - lastBeatMs > silentMs) return []
      return [...peers]
        .filter(([, { left, stillSinceMs }]) => left || nowMs - stillSinceMs > goneMs)
        .map(([id]) => id)
    },
    async start() {
      timer = setInterval(() => void beatOnce(), heartbeatMs)
      await beatOnce()
    },
    async stop() {
      clearInterval(timer)
      await beating
      await store
        .leave(nodeId)
        .catch((error: unknown) => log.warn({ err: error }, 'the goodbye could not be recorded'))
    },
  }
}
