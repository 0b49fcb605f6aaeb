import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf } from '../harness/real-server.ts'

/** An engine that is kept frozen. */
export interface FrozenEngine {
  /** Lets it go on. */
  thaw(): Promise<void>
  /** Ends it and whatever went before it. */
  kill(): Promise<void>
}

/** When a process started, in ticks since boot: ids are given again. Undefined for one that is gone. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

/** @returns whether it was there */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/**
 * Freezes whatever engine a server has, again and again, for its guard ends one that stays frozen and starts another.
 * @returns when the present one stands still
 */
export async function freezeEngine(serverPid: number): Promise<FrozenEngine> {
  let over = false
  const frozen = new Map<number, string>()
  const freeze = async (): Promise<void> => {
    for (const engine of await childrenOf(serverPid)) {
      const start = await startOf(engine)
      if (start === undefined || frozen.get(engine) === start) continue
      if (signal(engine, 'SIGSTOP')) frozen.set(engine, start)
    }
  }
  await freeze()
  const freezing = (async () => {
    for (; !over; await sleep(50)) await freeze()
  })()
  const end = async (name: NodeJS.Signals): Promise<void> => {
    over = true
    await freezing
    for (const [engine, start] of frozen) if ((await startOf(engine)) === start) signal(engine, name)
  }
  return { thaw: () => end('SIGCONT'), kill: () => end('SIGKILL') }
}
