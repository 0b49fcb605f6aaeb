import { JOURNAL_PARTITIONS } from '../store/journal-store.ts'
import { createProjector, type Projector, type ProjectorDeps } from './projector.ts'

interface LaneKind {
  readonly name: string
  readonly lanes: number
  readonly has: (partition: number) => boolean
  readonly batch?: number
}

/**
 * Two lanes of each kind: while one waits for the database, or for a thread that parses, the other goes on. What
 * sessions bring goes in lanes and batches of its own, so that a chat waits for no letter; those batches are small,
 * so that a chat never stands behind many letters' share of this thread and of the database (measured: at 16 it waits a
 * third of what it does at 64, and the letters lose nothing, since parsing is what takes them time).
 */
const KINDS: readonly LaneKind[] = [
  { name: 'projector', lanes: 2, has: (partition) => partition < JOURNAL_PARTITIONS },
  { name: 'session-projector', lanes: 2, has: (partition) => partition >= JOURNAL_PARTITIONS, batch: 16 },
]

/**
 * Several projectors side by side as one. Each has partitions of its own, so that the messages of one sender stay
 * in order.
 * @param held the partitions of this node
 */
export function createProjectorLanes(
  held: () => ReadonlySet<number>,
  deps: Omit<ProjectorDeps, 'held' | 'oneAtATime' | 'name' | 'batch'>,
): Projector {
  const projectors = KINDS.flatMap(({ name, lanes, has, batch }) => {
    // Each kind for itself: a suspect chat must not wait until a suspect letter was given up.
    const oneAtATime = inTurn()
    return Array.from({ length: lanes }, (_, lane) =>
      createProjector({
        ...deps,
        oneAtATime,
        name: `${name}:${lane}`,
        held: () => new Set([...held()].filter((partition) => has(partition) && partition % lanes === lane)),
        ...(batch === undefined ? {} : { batch }),
      }),
    )
  })
  return {
    offer: (entries) => {
      for (const projector of projectors) projector.offer(entries)
    },
    scan: () => {
      for (const projector of projectors) projector.scan()
    },
    get depth() {
      return projectors.reduce((sum, { depth }) => sum + depth, 0)
    },
    lagMs: () => Math.max(...projectors.map(({ lagMs }) => lagMs())),
    idle: async () => {
      await Promise.all(projectors.map(({ idle }) => idle()))
    },
    stop: async () => {
      await Promise.all(projectors.map(({ stop }) => stop()))
    },
  }
}

function inTurn(): (attempt: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve()
  return (attempt) => {
    const result = last.then(attempt)
    last = result.catch(() => undefined)
    return result
  }
}
