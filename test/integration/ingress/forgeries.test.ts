/** Whatever no platform signed changes nothing, and what it signed changes something once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServerUnderTest } from '../../harness/real-server.ts'
import {
  calledConnectors,
  canTravel,
  deliver,
  makeChannels,
  openDatabase,
  type Platforms,
  type StandingChannel,
  startIngressServer,
  type TestDatabase,
} from './ingress-server.ts'

let database: TestDatabase
let server: ServerUnderTest
let platforms: Platforms
let channels: readonly StandingChannel[]

beforeAll(async () => {
  database = await openDatabase()
  server = await startIngressServer(database)
  const made = await makeChannels(server)
  channels = made.channels
  platforms = made.platforms
}, 120_000)
afterAll(async () => {
  await server.stop()
  await platforms.stop()
  await database.close()
})

const channelOf = (type: string): StandingChannel => {
  const found = channels.find(({ connector }) => connector.type === type)
  if (!found) throw new Error(`there is no ${type}`)
  return found
}

it('there is something to try', () => {
  expect(calledConnectors.length).toBeGreaterThan(1)
})

describe.each(calledConnectors.map(({ connector }) => connector.type))('%s', (type) => {
  it('refuses every forgery, and nothing of it is kept', async () => {
    const { fixtures, config, place } = channelOf(type)
    const before = await database.holdings()
    const journaled = await database.count('journal')
    const forged = Object.entries(fixtures.forged(config, place())).filter(([, request]) =>
      canTravel(request),
    )
    const answers: string[] = []
    for (const [what, request] of forged) answers.push(`${what}: ${await deliver(server.url, request)}`)
    expect(forged.length).toBeGreaterThanOrEqual(12)
    expect(answers.filter((answer) => !/: 40[13]$/.test(answer))).toEqual([])
    expect(await database.count('journal')).toBe(journaled)
    expect(await database.holdings()).toEqual(before)
  })

  it('takes what is signed, and takes it once', async () => {
    const { id, fixtures, config, place } = channelOf(type)
    const requests = Object.entries(fixtures.requests(config, place()))
    const deliverAll = async (): Promise<readonly string[]> => {
      const answers: string[] = []
      for (const [what, request] of requests) answers.push(`${what}: ${await deliver(server.url, request)}`)
      return answers.filter((answer) => !/: 2\d\d$/.test(answer))
    }
    expect(await deliverAll()).toEqual([])
    const once = await database.holdings()
    expect(JSON.stringify(once)).toContain(id)
    expect(await deliverAll()).toEqual([])
    expect(await deliverAll()).toEqual([])
    expect(await database.holdings()).toEqual(once)
  })

  it('refuses the requests of its own channel at another one', async () => {
    const { id, fixtures, config, place } = channelOf(type)
    const others = channels.filter((channel) => channel.id !== id)
    const before = await database.holdings()
    const { first } = fixtures.requests(config, place())
    const statuses = await Promise.all(
      others.map((other) => deliver(server.url, { ...first, url: first.url.replace(id, other.id) })),
    )
    expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([])
    expect(await database.holdings()).toEqual(before)
  })
})
