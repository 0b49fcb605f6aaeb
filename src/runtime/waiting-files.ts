/** Works through files that their platforms do not keep for long, a few at a time. */
import { setTimeout as sleep } from 'node:timers/promises'

export interface WaitingFiles {
  /** A message with such files came. */
  wake(): void
  /** Waits for those under way, not longer than `patienceMs`. */
  stop(patienceMs: number): Promise<void>
}

const LANES = 4
/** What another node left behind, and what is to be tried again. */
const LOOK_EVERY_MS = 5_000

/** @param fetchNext fetches one; false when none is due */
export function startWaitingFiles(deps: {
  readonly fetchNext: () => Promise<boolean>
  readonly onError: (error: unknown, message: string) => void
}): WaitingFiles {
  const lanes = new Map<number, Promise<void>>()
  let stopped = false

  const work = async (): Promise<void> => {
    while (!stopped && (await deps.fetchNext()));
  }

  const wake = (): void => {
    for (let lane = 0; lane < LANES && !stopped; lane += 1) {
      if (lanes.has(lane)) continue
      lanes.set(
        lane,
        work()
          .catch((error: unknown) => deps.onError(error, 'fetching the files of a message failed'))
          .finally(() => lanes.delete(lane)),
      )
    }
  }

  const timer = setInterval(wake, LOOK_EVERY_MS)
  wake()
  return {
    wake,
    async stop(patienceMs) {
      stopped = true
      clearInterval(timer)
      await Promise.race([Promise.all(lanes.values()), sleep(patienceMs, undefined, { ref: false })])
    },
  }
}
