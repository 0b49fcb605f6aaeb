import type { PaceLimit } from './capabilities.ts'

/** What is known of the messages that went under one limit. Instants are milliseconds of any one clock. */
export interface PaceState {
  /** When the next message would go if all were spread evenly. */
  readonly evenAtMs: number
  /** From when those count that count still, oldest first: when they went, or later where their answer came late. */
  readonly wentAtMs: readonly number[]
}

/** Before anything went. */
export const RESTED: PaceState = { evenAtMs: Number.NEGATIVE_INFINITY, wentAtMs: [] }

/**
 * Messages are spread evenly to within this part of the limit's time: timers wake late, and what they lose could not be
 * made up for if each message had to keep its distance to the millisecond.
 */
const LEEWAY = 0.1
const MOST_LEEWAY_MS = 100
/** Neither their clock nor ours is exact. */
const MARGIN = 1.01
/**
 * The platform counts messages as they arrive, and some are on their way for longer than others: such a one counts from
 * later, by this part of the limit's time at most.
 */
const MOST_LATE = 0.1

/** @returns how far apart messages are that are spread evenly, milliseconds */
const gapMs = ({ messages, perMs }: PaceLimit): number => (perMs * MARGIN) / messages

/**
 * The earliest instant at which one more message may go: never more than `messages` go within any `perMs`, a burst
 * included, and they are spread evenly but for the burst, to within 100 ms.
 * @returns an instant that may lie in the past
 */
export function earliestMs(limit: PaceLimit, { evenAtMs, wentAtMs }: PaceState): number {
  const { messages, perMs, burst = 1 } = limit
  const leewayMs = Math.max((burst - 1) * gapMs(limit), Math.min(perMs * LEEWAY, MOST_LEEWAY_MS))
  const first = wentAtMs.length < messages ? undefined : wentAtMs[wentAtMs.length - messages]
  return Math.max(evenAtMs - leewayMs, (first ?? Number.NEGATIVE_INFINITY) + perMs * MARGIN)
}

/** The state once a message went at `nowMs`, which is not before {@link earliestMs}. */
export function afterSending(limit: PaceLimit, { evenAtMs, wentAtMs }: PaceState, nowMs: number): PaceState {
  return {
    evenAtMs: Math.max(evenAtMs, nowMs) + gapMs(limit),
    wentAtMs: inOrder(
      wentAtMs.filter((atMs) => atMs > nowMs - limit.perMs * MARGIN),
      nowMs,
    ),
  }
}

/**
 * The state once the platform has answered a message that went at `wentAtMs`.
 * @param lateMs how much longer that took than the quickest answer: by so much it may have arrived late
 */
export function afterAnswer(
  { perMs }: PaceLimit,
  state: PaceState,
  wentAtMs: number,
  lateMs: number,
): PaceState {
  const index = state.wentAtMs.indexOf(wentAtMs)
  if (index < 0 || lateMs <= 0) return state
  const countsFromMs = wentAtMs + Math.min(lateMs, perMs * MOST_LATE)
  return { ...state, wentAtMs: inOrder(state.wentAtMs.toSpliced(index, 1), countsFromMs) }
}

function inOrder(sorted: readonly number[], value: number): readonly number[] {
  const at = sorted.findLastIndex((one) => one <= value) + 1
  return sorted.toSpliced(at, 0, value)
}

/** Whether nothing that went matters any more at `nowMs`: the state may be forgotten. */
export function isRested(limit: PaceLimit, { evenAtMs, wentAtMs }: PaceState, nowMs: number): boolean {
  const last = wentAtMs.at(-1) ?? Number.NEGATIVE_INFINITY
  return evenAtMs <= nowMs && last + limit.perMs * MARGIN <= nowMs
}

/** One node's part of a limit that several keep to without asking each other. */
export function shareOf(limit: PaceLimit, nodes: number): PaceLimit {
  if (nodes <= 1) return limit
  const { messages, perMs, burst = 1 } = limit
  return { messages, perMs: perMs * nodes, burst: Math.max(1, Math.floor(burst / nodes)) }
}
