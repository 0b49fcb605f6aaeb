/**
 * The outbox entry inside a message. `queued` waits for its turn, `leased` is in a worker's hands, `done` left us,
 * `dead` was given up, `unknown` may or may not have reached the customer and wants a person.
 */
export type DeliveryState = 'queued' | 'leased' | 'done' | 'dead' | 'unknown'

/** How sure we are that nothing left: only `not-sent` may be retried by itself. */
export type DeliveryCertainty = 'not-sent' | 'unknown'

/** How often and how fast a delivery is tried again. */
export interface RetrySchedule {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number
  readonly firstDelayMs: number
  readonly longestDelayMs: number
}

/** Used unless a connector's capabilities say otherwise: one to two hours in all. */
export const DEFAULT_RETRY_SCHEDULE: RetrySchedule = {
  maxAttempts: 14,
  firstDelayMs: 1_000,
  longestDelayMs: 3_600_000,
}

/**
 * How long to wait after a failed attempt: exponential with equal jitter, so that many failures at once do not
 * come back at once.
 * @param attempts attempts made so far, at least 1
 * @param retryAfterMs what the platform asked for; never undercut
 * @param random uniform in [0, 1)
 */
export function backoffMs(
  attempts: number,
  schedule: RetrySchedule,
  random: number,
  retryAfterMs = 0,
): number {
  const ceiling = Math.min(schedule.longestDelayMs, schedule.firstDelayMs * 2 ** Math.min(attempts - 1, 40))
  return Math.max(retryAfterMs, Math.round(ceiling / 2 + (ceiling / 2) * random))
}

/** What a failed attempt leads to. */
export type AfterFailure =
  | { readonly next: 'retry'; readonly delayMs: number }
  | { readonly next: 'dead' }
  | { readonly next: 'unknown' }

/** The facts of one failed attempt, as a connector reports them. */
export interface SendFailure {
  readonly retry: 'never' | 'later'
  readonly delivery: DeliveryCertainty
  readonly retryAfterMs?: number
}

/**
 * Decides what follows a failed attempt. An uncertain one is never repeated by itself.
 * @param attempts attempts made so far, this one included
 */
export function afterFailure(
  failure: SendFailure,
  attempts: number,
  schedule: RetrySchedule,
  random: number,
): AfterFailure {
  if (failure.delivery === 'unknown') return { next: 'unknown' }
  if (failure.retry === 'never' || attempts >= schedule.maxAttempts) return { next: 'dead' }
  return { next: 'retry', delayMs: backoffMs(attempts, schedule, random, failure.retryAfterMs) }
}
