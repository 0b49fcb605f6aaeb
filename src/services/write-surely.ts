import { setTimeout as sleep } from 'node:timers/promises'
import { isDatabaseUnavailable } from '../store/database-error.ts'

export interface WriteSurelyDeps {
  /** Once true, nobody waits for the database any more. */
  readonly isStopping: () => boolean
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const AGAIN_MS = 1_000
/** As long as a database is away at worst. */
const PATIENCE_MS = 900_000

/**
 * Writes what nobody else knows, and keeps it in hand until the database takes it. An attempt that seemed to fail may
 * have been done all the same, so it must be safe to repeat.
 * @returns what the write answered, and whether it was the first attempt
 * @throws what it throws when the database is not the reason, or is away for too long
 */
export async function writeSurely<T>(
  write: () => Promise<T>,
  { isStopping, now }: WriteSurelyDeps,
): Promise<{ readonly value: T; readonly atOnce: boolean }> {
  const untilMs = now() + PATIENCE_MS
  for (let atOnce = true; ; atOnce = false) {
    try {
      return { value: await write(), atOnce }
    } catch (error) {
      if (!isDatabaseUnavailable(error) || isStopping() || now() >= untilMs) throw error
      await sleep(AGAIN_MS)
    }
  }
}
