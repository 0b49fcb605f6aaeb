/** What the fault tests share: how often they kill, what they wait for and what they report. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Station } from '../../src/store/stations.ts'
import { type BareServer, type ServerOptions, startBareServer } from '../harness/real-server.ts'

/** `npm run test:faults` kills far more often than every test run does. */
export const LONG = process.env['FAULTS'] === 'long'
export const KILLS = LONG ? 20 : 2
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
export const crashAt = (station: Station, time: number): ServerOptions => ({
  nodeOptions: ['--import', CRASH_AT],
  env: { CRASH_STATION: station, CRASH_AFTER: String(time) },
})

/** Starts the server with a crash built in. */
export function startDoomed(
  dataDir: string,
  station: Station,
  time: number,
  env: ServerOptions['env'] = {},
): Promise<BareServer> {
  const doom = crashAt(station, time)
  return startBareServer(dataDir, { ...doom, env: { ...env, ...doom.env } })
}

/** How a process ended; waits for it. */
export async function endOf({ child }: BareServer): Promise<NodeJS.Signals | number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode ?? child.exitCode
}
