import { type DrainDeps, drainDue, drainOwed, drainWaiting } from '../services/drain-queue.ts'

/** Why the router should look at what waits. */
export type WakeReason =
  /** Something opened, or a place became free. */
  | 'work'
  /** Policies, teams, skills or limits changed. */
  | 'rules'

/** Gives the router what waits: on a trigger, by the clock, and by a sweep for what a crash left. */
export interface RoutingWorker {
  wake(reason: WakeReason): void
  stop(): Promise<void>
}

/** Something that is looked after again and again beside the queue. */
export interface RoutingChore {
  readonly everyMs: number
  readonly failure: string
  readonly run: () => Promise<unknown>
}

export interface RoutingWorkerDeps extends Omit<DrainDeps, 'isStopping'> {
  /** Whether this node leads the queue just now; one at a time does. */
  readonly leads: () => Promise<boolean>
  readonly giveUpLead: () => Promise<void>
  readonly chores: readonly RoutingChore[]
  readonly onError: (error: unknown, message: string) => void
}

const TICK_MS = 1_000
const SWEEP_EVERY_MS = 3_000
/** A run owed for longer than this was left by a crash: the arrival itself runs the router at once. */
const LEFT_AFTER_MS = 3_000

const FAILED = 'routing failed; the sweep tries again'

type Instants = (number | undefined)[]
type Look = 'due' | 'sweep' | WakeReason
/** A look includes those that stand before it. */
const LOOKS: readonly Look[] = ['due', 'sweep', 'work', 'rules']
const wider = (one: Look | undefined, other: Look): Look =>
  one !== undefined && LOOKS.indexOf(one) > LOOKS.indexOf(other) ? one : other

/** Creates and starts the worker. */
export function startRoutingWorker(deps: RoutingWorkerDeps): RoutingWorker {
  let running: Promise<void> | undefined
  let next: Look | undefined = 'work'
  /** Who led before may have ended in the middle of a look at everything. */
  let owesEverything = true
  let stopped = false
  let sweptAtMs = 0
  let lookAgainAtMs: number | undefined
  const doneAtMs = new Map<RoutingChore, number>()
  const drain: DrainDeps = { ...deps, isStopping: () => stopped }

  /** What fails is tried again by the sweep, and holds up nothing else. @returns whether it went well */
  const attempt = async (instants: Instants, run: () => Promise<number | undefined>): Promise<boolean> => {
    try {
      instants.push(await run())
      return true
    } catch (error) {
      deps.onError(error, FAILED)
      return false
    }
  }

  const look = async (kind: Look): Promise<void> => {
    const instants: Instants = []
    await attempt(instants, () => drainDue(drain))
    if (kind !== 'due') {
      sweptAtMs = deps.now()
      const trigger = kind === 'sweep' ? 'sweep' : kind === 'rules' ? 'rules' : 'capacity'
      const beforeMs = kind === 'sweep' ? deps.now() - LEFT_AFTER_MS : undefined
      const everything = kind === 'rules' || owesEverything
      owesEverything = everything
      await attempt(instants, () => drainOwed(trigger, drain, beforeMs))
      if (await attempt(instants, () => drainWaiting(trigger, drain, everything))) owesEverything = stopped
      lookAgainAtMs = undefined
    }
    const known = [...instants, lookAgainAtMs].filter((at) => at !== undefined)
    lookAgainAtMs = known.length === 0 ? undefined : Math.min(...known)
  }

  const runChores = async (): Promise<void> => {
    for (const chore of deps.chores) {
      if (stopped || deps.now() - (doneAtMs.get(chore) ?? 0) < chore.everyMs) continue
      doneAtMs.set(chore, deps.now())
      await chore.run().catch((error: unknown) => deps.onError(error, chore.failure))
    }
  }

  /** @returns whether this node leads */
  const run = async (): Promise<boolean> => {
    if (!(await deps.leads())) {
      // Whoever leads hears of the same; when nobody does, the next tick does.
      next = 'work'
      owesEverything = true
      return false
    }
    while (next !== undefined && !stopped) {
      const kind = next
      next = undefined
      await look(kind)
    }
    await runChores()
    return true
  }

  const start = (): void => {
    if (stopped || running) return
    running = run()
      .catch((error: unknown) => {
        deps.onError(error, FAILED)
        return false
      })
      .then((led) => {
        running = undefined
        // Somebody woke it during the chores.
        if (led && next !== undefined) start()
      })
  }

  const tick = (): void => {
    const nowMs = deps.now()
    const sweeps = nowMs - sweptAtMs >= SWEEP_EVERY_MS || (lookAgainAtMs ?? nowMs + 1) <= nowMs
    next = wider(next, sweeps ? 'sweep' : 'due')
    start()
  }

  const timer = setInterval(tick, TICK_MS)
  start()

  return {
    wake(reason) {
      next = wider(next, reason)
      start()
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
      await deps.giveUpLead().catch((error: unknown) => deps.onError(error, 'the lead was not given up'))
    },
  }
}
