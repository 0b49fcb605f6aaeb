import { expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import { childrenOf, engineOf, startServer, temporaryFolder } from '../harness/real-server.ts'
import { ALL_WELL, takeBalance } from './balance.ts'
import { startCustomers } from './customers.ts'
import { LONG, moreOf, TIMEOUT_MS } from './fault-run.ts'
import { freezeEngine } from './freeze-engine.ts'

const CUSTOMERS = 8
/** A request that takes longer hangs: widgets and platforms would have given up. */
const HANGS_MS = 20_000

it(
  'answers 503 while the database is frozen, and goes on when it is back, with nothing lost or doubled',
  async () => {
    const folder = await temporaryFolder()
    const server = await startServer(folder.path)
    const { url, channelId, visitorSecret } = server
    const customers = startCustomers({ url, channelId, visitorSecret }, CUSTOMERS)
    await moreOf(customers.acknowledged, 50)
    const engine = await freezeEngine(server.child.pid ?? 0)
    const answers: unknown[] = []
    const ask = async (path: string, init: RequestInit = {}): Promise<unknown> => {
      const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(HANGS_MS) })
      const { code } = (await response.json()) as { code?: string }
      return [path.split('/')[1], response.status, response.headers.get('content-type'), code]
    }
    try {
      const visitorId = 'anon:0000000000000000000000000000cafe'
      const expiresAtMs = Date.now() + 3_600_000
      const token = issueToken({ visitorId, verified: false, expiresAtMs }, visitorSecret)
      for (let asked = 0; asked < 2; asked += 1) {
        const round = await Promise.all([
          ask(`/ingress/${channelId}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
            body: JSON.stringify({ type: 'message', clientMessageId: 'once', text: `${visitorId} 000000` }),
          }),
          ask('/api/v1/conversations?view=all&status=open', { headers: { cookie: server.cookie } }),
          ask('/readyz'),
        ])
        answers.push(...round)
      }
    } finally {
      await engine.thaw()
    }
    const away = (place: string) => [
      place,
      503,
      expect.stringMatching(/^application\/problem\+json/),
      'unavailable',
    ]
    const round = [away('ingress'), away('api'), away('readyz')]
    expect(answers).toEqual([...round, ...round])
    await moreOf(customers.acknowledged, 50)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    await customers.stop()
    const balance = await takeBalance(server, server.call, customers.acknowledged)
    expect(balance).toMatchObject(ALL_WELL)
    // The one that was answered 503 may have been taken all the same, but then once.
    expect(balance.conversations - CUSTOMERS).toBeLessThanOrEqual(1)
    expect(await server.stop()).toBe(0)
    await folder.remove()
  },
  TIMEOUT_MS,
)

const frozenForGood = async (): Promise<void> => {
  const folder = await temporaryFolder()
  const server = await startServer(folder.path)
  const { url, channelId, visitorSecret } = server
  const customers = startCustomers({ url, channelId, visitorSecret }, CUSTOMERS)
  await moreOf(customers.acknowledged, 50)
  const frozen = await engineOf(server)
  process.kill(frozen, 'SIGSTOP')
  await moreOf(customers.acknowledged, 2 * CUSTOMERS)
  expect(await childrenOf(server.child.pid ?? 0)).not.toContain(frozen)
  await customers.stop()
  const balance = await takeBalance(server, server.call, customers.acknowledged)
  expect(balance).toMatchObject({ ...ALL_WELL, conversations: CUSTOMERS })
  expect(await server.stop()).toBe(0)
  await folder.remove()
}
// Half a minute must pass: the tests of the engine watch a shorter one in every run.
if (LONG) it('ends an engine that stays frozen, and goes on with the next', frozenForGood, TIMEOUT_MS)
