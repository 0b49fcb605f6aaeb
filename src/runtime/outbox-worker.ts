/** Keeps what is due going out on this node: messages by conversation, what follows them by channel. */
export interface OutboxWorker {
  /** Something was queued, here or elsewhere. */
  wake(): void
  /**
   * Takes no new work and waits for what is under way, so long at most.
   * @returns how many lines' work is still under way; their leases will run out
   */
  stop(patienceMs: number): Promise<number>
}

export interface OutboxWorkerDeps<Line extends string> {
  /** Conversations, or whatever has an order of its own within. */
  readonly due: (nowMs: number, limit: number) => Promise<readonly Line[]>
  /** Sends what the line holds; answers when its head is due next. */
  readonly deliver: (line: Line) => Promise<number | undefined>
  readonly now: () => number
  readonly onError: (error: unknown, message: string) => void
}

/** Conversations sent to at the same time on one node: a slow platform holds up only its own. */
const CONCURRENCY = 64
/** Looks for what nobody woke it for: retries, expired leases, other nodes' leftovers. */
const LOOK_EVERY_MS = 1_000

/** Creates and starts the worker. */
export function startOutboxWorker<Line extends string>(deps: OutboxWorkerDeps<Line>): OutboxWorker {
  const underWay = new Map<Line, Promise<void>>()
  let looking: Promise<void> | undefined
  let again = false
  let stopped = false

  const look = async (): Promise<void> => {
    do {
      again = false
      const room = CONCURRENCY - underWay.size
      if (room <= 0) return
      const due = await deps.due(deps.now(), CONCURRENCY + underWay.size)
      for (const line of due) {
        if (underWay.has(line)) continue
        if (underWay.size >= CONCURRENCY) break
        underWay.set(line, deliver(line))
      }
    } while (again && !stopped)
  }

  const deliver = async (line: Line): Promise<void> => {
    try {
      await deps.deliver(line)
    } catch (error) {
      deps.onError(error, 'delivering failed; its lease lets another attempt follow')
    } finally {
      underWay.delete(line)
      if (underWay.size === CONCURRENCY - 1) wake()
    }
  }

  const wake = (): void => {
    again = true
    if (stopped || looking) return
    looking = look()
      .catch((error: unknown) => deps.onError(error, 'looking for due messages failed'))
      .finally(() => {
        looking = undefined
      })
  }

  const timer = setInterval(wake, LOOK_EVERY_MS)
  wake()

  return {
    wake,
    async stop(patienceMs) {
      stopped = true
      clearInterval(timer)
      await looking
      let patience: NodeJS.Timeout | undefined
      const end = new Promise<void>((resolve) => {
        patience = setTimeout(resolve, patienceMs)
      })
      await Promise.race([Promise.all(underWay.values()), end])
      clearTimeout(patience)
      return underWay.size
    },
  }
}
