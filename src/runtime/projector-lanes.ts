import { createProjector, type Projector, type ProjectorDeps } from './projector.ts'

/**
 * Several projectors side by side as one. Each has partitions of its own, so that the messages of one sender stay
 * in order.
 * @param held the partitions of this node
 */
export function createProjectorLanes(
  lanes: number,
  held: () => ReadonlySet<number>,
  deps: Omit<ProjectorDeps, 'held' | 'oneAtATime'>,
): Projector {
  let last: Promise<unknown> = Promise.resolve()
  const oneAtATime = (attempt: () => Promise<void>): Promise<void> => {
    const result = last.then(attempt)
    last = result.catch(() => undefined)
    return result
  }
  const projectors = Array.from({ length: lanes }, (_, lane) =>
    createProjector({
      ...deps,
      oneAtATime,
      name: `${deps.name}:${lane}`,
      held: () => new Set([...held()].filter((partition) => partition % lanes === lane)),
    }),
  )
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
