import type { RoutingTrigger } from '../services/route-conversations.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'

/** Gives the router what waits: on a trigger, and by a sweep for what a crash left. */
export interface RoutingWorker {
  /** Somebody may have become available, or something opened. */
  wake(): void
  stop(): Promise<void>
}

export interface RoutingWorkerDeps {
  readonly queue: (
    status: 'pending' | 'waiting',
    limit: number,
    beforeMs?: number,
  ) => Promise<readonly StoredConversation[]>
  readonly route: (conversations: readonly StoredConversation[], trigger: RoutingTrigger) => Promise<void>
  readonly now: () => number
  readonly onError: (error: unknown, message: string) => void
}

const SWEEP_EVERY_MS = 5_000
/** A run owed for longer than this was left by a crash: the arrival itself runs the router at once. */
const LEFT_AFTER_MS = 3_000
const BATCH = 200

/** Creates and starts the worker. */
export function startRoutingWorker(deps: RoutingWorkerDeps): RoutingWorker {
  let running: Promise<void> | undefined
  let again = false
  let stopped = false

  const run = async (trigger: RoutingTrigger): Promise<void> => {
    do {
      again = false
      const owed = await deps.queue(
        'pending',
        BATCH,
        trigger === 'sweep' ? deps.now() - LEFT_AFTER_MS : undefined,
      )
      if (owed.length > 0) await deps.route(owed, trigger)
      const waiting = await deps.queue('waiting', BATCH)
      if (waiting.length > 0) await deps.route(waiting, trigger)
    } while (again && !stopped)
  }

  const start = (trigger: RoutingTrigger): void => {
    if (stopped) return
    if (running) {
      again = again || trigger !== 'sweep'
      return
    }
    running = run(trigger)
      .catch((error: unknown) => deps.onError(error, 'routing failed; the sweep tries again'))
      .finally(() => {
        running = undefined
        if (again) start('capacity')
      })
  }

  const timer = setInterval(() => start('sweep'), SWEEP_EVERY_MS)
  start('sweep')

  return {
    wake: () => start('capacity'),
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
    },
  }
}
