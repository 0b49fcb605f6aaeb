/** What a run begins with, so that the first in a long queue are not kept waiting for the others. */
export const LEAST_BATCH = 200
/** One reading of the agents, and one reservation for each of them, serve as many. */
const MOST_BATCH = 1_000
/** Runs quicker than this may be larger. */
const QUICK_MS = 500
/** Runs slower than this must be smaller: what was reserved is good for some seconds only. */
const SLOW_MS = 1_500

/** How many conversations the next run takes. */
export interface BatchSize {
  now(): number
  ran(count: number, tookMs: number): void
}

/** A size that grows while runs are quick and shrinks when they are slow, by what this machine can do just now. */
export function createBatchSize(): BatchSize {
  let size = LEAST_BATCH
  return {
    now: () => size,
    ran(count, tookMs) {
      if (tookMs > SLOW_MS) size = Math.max(LEAST_BATCH, Math.floor(size / 2))
      else if (tookMs < QUICK_MS && count >= size) size = Math.min(MOST_BATCH, size * 2)
    },
  }
}
