/** The example of the documents, run as it stands there. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ServerUnderTest } from '../../harness/real-server.ts'
import {
  calledConnectors,
  makeChannels,
  openDatabase,
  type Platforms,
  type StandingChannel,
  startIngressServer,
  type TestDatabase,
} from './ingress-server.ts'

const EXAMPLE = fileURLToPath(new URL('../../../connectors/custom/example.sh', import.meta.url))

let database: TestDatabase
let server: ServerUnderTest
let platforms: Platforms
let channel: StandingChannel

beforeAll(async () => {
  database = await openDatabase()
  server = await startIngressServer(database)
  const made = await makeChannels(
    server,
    calledConnectors.filter(({ connector }) => connector.type === 'custom'),
  )
  platforms = made.platforms
  const [only] = made.channels
  if (!only) throw new Error('there is no such channel')
  channel = only
}, 120_000)
afterAll(async () => {
  await server.stop()
  await platforms.stop()
  await database.close()
})

const run = (secret: string): Promise<{ readonly stdout: string }> =>
  promisify(execFile)('sh', [EXAMPLE], {
    env: { ...process.env, WEBHOOK_URL: channel.place().webhookUrl, SECRET: secret },
  })

it('ten lines of curl make a conversation, and the same again makes none', async () => {
  const secret = String(channel.config['inboundSecret'])
  expect((await run(secret)).stdout).toBe('{"accepted":true}')
  const first = await database.holdings()
  const { body } = await server.call('GET', '/conversations?view=all&status=open&limit=100')
  expect(body['items']).toMatchObject([{ contact: { name: 'Ada' } }])
  expect(JSON.stringify(first)).toContain('Where is my order?')
  expect((await run(secret)).stdout).toBe('{"accepted":true}')
  expect(await database.holdings()).toEqual(first)
})

it('with another secret it fails, and says why', async () => {
  const before = await database.holdings()
  const refused = run(`whsec_${Buffer.alloc(32).toString('base64')}`)
  await expect(refused).rejects.toMatchObject({
    stdout: expect.stringContaining('"code":"invalid-signature"'),
  })
  expect(await database.holdings()).toEqual(before)
})
