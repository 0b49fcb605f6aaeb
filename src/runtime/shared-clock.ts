import type { NodeRecordStore } from '../store/node-records.ts'

/** The clock that all processes over one database agree on, wherever their own ones stand. */
export interface SharedClock {
  /** Milliseconds since the epoch, by the database. */
  now(): number
  /** The node records, from whose heartbeats the clock learns how late it is. */
  readonly nodes: NodeRecordStore
}

/** So far apart clocks may be without harm: their own one is read, which nothing moves but itself. */
const CLOSE_MS = 1_000

/**
 * Creates the clock: this process's own one until a heartbeat has shown that it is wrong.
 * @param deps.now of this process, milliseconds since the epoch
 */
export function createSharedClock(deps: {
  readonly nodes: NodeRecordStore
  readonly now: () => number
  readonly log: { warn(facts: object, message: string): void }
}): SharedClock {
  const { nodes, now, log } = deps
  let aheadMs = 0

  const hear = (databaseMs: number, askedMs: number): void => {
    const answeredMs = now()
    // The database said so at some time between the two.
    const isClose = databaseMs >= askedMs - CLOSE_MS && databaseMs <= answeredMs + CLOSE_MS
    const differenceMs = isClose ? 0 : databaseMs - Math.round((askedMs + answeredMs) / 2)
    if (differenceMs !== 0 && aheadMs === 0) {
      log.warn({ differenceMs }, 'the clock of this machine is not that of the database')
    }
    aheadMs = differenceMs
  }

  return {
    now: () => now() + aheadMs,
    nodes: {
      ...nodes,
      async beat(...who) {
        const askedMs = now()
        const records = await nodes.beat(...who)
        hear(records.now.getTime(), askedMs)
        return records
      },
    },
  }
}
