import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { verified } from '../../../src/contract/raw-request.ts'
import type { ChannelType } from '../../../src/domain/ids.ts'
import { createIngress } from '../../../src/http/ingress.ts'
import { recogniseFrameError } from '../../../src/http/problem.ts'
import { createBus } from '../../../src/services/bus.ts'
import { createChannelDirectory } from '../../../src/services/channel-directory.ts'
import { deliverConversation } from '../../../src/services/deliver-messages.ts'
import { createPathRig, says } from '../../harness/path-rig.ts'
import { waitingConversation } from '../../harness/stored-conversation.ts'
import { parrot } from './parrot-connector.ts'
import { type Someone, startTestServer, type TestServer } from './test-server.ts'

const SECRET = 'kept-in-a-safe-place'
let server: TestServer
let owner: Someone
let deactivated: unknown[]
let refusal: ConnectorError | undefined
let isCalledAt: string

const called = createServer()

beforeAll(async () => {
  const { visitors: _none, ...plain } = parrot
  const hooked = {
    ...plain,
    type: 'hooked' as ChannelType,
    setup: [{ text: 'Tell the platform where to call.', copies: 'webhook-url' as const }],
    inbound: {
      ...plain.inbound,
      verify: ({ body, receivedAtMs }: { readonly body: Uint8Array; readonly receivedAtMs: number }) => ({
        ok: true as const,
        request: verified({ body, contentType: 'text/plain', facts: {}, receivedAtMs }),
      }),
    },
    deactivate: async ({ config }: { readonly config: Readonly<Record<string, unknown>> }) => {
      deactivated.push(config['apiKey'])
      if (refusal) throw refusal
    },
  }
  server = await startTestServer({ connectors: [hooked] })
  owner = await server.owner()
  const ingress = createIngress({
    channels: server.core.directory,
    publicUrl: server.url,
    recognise: recogniseFrameError,
    now: Date.now,
    append: async () => ({ repeated: false }),
    orderClock: () => 1,
    takeQuota: () => 0,
    takeAddressQuota: () => 0,
    log: { isLevelEnabled: () => false, debug() {}, info() {}, warn() {} },
    addressKeyOf: () => '192.0.2.1',
    onError: (error) => {
      throw error
    },
    onAcknowledged: () => undefined,
    observe: () => undefined,
  })
  called.on('request', ingress)
  await new Promise<void>((resolve) => called.listen(0, '127.0.0.1', resolve))
  isCalledAt = `http://127.0.0.1:${(called.address() as AddressInfo).port}/ingress`
})
afterAll(async () => {
  called.close()
  await server.close()
})
beforeEach(() => {
  deactivated = []
  refusal = undefined
})

async function addChannel(type = 'hooked'): Promise<{ id: string; version: number }> {
  const config = { title: 'Quay', apiKey: SECRET }
  const { body } = await owner.agent.post('/api/v1/channels').send({ type, name: 'Quay', config }).expect(201)
  return body
}

const remove = (id: string, who = owner) => who.agent.delete(`/api/v1/channels/${id}`)

async function talkOn(channelId: string): Promise<string> {
  const conversation = waitingConversation(channelId, Date.now())
  await server.core.stores.conversations.createMissing([conversation])
  return conversation.id
}

describe('a channel that is deleted', () => {
  it('keeps its name and loses its secrets and its place with the platform', async () => {
    const { id } = await addChannel()
    const conversationId = await talkOn(id)
    const { body } = await remove(id).expect(200)
    expect(body.channel).toMatchObject({ id, name: 'Quay', paused: true, deletedAt: expect.any(String) })
    expect(body.problem).toBeUndefined()
    // Its connector was let go with the secrets that it needs for that.
    expect(deactivated).toEqual([SECRET])
    const stored = await server.store.db
      .collection('channels')
      .findOne({ name: 'Quay', deletedAt: { $exists: true } })
    expect(JSON.stringify(stored)).not.toContain('sealed')

    const { body: list } = await owner.agent.get('/api/v1/channels').expect(200)
    expect(list.items.find((one: { id: string }) => one.id === id)).toMatchObject({ name: 'Quay' })
    await owner.agent.get(`/api/v1/conversations/${conversationId}`).expect(200)
    await owner.agent.get(`/api/v1/conversations/${conversationId}/messages`).expect(200)
    const { body: whole } = await owner.agent.get(`/api/v1/channels/${id}`).expect(200)
    expect(whole.config).toMatchObject({ title: 'Quay', apiKey: false, signing: false })
    expect(whole.webhookUrl).toBeUndefined()
  })

  it('refuses answers with words, and can neither be changed nor come back', async () => {
    const { id, version } = await addChannel()
    const conversationId = await talkOn(id)
    await remove(id).expect(200)
    const answer = { text: 'Hello', clientMessageId: 'c'.repeat(24), attachmentIds: [] }
    const refused = await owner.agent.post(`/api/v1/conversations/${conversationId}/messages`).send(answer)
    expect(refused.body).toMatchObject({ status: 422, code: 'message-refused', reason: 'channel-deleted' })
    expect(refused.body.detail).toContain('was deleted')
    for (const seen of [version, version + 1]) {
      await owner.agent.patch(`/api/v1/channels/${id}`).send({ paused: false, version: seen }).expect(404)
    }
    await owner.agent.post(`/api/v1/channels/${id}/check`).expect(404)
    await owner.agent
      .post(`/api/v1/channels/${id}/secrets/signing/rotate`)
      .send({ version: version + 1 })
      .expect(404)
  })

  it('is not there for whoever delivers to it', async () => {
    const { id } = await addChannel()
    const deliver = () => fetch(`${isCalledAt}/${id}`, { method: 'POST', body: 'hello' })
    expect((await deliver()).status).toBe(200)
    await remove(id).expect(200)
    expect((await deliver()).status).toBe(404)
  })

  it('may be deleted again, and at the same moment by two: the platform hears of it once', async () => {
    const { id } = await addChannel()
    const answers = await Promise.all([remove(id), remove(id), remove(id)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(deactivated).toHaveLength(1)
    const before = answers[0]?.body.channel
    const { body } = await remove(id).expect(200)
    expect(body.channel).toEqual(before)
    await remove('0'.repeat(24)).expect(404)
  })

  it('is deleted although its platform cannot be told, which is said', async () => {
    const { id } = await addChannel()
    refusal = new ConnectorError({
      code: 'bad-credentials',
      detail: 'The key was refused.',
      retry: 'never',
      delivery: 'not-sent',
    })
    const { body } = await remove(id).expect(200)
    expect(body).toMatchObject({
      channel: { id, health: { state: 'unknown' } },
      problem: 'The key was refused.',
    })
  })

  it('is deleted by whoever manages channels, and by nobody else', async () => {
    const { id } = await addChannel()
    const supervisor = await server.someone(owner.agent, 'supervisor', 'sven@example.com')
    await remove(id, supervisor).expect(403)
    expect((await owner.agent.get(`/api/v1/channels/${id}`)).body.deletedAt).toBeUndefined()
  })

  it('is gone at once on a node that hears of the change', async () => {
    const { id } = await addChannel()
    const bus = createBus(() => undefined)
    const forward = server.core.bus.onSignal((signal) => bus.signal(signal))
    const elsewhere = createChannelDirectory({
      ...server.deps,
      channels: server.core.stores.channels,
      reachable: false,
      bus,
      // Time stands still there: only the signal makes it read again.
      clock: () => 0,
      onUnusable: (_, error) => {
        throw error
      },
    })
    expect(await elsewhere.get(id)).toMatchObject({ paused: false })
    await remove(id).expect(200)
    expect(await elsewhere.get(id)).toMatchObject({ paused: true, deletedAtMs: expect.any(Number) })
    void forward
  })

  it('fails what waited to be sent, with words', async () => {
    const rig = createPathRig(server.core.stores)
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    const { id } = await rig.conversation()
    await rig.reply(id, 'On my way')
    await deliverConversation(id, {
      ...rig.deliverDeps,
      findChannel: async (channelId) => {
        const channel = await rig.deliverDeps.findChannel(channelId)
        return channel && { ...channel, paused: true, deletedAtMs: rig.state.nowMs }
      },
    })
    const answer = (await rig.thread(id)).find(({ text }) => text === 'On my way')
    expect(answer).toMatchObject({ status: 'failed', delivery: { state: 'dead', errorCode: 'channel-gone' } })
    expect(rig.sent).toEqual([])
  })
})

it('the kinds of channel say what is to be done on the platform’s side', async () => {
  const { body } = await owner.agent.get('/api/v1/channel-types').expect(200)
  const kinds = body.items as { type: string; setup?: unknown }[]
  expect(kinds.find(({ type }) => type === 'hooked')?.setup).toEqual([
    { text: 'Tell the platform where to call.', copies: 'webhook-url' },
  ])
  expect(kinds.find(({ type }) => type === 'parrot')).not.toHaveProperty('setup')
})
