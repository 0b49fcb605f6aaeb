import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ChannelType } from '../../../src/domain/ids.ts'
import { parrot } from './parrot-connector.ts'
import { type Someone, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
let owner: Someone
const calls: string[] = []

beforeAll(async () => {
  const hooked = {
    ...parrot,
    type: 'hooked' as ChannelType,
    activate: async () => void calls.push('activate'),
    deactivate: async () => void calls.push('deactivate'),
  }
  server = await startTestServer({ connectors: [hooked] })
  owner = await server.owner()
})
afterAll(() => server.close())

it('a pause that comes too late leaves the channel connected to its platform', async () => {
  const made = await owner.agent
    .post('/api/v1/channels')
    .send({ type: 'hooked', name: 'H', config: {} })
    .expect(201)
  const patch = (body: object) => owner.agent.patch(`/api/v1/channels/${made.body.id}`).send(body)
  const { body } = await patch({ name: 'Renamed', version: made.body.version }).expect(200)
  await patch({ paused: true, version: made.body.version }).expect(409)
  expect(calls).toEqual(['activate'])
  const paused = await patch({ paused: true, version: body.version }).expect(200)
  await patch({ paused: false, version: paused.body.version }).expect(200)
  expect(calls).toEqual(['activate', 'deactivate', 'activate'])
})
