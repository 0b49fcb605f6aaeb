/** A platform that delivers five times at once, to two nodes, has delivered once. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RawRequest } from '../../../src/contract/raw-request.ts'
import { type BareServer, type ServerUnderTest, startBareServer } from '../../harness/real-server.ts'
import { createRedisServer, type RedisServer } from '../realtime/redis-server.ts'
import {
  calledConnectors,
  deliver,
  makeChannels,
  openDatabase,
  type Platforms,
  type StandingChannel,
  startIngressServer,
  type TestDatabase,
} from './ingress-server.ts'

const COPIES = 5

let database: TestDatabase
let redis: RedisServer
let one: ServerUnderTest
let two: BareServer
let platforms: Platforms
let channels: readonly StandingChannel[]

beforeAll(async () => {
  const opened = await openDatabase()
  redis = await createRedisServer()
  await redis.start()
  database = { ...opened, env: { ...opened.env, REDIS_URL: redis.url } }
  one = await startIngressServer(database)
  two = await startBareServer(database.folder, { env: database.env })
  const made = await makeChannels(one)
  channels = made.channels
  platforms = made.platforms
})
afterAll(async () => {
  await one.stop()
  await two.stop()
  await platforms.stop()
  await redis.kill()
  await database.close()
})

it.each(calledConnectors.map(({ connector }) => connector.type))(
  'five copies at once of what %s delivers are one, on whichever node each arrives',
  async (type) => {
    const channel = channels.find(({ connector }) => connector.type === type)
    if (!channel) throw new Error(`there is no ${type}`)
    const { id, fixtures, config, place } = channel
    const nodes = [one.url, two.url, two.url, one.url, two.url].slice(0, COPIES)
    // A node learns of a new channel within two seconds.
    await expect.poll(() => statusAt(two.url, id), { timeout: 10_000 }).not.toBe(404)
    const { nowMs } = place()
    // Each node has an address of its own here, which some platforms sign, too.
    const copies = nodes.map((node) => {
      const { first } = fixtures.requests(config, { webhookUrl: `${node}/ingress/${id}`, nowMs })
      return { node, first }
    })
    const statuses = await Promise.all(copies.map(({ node, first }) => deliver(node, first)))
    expect(statuses.filter((status) => status < 200 || status > 299)).toEqual([])
    await database.settled()
    const externalId = idOf(channel, copies[0]?.first)
    // Platforms that stand may have brought something by themselves.
    const own = (await database.messagesOf(id)).filter((message) => message['externalId'] === externalId)
    expect(own).toHaveLength(1)
    expect(await database.conversationsOf(id)).toHaveLength(1)
  },
)

/** What the connector calls the message of a delivery. */
function idOf({ connector, config }: StandingChannel, request: RawRequest | undefined): string | undefined {
  const inbound = connector.inbound.kind === 'either' ? connector.inbound.webhook : connector.inbound
  const answer = request && inbound.kind === 'webhook' ? inbound.verify(request, config) : undefined
  if (!answer?.ok || inbound.kind !== 'webhook') throw new Error('the first delivery is refused')
  return inbound.parse(answer.request).find((event) => event.type === 'message')?.externalId
}

const statusAt = async (url: string, id: string): Promise<number> => {
  const answer = await fetch(`${url}/ingress/${id}`, { method: 'POST' })
  await answer.arrayBuffer()
  return answer.status
}
