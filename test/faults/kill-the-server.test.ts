import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Station } from '../../src/store/stations.ts'
import {
  childrenOf,
  createCall,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from '../harness/real-server.ts'
import { ALL_WELL, takeBalance } from './balance.ts'
import { startCustomers, type Target } from './customers.ts'

const LONG = process.env['FAULTS'] === 'long'
const CRASH_AT = fileURLToPath(new URL('./crash-at.mjs', import.meta.url))
const STATIONS: readonly Station[] = ['journaled', 'acknowledged', 'message-recorded', 'conversation-updated']
const KILLS = LONG ? 20 : 2
const CUSTOMERS = 12
const TIMEOUT_MS = LONG ? 900_000 : 120_000

/** Writes the figures of a run, which the closing notes quote. */
const report = (what: string, facts: object): void => {
  process.stdout.write(`${what}: ${JSON.stringify(facts)}\n`)
}

it.each(STATIONS)(
  'killed whenever it reaches "%s", the server loses and doubles nothing',
  async (station) => {
    const folder = await temporaryFolder()
    const first = await startServer(folder.path)
    const target: Target = { url: first.url, channelId: first.channelId, visitorSecret: first.visitorSecret }
    await first.stop()
    const customers = startCustomers(target, CUSTOMERS)
    for (let kill = 0; kill < KILLS; kill += 1) {
      const server = await startBareServer(folder.path, {
        nodeOptions: ['--import', CRASH_AT],
        env: { CRASH_STATION: station, CRASH_AFTER: String(10 + kill * 7) },
      })
      target.url = server.url
      if (server.child.exitCode === null && server.child.signalCode === null) await once(server.child, 'exit')
      expect(server.child.signalCode).toBe('SIGKILL')
    }
    const last = await startBareServer(folder.path)
    target.url = last.url
    await customers.stop()
    const { call } = createCall(() => last.url)
    await signIn(call)
    const balance = await takeBalance(last, call, customers.acknowledged)
    report(`killed at ${station}`, { kills: KILLS, acknowledged: customers.acknowledged.length, ...balance })
    expect(balance).toMatchObject({ ...ALL_WELL, conversations: CUSTOMERS })
    expect(await last.stop()).toBe(0)
    await folder.remove()
  },
  TIMEOUT_MS,
)

it(
  'killed engines under load lose and double nothing, and the server recovers by itself',
  async () => {
    const folder = await temporaryFolder()
    const server = await startServer(folder.path)
    const target: Target = {
      url: server.url,
      channelId: server.channelId,
      visitorSecret: server.visitorSecret,
    }
    const customers = startCustomers(target, CUSTOMERS)
    for (let kill = 0; kill < KILLS; kill += 1) {
      await acknowledgedMore(customers, 30)
      const [engine] = await childrenOf(server.child.pid ?? 0)
      expect(engine).toBeDefined()
      process.kill(engine ?? 0, 'SIGKILL')
    }
    await acknowledgedMore(customers, 30)
    await customers.stop()
    const balance = await takeBalance(server, server.call, customers.acknowledged)
    report('engine killed', { kills: KILLS, acknowledged: customers.acknowledged.length, ...balance })
    expect(balance).toMatchObject({ ...ALL_WELL, conversations: CUSTOMERS })
    expect(server.child.exitCode).toBeNull()
    expect(await server.stop()).toBe(0)
    await folder.remove()
  },
  TIMEOUT_MS,
)

it(
  'stopped under load, the server ends in order and loses nothing',
  async () => {
    const folder = await temporaryFolder()
    const server = await startServer(folder.path)
    const target: Target = {
      url: server.url,
      channelId: server.channelId,
      visitorSecret: server.visitorSecret,
    }
    const customers = startCustomers(target, CUSTOMERS)
    await acknowledgedMore(customers, 100)
    expect(await server.stop()).toBe(0)
    const next = await startBareServer(folder.path)
    target.url = next.url
    await customers.stop()
    const { call } = createCall(() => next.url)
    await signIn(call)
    expect(await takeBalance(next, call, customers.acknowledged)).toMatchObject({
      ...ALL_WELL,
      conversations: CUSTOMERS,
    })
    await next.stop()
    await folder.remove()
  },
  TIMEOUT_MS,
)

async function acknowledgedMore(
  { acknowledged }: { readonly acknowledged: readonly unknown[] },
  count: number,
): Promise<void> {
  const goal = acknowledged.length + count
  while (acknowledged.length < goal) await new Promise((resolve) => setTimeout(resolve, 20))
}
