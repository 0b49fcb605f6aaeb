/** The built server with a workspace on this machine: both ways in, answers, and deaths in between. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import type { Delivery } from '../../fakes/provider/provider-server.ts'
import { arrivalsAt } from '../../fakes/slack/arrivals.ts'
import { type FakeSlack, startFakeSlack } from '../../fakes/slack/server.ts'
import {
  type BareServer,
  type Call,
  createCall,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from '../../harness/real-server.ts'

const ENV = { OUTBOUND_ALLOW: '127.0.0.1' }
const PATIENCE = { timeout: 60_000, interval: 100 }
const KILLS = process.env['FAULTS'] === 'long' ? 12 : 2

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let slack: FakeSlack
let server: BareServer
let call: Call
let ada: string
/** Made by the test that runs. */
const made: string[] = []
beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path, { env: ENV })
  call = createCall(() => server.url).call
  await signIn(call)
}, 120_000)
afterAll(async () => {
  if (server.child.exitCode === null && server.child.signalCode === null) await server.stop()
  await folder.remove()
})
beforeEach(async () => {
  slack = await startFakeSlack({ resendMs: 500 })
  ada = slack.addUser('Ada', { email: 'ada@customer.example' })
})
afterEach(async () => {
  for (const id of made.splice(0)) await call('DELETE', `/channels/${id}`)
  await slack.close()
})

async function makeChannel(change: object = {}): Promise<string> {
  const command = { type: 'slack', name: 'Slack', config: { ...slack.settings, ...change } }
  const { status, body } = await call('POST', '/channels', command)
  if (status !== 201) throw new Error(`the channel was not made: ${status} ${JSON.stringify(body)}`)
  made.push(String(body['id']))
  return String(body['id'])
}
async function conversations(channelId: string): Promise<readonly ConversationView[]> {
  const { body } = await call('GET', `/conversations?channelId=${channelId}`)
  return (body['items'] ?? []) as readonly ConversationView[]
}
async function messagesOf(channelId: string): Promise<readonly MessageView[]> {
  const all: MessageView[] = []
  for (const { id } of await conversations(channelId)) {
    const { body } = await call('GET', `/conversations/${id}/messages?limit=100`)
    all.push(...(body['items'] as MessageView[]))
  }
  return all.filter(({ kind }) => kind === 'message')
}
const textsOf = async (channelId: string): Promise<readonly string[]> =>
  (await messagesOf(channelId)).map(({ text }) => text).sort()

describe('a workspace', () => {
  it('that cannot reach this server is listened to over a socket, and answered', async () => {
    slack.sendTo({ kind: 'sockets' })
    const channelId = await makeChannel()
    await expect.poll(() => slack.sockets.open.size, PATIENCE).toBe(1)
    await slack.tell(slack.says(ada, 'Where is my *order*?').events)
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(['Where is my order?'])
    const arrivals = arrivalsAt(slack)
    const [conversation] = await conversations(channelId)
    const answer = { text: 'It *left* <today> & arrives', clientMessageId: 'c'.repeat(24) }
    const sent = await call('POST', `/conversations/${conversation?.id}/messages`, answer)
    expect(sent.status).toBeLessThan(300)
    await expect.poll(() => arrivals().length, PATIENCE).toBe(1)
    expect(arrivals()).toMatchObject([{ kind: 'message', text: 'It left <today> & arrives', bold: ['left'] }])
    // What we wrote came back over the socket, and is there once.
    await expect
      .poll(async () => (await messagesOf(channelId)).map(({ status }) => status), PATIENCE)
      .toContain('sent')
    expect(await messagesOf(channelId)).toHaveLength(2)
  }, 180_000)

  it('takes a message a second in one channel, whichever thread it goes to', async () => {
    slack.knobs.limit = { perMs: 1_000 }
    slack.sendTo({ kind: 'sockets' })
    const shop = slack.addChannel('shop')
    const channelId = await makeChannel({ channels: [shop] })
    await expect.poll(() => slack.sockets.open.size, PATIENCE).toBe(1)
    const asked = ['one', 'two', 'three']
    for (const text of asked) await slack.tell(slack.says(ada, text, { channel: shop }).events)
    await expect.poll(async () => (await conversations(channelId)).length, PATIENCE).toBe(3)
    const arrivals = arrivalsAt(slack)
    for (const { id } of await conversations(channelId))
      for (const count of [1, 2]) {
        const answer = { text: `${count} to ${id}`, clientMessageId: `${id}-${count}` }
        expect((await call('POST', `/conversations/${id}/messages`, answer)).status).toBeLessThan(300)
      }
    await expect.poll(() => arrivals().length, PATIENCE).toBe(6)
    expect(slack.limited()).toBe(0)
  }, 180_000)

  it('that can reach it posts signed events, which are taken once; what is not signed is not taken', async () => {
    const channelId = await makeChannel({ receive: 'events' })
    const url = `${server.url}/ingress/${channelId}`
    const { events } = slack.says(ada, 'Hello')
    const post = async (delivery: {
      headers: Readonly<Record<string, string>>
      body: string | Uint8Array
    }) => {
      const { headers, body } = delivery
      const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) })
      return { status: answer.status, text: await answer.text() }
    }
    const challenge = slack.signed(JSON.stringify({ type: 'url_verification', challenge: 'abc123' }), url)
    expect(await post(challenge)).toEqual({ status: 200, text: 'abc123' })
    const [first] = slack.deliveries(events, url)
    const [retry] = slack.deliveries(events, url, 1)
    if (!first || !retry) throw new Error('no delivery')
    const forged: readonly Delivery[] = [
      { ...first, body: Buffer.concat([Buffer.from(first.body), Buffer.from(' ')]) },
      { ...first, headers: { ...first.headers, 'x-slack-signature': `v0=${'0'.repeat(64)}` } },
      { ...challenge, headers: { 'content-type': 'application/json' } },
    ]
    for (const delivery of forged) expect([401, 403]).toContain((await post(delivery)).status)
    const answers = await Promise.all([first, first, retry, first, retry].map(post))
    expect(answers).toEqual(new Array(5).fill({ status: 200, text: '' }))
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(['Hello'])
  }, 180_000)

  it('loses nothing and doubles nothing while the server is killed again and again', async () => {
    slack.sendTo({ kind: 'sockets' })
    const channelId = await makeChannel()
    await expect.poll(() => slack.sockets.open.size, PATIENCE).toBe(1)
    const texts: string[] = []
    for (let round = 0; round < KILLS; round += 1) {
      for (let count = 0; count < 8; count += 1) {
        texts.push(`Message ${round}-${count}`)
        await slack.tell(slack.says(ada, `Message ${round}-${count}`).events)
        await sleep(count * round)
      }
      await server.kill()
      // Of this nobody is ever told: no socket stood, and Slack has given up by the time one does.
      texts.push(`Missed ${round}`)
      slack.says(ada, `Missed ${round}`)
      server = await startBareServer(folder.path, { env: ENV })
    }
    await expect.poll(() => textsOf(channelId), PATIENCE).toEqual(texts.toSorted())
    expect(await conversations(channelId)).toHaveLength(1)
  }, 240_000)
})
