/** Providers allow few connections per mailbox, Microsoft three; the others of a busy desk wait here, not there. */
const AT_ONCE = 3

interface Line {
  busy: number
  readonly waiting: Set<() => void>
}

const lines = new Map<string, Line>()

/** Runs something while at most three of the channel run; who waits goes in order. Rejects when the signal aborts first. */
export async function inTurn<T>(channelId: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  const line = lines.get(channelId) ?? { busy: 0, waiting: new Set() }
  lines.set(channelId, line)
  if (line.busy < AT_ONCE) line.busy += 1
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

function place({ waiting }: Line, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(go)
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)))
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
}
