import type { PaceLimit } from '../domain/capabilities.ts'
import { afterAnswer, afterSending, earliestMs, RESTED } from '../domain/pacing.ts'

/** That a message went. */
export interface Passage {
  readonly wentAtMs: number
  /**
   * To be called once the platform has answered.
   * @returns how much longer that took than the quickest answer of late, milliseconds
   */
  answered(): number
}

/** Lets the messages of a channel go to its platform one by one, at the very moment that they may. */
export interface PaceGate {
  setLimit(limit: PaceLimit | undefined): void
  /** When the next message may go at the earliest, those not counted that wait here. */
  earliestMs(): number
  /** How many messages may be made ready at the same time, so that there is always one to go. */
  readonly ahead: number
  /**
   * Waits for a message's turn.
   * @returns undefined when that is too far away: the message is to be put back
   */
  pass(): Promise<Passage | undefined>
  /** Lets nothing go until then. */
  hold(untilMs: number): void
  /** Lets nothing go any more. */
  close(): void
}

/** Nobody holds a message in hand for longer only to wait. */
const LONGEST_WAIT_MS = 2_000
/** So much time's worth of messages is made ready ahead. */
export const LEAD_MS = 500

/** Creates a gate without a limit. */
export function createPaceGate({ now }: { readonly now: () => number }): PaceGate {
  const waiting: ((passage: Passage | undefined) => void)[] = []
  const quickest = createQuickest()
  let limit: PaceLimit | undefined
  let state = RESTED
  let heldUntilMs = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const earliest = (): number => Math.max(heldUntilMs, limit ? earliestMs(limit, state) : 0)

  const turn = (): void => {
    clearTimeout(timer)
    while (waiting.length > 0) {
      const nowMs = now()
      const waitMs = earliest() - nowMs
      if (closed || waitMs > LONGEST_WAIT_MS) {
        for (const resolve of waiting.splice(0)) resolve(undefined)
        return
      }
      if (waitMs > 0) {
        timer = setTimeout(turn, Math.max(1, Math.ceil(waitMs)))
        return
      }
      if (limit) state = afterSending(limit, state, nowMs)
      waiting.shift()?.({ wentAtMs: nowMs, answered: () => answered(nowMs) })
    }
  }

  const answered = (wentAtMs: number): number => {
    const nowMs = now()
    const lateMs = nowMs - wentAtMs - quickest.note(nowMs - wentAtMs, nowMs)
    if (limit) state = afterAnswer(limit, state, wentAtMs, lateMs)
    return lateMs
  }

  return {
    setLimit(next) {
      limit = next
      turn()
    },
    earliestMs: earliest,
    get ahead() {
      return limit ? Math.ceil((limit.messages / limit.perMs) * LEAD_MS) : Number.POSITIVE_INFINITY
    },
    pass: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        turn()
      }),
    hold(untilMs) {
      heldUntilMs = Math.max(heldUntilMs, untilMs)
      turn()
    },
    close() {
      closed = true
      turn()
    },
  }
}

/** A platform that became slower for good is known as such after this time, or twice it. */
const EPOCH_MS = 60_000

/** Remembers the shortest of late. */
function createQuickest() {
  let sinceMs = Number.NEGATIVE_INFINITY
  let before = Number.POSITIVE_INFINITY
  let current = Number.POSITIVE_INFINITY
  return {
    /** @returns the shortest now, this one included */
    note(tookMs: number, nowMs: number): number {
      if (nowMs - sinceMs > EPOCH_MS) {
        before = nowMs - sinceMs > 2 * EPOCH_MS ? Number.POSITIVE_INFINITY : current
        current = Number.POSITIVE_INFINITY
        sinceMs = nowMs
      }
      current = Math.min(current, tookMs)
      return Math.min(before, current)
    },
  }
}
