/** Asks platforms who customers are, beside the way in: a few at a time, each customer once. */
import type { LookUp } from '../services/look-up-identity.ts'

export interface LookUps {
  /** Asks soon, unless he is waiting already or too many are: then his next message asks again. */
  want(lookUp: LookUp): void
  /** Begins nothing further. */
  stop(): void
}

const LANES = 2
const MOST_WAITING = 1_000

export function createLookUps(deps: {
  readonly lookUp: (wanted: LookUp) => Promise<void>
  readonly onFailure: (error: unknown, wanted: LookUp) => void
  /** How long after a failure he is asked for once more, milliseconds. */
  readonly retryMs: number
  readonly mostTries?: number
}): LookUps {
  const waiting = new Map<string, { readonly wanted: LookUp; readonly tries: number }>()
  const timers = new Map<string, NodeJS.Timeout>()
  const underWay = new Set<string>()
  const mostTries = deps.mostTries ?? 5
  let lanes = 0
  let stopped = false

  const work = async (): Promise<void> => {
    for (let [next] = waiting; next && !stopped; [next] = waiting) {
      const [key, { wanted, tries }] = next
      waiting.delete(key)
      underWay.add(key)
      try {
        await deps.lookUp(wanted)
      } catch (error) {
        deps.onFailure(error, wanted)
        if (tries + 1 < mostTries) tryLater(key, wanted, tries + 1)
      } finally {
        underWay.delete(key)
      }
    }
  }

  const tryLater = (key: string, wanted: LookUp, tries: number): void => {
    if (stopped || timers.size >= MOST_WAITING) return
    const timer = setTimeout(() => {
      timers.delete(key)
      add(key, wanted, tries)
    }, deps.retryMs)
    timer.unref()
    timers.set(key, timer)
  }

  const add = (key: string, wanted: LookUp, tries: number): void => {
    if (stopped || underWay.has(key) || waiting.has(key) || timers.has(key)) return
    if (waiting.size >= MOST_WAITING) return
    waiting.set(key, { wanted, tries })
    if (lanes >= LANES) return
    lanes += 1
    void work().finally(() => {
      lanes -= 1
    })
  }

  return {
    want: (wanted) => add(wanted.identityId, wanted, 0),
    stop() {
      stopped = true
      waiting.clear()
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
