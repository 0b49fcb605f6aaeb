/** Wakes whoever waits for something to happen in a mailbox; a ring that nobody waited for is kept. */
export interface Bell {
  ring(): void
  /** Whether it rang since the last time it was asked or waited for. */
  rang(): boolean
  /** Resolves at the next ring, or after a while, or when the signal aborts. */
  wait(forMs: number, signal: AbortSignal): Promise<void>
}

export function createBell(): Bell {
  let rung = false
  let wake: (() => void) | undefined
  const take = (): boolean => {
    const was = rung
    rung = false
    return was
  }
  return {
    ring: () => {
      rung = true
      wake?.()
    },
    rang: take,
    async wait(forMs, signal) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, forMs)
          const end = (): void => resolve()
          signal.addEventListener('abort', end, { once: true })
          wake = () => {
            clearTimeout(timer)
            signal.removeEventListener('abort', end)
            resolve()
          }
        })
        wake?.()
        wake = undefined
      }
      rung = false
    },
  }
}
