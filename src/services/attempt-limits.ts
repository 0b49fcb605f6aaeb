/** Who tried: the account as typed, whether or not it exists, and the address the request came from. */
export interface Attempt {
  readonly account: string
  readonly address: string
}

/**
 * Counts attempts at proving an identity. Each is counted before it is looked at, so that a thousand at once are
 * not all let through.
 */
export interface AttemptLimits {
  /** @throws AppError `locked-out` when the account or the address has failed too often */
  begin(attempt: Attempt): Promise<void>
  /** The attempt was right: the account starts anew, the address gets its attempt back. */
  succeeded(attempt: Attempt): Promise<void>
  /** The attempt proved nothing yet, but was not wrong either: it does not count. */
  undone(attempt: Attempt): Promise<void>
  /** Removes counters that ran out. */
  sweep(now: Date): Promise<number>
}
