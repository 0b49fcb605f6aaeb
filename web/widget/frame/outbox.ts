import type { ErrorCode } from '../../../src/domain/errors.ts'
import { isPassing, isProblem, ProblemError } from '../../shared/problem.ts'

const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 30_000

/** Hands posts to the server one after the other, each until it is taken or refused for good. */
export interface Outbox {
  /** Looks for work; also ends a pause between two tries at once. */
  wake(): void
}

/** What an outbox needs. */
export interface OutboxDeps<T> {
  /** The oldest post that waits. */
  readonly next: () => T | undefined
  readonly post: (item: T) => Promise<void>
  /** Gets a new session after a 401; false when there is none to be had just now. */
  readonly renew: () => Promise<boolean>
  readonly onAccepted: (item: T) => void
  readonly onRefused: (item: T, code: ErrorCode) => void
  readonly random: () => number
}

export function createOutbox<T>(deps: OutboxDeps<T>): Outbox {
  let running = false
  let endPause: (() => void) | undefined

  const pause = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => endPause?.(), delayMs)
      endPause = () => {
        clearTimeout(timer)
        endPause = undefined
        resolve()
      }
    })

  const run = async (): Promise<void> => {
    let tries = 0
    for (let item = deps.next(); item !== undefined; item = deps.next()) {
      try {
        await deps.post(item)
        tries = 0
        deps.onAccepted(item)
      } catch (error) {
        tries += 1
        if (isProblem(error, 'invalid-token') && tries < 3 && (await deps.renew())) continue
        if (!isPassing(error) && !isProblem(error, 'invalid-token')) {
          tries = 0
          deps.onRefused(item, error instanceof ProblemError ? error.problem.code : 'internal')
          continue
        }
        await pause(delayOf(error, tries, deps.random()))
      }
    }
  }

  return {
    wake() {
      endPause?.()
      if (running) return
      running = true
      void run().finally(() => {
        running = false
      })
    },
  }
}

/** Doubles from one second to thirty, with jitter; never less than the server asked for. */
function delayOf(error: unknown, tries: number, random: number): number {
  const asked = error instanceof ProblemError ? (error.problem.retryAfterSeconds ?? 0) * 1_000 : 0
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(tries - 1, 10))
  return Math.max(asked, ceiling / 2 + (ceiling / 2) * random)
}
