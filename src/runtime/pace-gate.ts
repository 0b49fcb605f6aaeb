import type { PaceLimit } from '../domain/capabilities.ts'
import { afterSending, earliestMs, RESTED } from '../domain/pacing.ts'

/** Lets the messages of a channel go to its platform one by one, at the very moment that they may. */
export interface PaceGate {
  setLimit(limit: PaceLimit | undefined): void
  /** When the next message may go at the earliest, those not counted that wait here. */
  earliestMs(): number
  /** How many messages may be made ready at the same time, so that there is always one to go. */
  readonly ahead: number
  /**
   * Waits for a message's turn.
   * @returns false when that is too far away: the message is to be put back
   */
  pass(): Promise<boolean>
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
  const waiting: ((goes: boolean) => void)[] = []
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
        for (const resolve of waiting.splice(0)) resolve(false)
        return
      }
      if (waitMs > 0) {
        timer = setTimeout(turn, Math.max(1, Math.ceil(waitMs)))
        return
      }
      if (limit) state = afterSending(limit, state, nowMs)
      waiting.shift()?.(true)
    }
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
