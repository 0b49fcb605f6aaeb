import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { issueToken } from '../../../connectors/web-chat/visitor-token.ts'
import { ALL_WELL, takeBalance } from '../../faults/balance.ts'
import { type Acknowledged, post, startCustomers, type Target } from '../../faults/customers.ts'
import { type AgentScreen, openAgentScreen } from '../../harness/agent-screen.ts'
import {
  type BareServer,
  createCall,
  signIn,
  startBareServer,
  startServer,
} from '../../harness/real-server.ts'
import { type Installation, openInstallation } from './installation.ts'

const CUSTOMERS = 6
/** Longer than a partition lease lasts, and than a node may be silent. */
const FROZEN_MS = 10_000

let installation: Installation
let running: BareServer[]

beforeEach(async () => {
  running = []
  installation = await openInstallation()
})
afterEach(async () => {
  for (const server of running) {
    if (server.child.exitCode === null && server.child.signalCode === null) await server.kill()
  }
  await installation.close()
})

async function startNode(role = 'all'): Promise<BareServer> {
  const server = await startBareServer(installation.folder, { env: { ...installation.env, ROLE: role } })
  running.push(server)
  return server
}

async function startFirst(role = 'all') {
  const server = await startServer(installation.folder, { env: { ...installation.env, ROLE: role } })
  running.push(server)
  return server
}

const targetOf = ({ channelId, visitorSecret }: Target, { url }: { url: string }): Target => ({
  url,
  channelId,
  visitorSecret,
})

async function heard(screen: AgentScreen, text: string): Promise<void> {
  await expect
    .poll(
      () =>
        screen.events.filter((event) => event.type === 'message.created' && event.message.text === text)
          .length,
      { timeout: 20_000 },
    )
    .toBe(1)
}

/** A visitor's token and one message of his. */
function firstWords(visitorSecret: string, name: string): Acknowledged & { token: string; body: string } {
  const visitorId = `anon:${name.padStart(32, '0')}`
  const expiresAtMs = Date.now() + 3_600_000
  const text = `${visitorId} hello`
  return {
    visitorId,
    text,
    token: issueToken({ visitorId, verified: false, expiresAtMs }, visitorSecret),
    body: JSON.stringify({ type: 'message', clientMessageId: 'first', text }),
  }
}

it('an agent on one node sees live what a visitor writes on the other; five copies at once are one message', async () => {
  const one = await startFirst()
  const two = await startNode()
  const screen = await openAgentScreen(one.url, one.cookie)
  const acknowledged: Acknowledged[] = []
  for (let number = 0; number < 20; number += 1) {
    const words = firstWords(one.visitorSecret, String(number))
    const targets = [one, two, two, one, two].map((node) => targetOf(one, node))
    const taken = await Promise.all(targets.map((target) => post(target, words.token, words.body)))
    expect(taken).toEqual([true, true, true, true, true])
    acknowledged.push(words)
  }
  const live = firstWords(one.visitorSecret, 'live')
  expect(await post(targetOf(one, two), live.token, live.body)).toBe(true)
  await heard(screen, live.text)
  const balance = await takeBalance(one, one.call, [...acknowledged, live])
  expect(balance).toMatchObject({ ...ALL_WELL, conversations: 21 })
  screen.close()
  expect(await two.stop()).toBe(0)
  expect(await one.stop()).toBe(0)
})

it('the work of a killed node is taken over, and a node that was frozen too long doubles nothing', async () => {
  const one = await startFirst()
  const two = await startNode()
  const atTwo = targetOf(one, two)
  const customers = [startCustomers(targetOf(one, one), CUSTOMERS), startCustomers(atTwo, CUSTOMERS)]
  const acknowledged = () => customers.flatMap((group) => group.acknowledged)
  const more = async (count: number): Promise<void> => {
    const goal = acknowledged().length + count
    while (acknowledged().length < goal) await sleep(20)
  }
  await more(100)
  two.child.kill('SIGSTOP')
  await sleep(FROZEN_MS)
  two.child.kill('SIGCONT')
  await more(100)
  await two.kill()
  atTwo.url = one.url
  await more(100)
  await Promise.all(customers.map((group) => group.stop()))
  const balance = await takeBalance(one, one.call, acknowledged())
  expect(balance).toMatchObject({ ...ALL_WELL, conversations: 2 * CUSTOMERS })
  expect(await one.stop()).toBe(0)
})

it('what a web process takes in, a worker process projects, and it shows on screens of the first', async () => {
  const web = await startFirst('web')
  const screen = await openAgentScreen(web.url, web.cookie)
  const waiting = firstWords(web.visitorSecret, 'waits')
  expect(await post(web, waiting.token, waiting.body)).toBe(true)
  const worker = await startNode('worker')
  await heard(screen, waiting.text)
  const live = firstWords(web.visitorSecret, 'live')
  expect(await post(web, live.token, live.body)).toBe(true)
  await heard(screen, live.text)
  const { call } = createCall(() => web.url)
  await signIn(call)
  expect(await takeBalance(web, call, [waiting, live])).toMatchObject({ ...ALL_WELL, conversations: 2 })
  screen.close()
  expect(await worker.stop()).toBe(0)
  expect(await web.stop()).toBe(0)
})
