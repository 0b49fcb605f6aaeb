/** Notices an engine that lives but does nothing any more. */
import { createConnection } from 'node:net'
import { commandMessage } from './wire.ts'

/** Looks in a row without an answer after which the engine counts as frozen. */
const MOST_SILENT_LOOKS = 30

/**
 * Looks at the engine again and again, with one question under way at a time. Silence is counted in looks, never in
 * time gone by: a machine that slept, or this process when it was held up itself, makes at most one look of it.
 */
export function watchEngine(deps: {
  /** Resolves when the engine answered; rejects when it cannot be asked. */
  readonly ask: () => Promise<void>
  readonly lookEveryMs: number
  /** Called once. */
  readonly onFrozen: () => void
}): { stop(): void } {
  let silentLooks = 0
  let asking = false

  const ask = async (): Promise<void> => {
    asking = true
    try {
      await deps.ask()
      silentLooks = 0
    } catch {
      // No answer either; the next look asks anew.
    } finally {
      asking = false
    }
  }

  const timer = setInterval(() => {
    silentLooks += 1
    if (silentLooks > MOST_SILENT_LOOKS) {
      clearInterval(timer)
      deps.onFrozen()
    } else if (!asking) void ask()
  }, deps.lookEveryMs)
  timer.unref()

  return { stop: () => clearInterval(timer) }
}

/** Asks the engine for a sign of life, on a connection of its own. */
export function pingEngine(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath)
    socket.unref()
    socket.once('connect', () => socket.write(commandMessage({ ping: 1, $db: 'admin' })))
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
  })
}
