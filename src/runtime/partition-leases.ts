import { JOURNAL_PARTITIONS, SESSION_PARTITIONS } from '../store/journal-store.ts'
import type { LeaseStore } from '../store/lease-store.ts'

/** The journal partitions that this node projects. */
export interface PartitionLeases {
  readonly held: ReadonlySet<number>
  /** Takes, keeps and gives back partitions so that living nodes share them; call it every {@link RENEW_EVERY_MS}. */
  renew(): Promise<readonly number[]>
  release(): Promise<void>
}

export const RENEW_EVERY_MS = 2_000
const LEASE_MS = 7_000

/** Of each kind of work a node gets its share, so that none has all the chats and another all the letters. */
const GROUPS = [
  { first: 0, count: JOURNAL_PARTITIONS },
  { first: JOURNAL_PARTITIONS, count: SESSION_PARTITIONS },
] as const

const nameOf = (partition: number): string => `journal:${partition}`

/**
 * Creates the node's share of partitions. Two nodes that hold one partition for a moment do no harm (every station
 * is idempotent), only the order of one sender's messages could suffer.
 */
export function createPartitionLeases(deps: {
  readonly leases: Pick<LeaseStore, 'acquire' | 'prolong' | 'release'>
  readonly nodeId: string
  /** How many nodes project, this one included. */
  readonly nodes: () => number
  /** The database serves this process alone: leases left by a killed one are void. */
  readonly alone: boolean
  readonly now: () => number
}): PartitionLeases {
  const held = new Set<number>()
  let renewedAtMs = 0

  const gain = async (first: number, count: number, share: number): Promise<number[]> => {
    const gained: number[] = []
    const isOurs = (partition: number): boolean => partition >= first && partition < first + count
    let size = [...held].filter(isOurs).length
    for (let partition = first; isOurs(partition) && size < share; partition += 1) {
      if (held.has(partition)) continue
      const lease = await deps.leases.acquire(nameOf(partition), deps.nodeId, LEASE_MS, deps.alone)
      if (!lease) continue
      held.add(partition)
      gained.push(partition)
      size += 1
    }
    return gained
  }

  return {
    get held() {
      // A node that slept longer than its leases ran must not act on them.
      return deps.alone || deps.now() - renewedAtMs < LEASE_MS ? held : new Set<number>()
    },
    async renew() {
      const nodes = Math.max(1, deps.nodes())
      for (const { first, count } of GROUPS) {
        const mine = [...held].filter((partition) => partition >= first && partition < first + count)
        for (const partition of mine.slice(0, Math.max(0, mine.length - Math.ceil(count / nodes)))) {
          held.delete(partition)
          await deps.leases.release(nameOf(partition), deps.nodeId)
        }
      }
      const prolonged = await deps.leases.prolong([...held].map(nameOf), deps.nodeId, LEASE_MS)
      for (const partition of held) if (!prolonged.has(nameOf(partition))) held.delete(partition)
      const gained = await Promise.all(
        GROUPS.map(({ first, count }) => gain(first, count, Math.ceil(count / nodes))),
      )
      renewedAtMs = deps.now()
      return gained.flat()
    },
    async release() {
      const names = [...held].map(nameOf)
      held.clear()
      await Promise.all(names.map((name) => deps.leases.release(name, deps.nodeId)))
    },
  }
}
