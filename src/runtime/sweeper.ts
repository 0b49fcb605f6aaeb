/** One kind of record that expires. */
export interface Sweep {
  readonly name: string
  /** Removes what expired before `now`. @returns how many records went */
  run(now: Date): Promise<number>
}

/** Removes expired records: the embedded engine creates TTL indexes but never acts on them. */
export interface Sweeper {
  stop(): Promise<void>
}

const SWEEP_EVERY_MS = 60_000
const FIRST_AFTER_MS = 5_000

/** Starts sweeping; one failing kind does not hold up the others. */
export function startSweeper(deps: {
  readonly sweeps: readonly Sweep[]
  readonly now: () => number
  readonly onSwept: (name: string, count: number) => void
  readonly onError: (error: unknown, message: string) => void
}): Sweeper {
  let running: Promise<void> | undefined
  const sweepAll = async (): Promise<void> => {
    for (const { name, run } of deps.sweeps) {
      try {
        const count = await run(new Date(deps.now()))
        if (count > 0) deps.onSwept(name, count)
      } catch (error) {
        deps.onError(error, `sweeping ${name} failed`)
      }
    }
  }
  const start = (): void => {
    running ??= sweepAll().finally(() => {
      running = undefined
    })
  }
  const first = setTimeout(start, FIRST_AFTER_MS)
  const timer = setInterval(start, SWEEP_EVERY_MS)
  return {
    async stop() {
      clearTimeout(first)
      clearInterval(timer)
      await running
    },
  }
}
