/** A Ctrl-C arrives twice: from the terminal, and from the npm or other parent that passes it on. */
const SAME_WISH_MS = 1_500

export interface StopDeps {
  /** `process`, as far as it is used. */
  readonly signals: { on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown }
  readonly stop: () => Promise<void>
  /** After this long the process ends, whatever is still under way. */
  readonly timeoutMs: number
  readonly exit: (code: number) => void
  readonly log: {
    info(fields: object, text: string): void
    error(fields: object, text: string): void
  }
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number
}

/** Ends the process in order at the first signal, and at once at a second one that is meant. */
export function stopOnSignals({ signals, stop, timeoutMs, exit, log, now }: StopDeps): void {
  let askedAtMs: number | undefined

  const asked = (signal: string): void => {
    if (askedAtMs !== undefined) {
      if (now() - askedAtMs > SAME_WISH_MS) exit(130)
      return
    }
    askedAtMs = now()
    log.info({ signal }, 'stopping')
    setTimeout(() => {
      log.error({}, 'stopping took too long; what was acknowledged is in the journal')
      exit(1)
    }, timeoutMs).unref()
    stop().then(
      () => exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed')
        exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) signals.on(signal, () => asked(signal))
}
