import type { DeliveryCertainty } from '../domain/delivery.ts'

/** What a connector says when a send, a check or a fetch failed. */
export interface ConnectorErrorFacts {
  /** Short, stable, kebab-case: `bad-credentials`, `blocked-by-recipient`, `rate-limited`. */
  readonly code: string
  /** In words an agent understands; never a secret. */
  readonly detail?: string
  readonly retry: 'never' | 'later'
  /** `unknown` when the platform may have accepted it: then only a person sends again. */
  readonly delivery: DeliveryCertainty
  /** What the platform asks for; longer than {@link MOST_RETRY_AFTER_MS} is not believed. */
  readonly retryAfterMs?: number
  /** `channel` when the platform takes nothing of the whole channel until `retryAfterMs` is over; one message otherwise. */
  readonly holds?: 'message' | 'channel'
  /** The customer has told the platform that he wants no messages of this channel: kept with his identity. */
  readonly optedOut?: boolean
}

/**
 * A wrong header must not silence a channel for a year. Who asks for longer is asked again after an hour, which harms no
 * platform.
 */
export const MOST_RETRY_AFTER_MS = 3_600_000

/** The only error a connector may throw from `send`, `check`, `activate`, `deactivate` and `fetchAttachment`. */
export class ConnectorError extends Error {
  readonly facts: ConnectorErrorFacts

  constructor(facts: ConnectorErrorFacts, options?: { readonly cause?: unknown }) {
    super(facts.detail ?? facts.code, options)
    this.name = 'ConnectorError'
    const { retryAfterMs } = facts
    this.facts = retryAfterMs === undefined ? facts : { ...facts, retryAfterMs: believed(retryAfterMs) }
  }
}

const believed = (retryAfterMs: number): number =>
  retryAfterMs > 0 ? Math.min(retryAfterMs, MOST_RETRY_AFTER_MS) : 0
