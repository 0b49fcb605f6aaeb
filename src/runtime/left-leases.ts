import type { GoneHolders, OutboxStore } from '../store/outbox-store.ts'

/** Ends the leases on messages of processes that are certainly gone, so that nobody waits for them to run out. */
export interface LeftLeases {
  /** Looks whose leases end; call it again and again. Resolves with how many ended. */
  end(): Promise<number>
}

/** Creates the look; it writes nothing until it is called. */
export function createLeftLeases(deps: {
  /** Whatever keeps such leases. */
  readonly outboxes: readonly Pick<OutboxStore, 'endLeases'>[]
  readonly nodeId: string
  /** The database serves this process alone: whoever else holds a lease ran before it. */
  readonly alone: boolean
  readonly goneNodes: () => readonly string[]
  readonly now: () => number
}): LeftLeases {
  /** A node that is gone takes no more leases: each is looked after once. */
  let lookedAfter: ReadonlySet<string> = new Set()
  let predecessorsWait = deps.alone

  const endOf = async (gone: GoneHolders): Promise<number> => {
    let ended = 0
    for (const { endLeases } of deps.outboxes) ended += await endLeases(gone, deps.now())
    return ended
  }

  return {
    async end() {
      if (deps.alone) {
        if (!predecessorsWait) return 0
        const ended = await endOf({ allBut: deps.nodeId })
        predecessorsWait = false
        return ended
      }
      const gone = deps.goneNodes()
      const fresh = gone.filter((id) => !lookedAfter.has(id))
      const ended = fresh.length > 0 ? await endOf({ of: fresh }) : 0
      // One that comes back, and goes again, counts anew.
      lookedAfter = new Set(gone)
      return ended
    },
  }
}
