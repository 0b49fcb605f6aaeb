/** What the fault tests share: how often they kill, what they wait for and what they report. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Station } from '../../src/store/stations.ts'
import { type BareServer, NotStarted, type ServerOptions, startBareServer } from '../harness/real-server.ts'

/** `npm run test:faults` kills far more often than every test run does. */
export const LONG = process.env['FAULTS'] === 'long'
/** How often a process is killed that is killed at any moment. */
export const KILLS = LONG ? 20 : 2
/** How often it is killed at each of its stations. */
export const ROUNDS = LONG ? 20 : 1
export const TIMEOUT_MS = LONG ? 1_800_000 : 480_000

const CRASH_AT = fileURLToPath(new URL('./crash-at.mjs', import.meta.url))

/** Writes the figures of a run, which the closing notes quote. */
export function report(what: string, facts: object): void {
  process.stdout.write(`${what}: ${JSON.stringify(facts)}\n`)
}

/** Waits until a list has grown by so many. */
export async function moreOf(list: { readonly length: number }, count: number): Promise<void> {
  const goal = list.length + count
  while (list.length < goal) await sleep(10)
}

/** What builds a crash into a server: it ends without a word when it reaches the station for the n-th time. */
const crashAt = (station: Station, time: number): ServerOptions => ({
  nodeOptions: ['--import', CRASH_AT],
  env: { CRASH_STATION: station, CRASH_AFTER: String(time) },
})

/** By then a server has met its station, on a machine that is busy with other things. */
const MEETS_WITHIN_MS = 180_000

/** How a process ended; waits for it. */
export async function endOf({ child }: BareServer): Promise<NodeJS.Signals | number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit', { signal: AbortSignal.timeout(MEETS_WITHIN_MS) })
  }
  return child.signalCode ?? child.exitCode
}

/**
 * Starts a server with a crash built in and waits until it is dead of it. What an earlier life left over may bring it
 * there before it is up: that is a death at the station as well.
 * @param live what is done once it is up, and may be cut off by the end
 * @throws when it ends in another way, does not start for another reason, or lives on
 */
export async function dieAt(
  start: (doom: ServerOptions) => Promise<BareServer>,
  station: Station,
  time: number,
  live: (server: BareServer) => unknown = () => undefined,
): Promise<void> {
  const server = await start(crashAt(station, time)).catch((error: unknown) => {
    if (!(error instanceof NotStarted) || error.signal !== 'SIGKILL') throw error
  })
  if (!server) return
  const end = endOf(server).catch(() => 'none')
  await live(server)
  const how = await end
  if (how !== 'SIGKILL')
    throw new Error(`it was to die at ${station}, for the ${time}. time; its end: ${how}`)
}

/** Starts servers over a folder, for {@link dieAt}. */
export const startOver =
  (dataDir: string, env: ServerOptions['env'] = {}) =>
  (doom: ServerOptions): Promise<BareServer> =>
    startBareServer(dataDir, { ...doom, env: { ...env, ...doom.env } })
