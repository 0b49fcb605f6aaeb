interface Line {
  busy: number
  /** First come, first served. */
  readonly waiting: Set<() => void>
}

/** Does something when it is a channel's turn. @throws what `refusal` makes when the signal aborts first; what `act` throws */
export type InTurn = <T>(channelId: string, signal: AbortSignal, act: () => Promise<T>) => Promise<T>

/**
 * Lets only so many of each channel do something at the same time on this node; the others wait in order.
 * @param refusal what somebody is told whose signal aborted before it was his turn: he has done nothing
 */
export function createTurns(atOnce: number, refusal: (signal: AbortSignal) => Error): InTurn {
  const lines = new Map<string, Line>()

  const place = ({ waiting }: Line, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(go)
        reject(refusal(signal))
      }
      const go = (): void => {
        waiting.delete(go)
        signal.removeEventListener('abort', leave)
        resolve()
      }
      if (signal.aborted) return leave()
      waiting.add(go)
      signal.addEventListener('abort', leave, { once: true })
    })

  return async (channelId, signal, act) => {
    const line = lines.get(channelId) ?? { busy: 0, waiting: new Set() }
    lines.set(channelId, line)
    if (line.busy < atOnce) line.busy += 1
    else await place(line, signal)
    try {
      return await act()
    } finally {
      // The place is handed on, so that nobody who comes now goes before those who wait.
      const [next] = line.waiting
      if (next) next()
      else line.busy -= 1
      if (line.busy === 0) lines.delete(channelId)
    }
  }
}
