import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Station } from '../../src/store/stations.ts'
import {
  createCall,
  engineOf,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from '../harness/real-server.ts'
import { ALL_WELL, takeBalance } from './balance.ts'
import { type Customers, startCustomers, type Target } from './customers.ts'
import { dieAt, KILLS, moreOf, ROUNDS, report, startOver, TIMEOUT_MS } from './fault-run.ts'

const STATIONS: readonly Station[] = [
  'journaled',
  'acknowledged',
  'message-recorded',
  'conversation-updated',
  'routed',
]
const CUSTOMERS = 12
/** After so many messages a customer is somebody new, for the router must have work too. */
const MESSAGES_EACH = 12
const LONGEST_LIFE_MS = 1_500

async function settle(
  folder: string,
  target: Target,
  customers: Customers,
  what: string,
  kills: object,
): Promise<void> {
  const last = await startBareServer(folder)
  target.url = last.url
  await customers.stop()
  const { call } = createCall(() => last.url)
  await signIn(call)
  const balance = await takeBalance(last, call, customers.acknowledged)
  report(what, { kills, acknowledged: customers.acknowledged.length, ...balance })
  expect(balance).toMatchObject({ ...ALL_WELL, conversations: customers.visitorIds.length })
  expect(await last.stop()).toBe(0)
}

it(
  'killed at each station of the way in, the server loses and doubles nothing',
  async () => {
    const folder = await temporaryFolder()
    const first = await startServer(folder.path)
    const target: Target = { url: first.url, channelId: first.channelId, visitorSecret: first.visitorSecret }
    await first.stop()
    const customers = startCustomers(target, CUSTOMERS, MESSAGES_EACH)
    const kills: Record<string, number> = {}
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const station of STATIONS) {
        // Not in the first moments: what a killed process had in hand is tried alone then, and what is alone in hand
        // at one death after the other looks guilty in the end.
        await dieAt(startOver(folder.path), station, 20 + (round % 10) * 5, ({ url }) => {
          target.url = url
        })
        kills[station] = (kills[station] ?? 0) + 1
      }
    }
    await settle(folder.path, target, customers, 'killed at stations of the way in', kills)
    await folder.remove()
  },
  TIMEOUT_MS,
)

it(
  'killed together with its engine at any moment, the server loses and doubles nothing',
  async () => {
    const folder = await temporaryFolder()
    const first = await startServer(folder.path)
    const target: Target = { url: first.url, channelId: first.channelId, visitorSecret: first.visitorSecret }
    await first.stop()
    const customers = startCustomers(target, CUSTOMERS, MESSAGES_EACH)
    for (let kill = 0; kill < KILLS; kill += 1) {
      const server = await startBareServer(folder.path)
      target.url = server.url
      const engine = await engineOf(server)
      await moreOf(customers.acknowledged, 1)
      await sleep(Math.random() * LONGEST_LIFE_MS)
      process.kill(engine, 'SIGKILL')
      await server.kill()
    }
    await settle(folder.path, target, customers, 'killed with its engine', { both: KILLS })
    await folder.remove()
  },
  TIMEOUT_MS,
)

it(
  'killed engines under load lose and double nothing, and the server recovers by itself',
  async () => {
    const folder = await temporaryFolder()
    const server = await startServer(folder.path)
    const { url, channelId, visitorSecret } = server
    const customers = startCustomers({ url, channelId, visitorSecret }, CUSTOMERS, MESSAGES_EACH)
    for (let kill = 0; kill < KILLS; kill += 1) {
      await moreOf(customers.acknowledged, 30)
      process.kill(await engineOf(server), 'SIGKILL')
    }
    await moreOf(customers.acknowledged, 30)
    await customers.stop()
    const balance = await takeBalance(server, server.call, customers.acknowledged)
    report('engine killed', { kills: KILLS, acknowledged: customers.acknowledged.length, ...balance })
    // While it is away senders are told to come again, and nothing else.
    expect(new Set([503, ...customers.refusals])).toEqual(new Set([503]))
    expect(server.errors.filter((line) => line.includes('a delivery failed'))).toEqual([])
    expect(balance).toMatchObject({ ...ALL_WELL, conversations: customers.visitorIds.length })
    expect(server.child.exitCode).toBeNull()
    expect(await server.stop()).toBe(0)
    await folder.remove()
  },
  TIMEOUT_MS,
)
