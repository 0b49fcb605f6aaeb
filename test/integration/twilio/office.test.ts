/** The built server with Twilio's fake beside it: whole paths, over real HTTP both ways. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import { type FakeTwilio, startFakeTwilio } from '../../fakes/twilio/fake-twilio.ts'
import { forgeries } from '../../fakes/twilio/raw-requests.ts'
import { inboundParameters, signedForm } from '../../fakes/twilio/webhooks.ts'
import { conversationsOf, messagesOf, PATIENCE } from '../../harness/mail-office.ts'
import { type ServerUnderTest, startServer, temporaryFolder } from '../../harness/real-server.ts'
import { CUSTOMER, SMS_NUMBER, WHATSAPP_NUMBER } from './twilio-context.ts'

let fake: FakeTwilio
let server: ServerUnderTest
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let textChannel: string
let chatChannel: string

beforeAll(async () => {
  fake = await startFakeTwilio()
  folder = await temporaryFolder()
  server = await startServer(folder.path, { env: { OUTBOUND_ALLOW: '127.0.0.1' } })
  textChannel = await channel('sms', { number: SMS_NUMBER, manageWebhook: true })
  chatChannel = await channel('whatsapp', { number: WHATSAPP_NUMBER, contentBaseUrl: fake.url })
}, 120_000)
afterAll(async () => {
  await server.stop()
  await fake.close()
  await folder.remove()
})

async function channel(type: string, more: object): Promise<string> {
  const { accountSid, authToken, url: apiBaseUrl } = fake
  const config = { accountSid, authToken, apiBaseUrl, messagesPerSecond: 1_000, ...more }
  const { status, body } = await server.call('POST', '/channels', { type, name: type, config })
  if (status !== 201) throw new Error(`the channel was not made: ${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

/** As the server itself says it to Twilio: what is signed. */
const publicWebhookOf = (channelId: string): string =>
  (fake.state.numbers[0]?.smsUrl ?? '').split('#', 1)[0]?.replace(textChannel, channelId) ?? ''

/** The one conversation of a channel, once it has a message of this text. */
async function conversationWith(channelId: string, text: string): Promise<ConversationView> {
  let found: ConversationView | undefined
  await expect
    .poll(async () => {
      for (const conversation of await conversationsOf(server.call, channelId)) {
        const messages = await messagesOf(server.call, conversation.id)
        if (messages.some((message) => message.text === text)) found = conversation
      }
      return found !== undefined
    }, PATIENCE)
    .toBe(true)
  return found as ConversationView
}

async function answer(conversationId: string, text: string) {
  const clientMessageId = `client-${text.length}-${Date.now()}`
  const { status, body } = await server.call('POST', `/conversations/${conversationId}/messages`, {
    text,
    clientMessageId,
    attachmentIds: [],
  })
  return { status, body }
}

const messageWith = async (conversationId: string, text: string): Promise<MessageView | undefined> =>
  (await messagesOf(server.call, conversationId)).find((message) => message.text === text)

describe('a text message', () => {
  it('comes in, is answered, and its answer is reported as delivered', async () => {
    await expect.poll(() => fake.state.numbers[0]?.smsUrl, PATIENCE).toContain(`/ingress/${textChannel}`)
    fake.pointAt(fake.state.numbers[0]?.smsUrl ?? '')
    const { status } = await fake.writes(CUSTOMER, 'Is my order ready?')
    expect(status).toBe(200)
    const { id } = await conversationWith(textChannel, 'Is my order ready?')
    expect((await answer(id, 'It is.')).status).toBeLessThan(300)
    await expect.poll(async () => (await messageWith(id, 'It is.'))?.status, PATIENCE).toBe('delivered')
    expect(fake.sent().filter(({ body }) => body === 'It is.')).toMatchObject([
      { from: SMS_NUMBER, to: CUSTOMER },
    ])
  })

  it('is one message, however often Twilio brings it', async () => {
    const before = fake.state.messages.length
    fake.pointAt(publicWebhookOf(textChannel))
    expect((await fake.writes(CUSTOMER, 'Only once')).status).toBe(200)
    const { id } = await conversationWith(textChannel, 'Only once')
    const message = fake.state.messages[before]
    if (!message) throw new Error('it was written')
    const parameters = inboundParameters(message, {}, fake.state, fake.url)
    const { url, headers, body } = signedForm(publicWebhookOf(textChannel), parameters, fake.authToken)
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => fetch(url, { method: 'POST', headers, body: String(body) })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    const found = (await messagesOf(server.call, id)).filter(({ text }) => text === 'Only once')
    expect(found).toHaveLength(1)
  })

  it('that nobody signed changes nothing', async () => {
    const parameters = {
      AccountSid: fake.accountSid,
      MessageSid: `SM${'9'.repeat(32)}`,
      From: CUSTOMER,
      Body: 'Forged',
      SmsStatus: 'received',
    }
    const called = publicWebhookOf(textChannel)
    const forged = forgeries(parameters, { authToken: fake.authToken }, called)
    for (const [what, { headers, body, publicUrl }] of Object.entries(forged)) {
      const place = `${called}${new URL(publicUrl).search}`
      const { status } = await fetch(place, { method: 'POST', headers, body: new Uint8Array(body) })
      expect([what, [401, 403].includes(status)]).toEqual([what, true])
    }
    const { id } = await conversationWith(textChannel, 'Only once')
    expect(await messageWith(id, 'Forged')).toBeUndefined()
  })
})

it('a customer who writes STOP gets nothing any more until he writes START', async () => {
  fake.pointAt(publicWebhookOf(textChannel))
  await fake.writes(CUSTOMER, 'STOP')
  const { id } = await conversationWith(textChannel, 'STOP')
  const refused = await answer(id, 'Just one more thing')
  expect(refused.status).toBe(422)
  await fake.writes(CUSTOMER, 'START')
  await conversationWith(textChannel, 'START')
  expect((await answer(id, 'Welcome back')).status).toBeLessThan(300)
  await expect.poll(() => fake.sent().at(-1)?.body, PATIENCE).toBe('Welcome back')
  expect(fake.sent().some(({ body }) => body === 'Just one more thing')).toBe(false)
})

it('a WhatsApp message comes with its file, and its answer with marks is read', async () => {
  fake.onSend(() => ({ statuses: ['sent', 'delivered', 'read'], order: (reports) => reports.toReversed() }))
  fake.pointAt(publicWebhookOf(chatChannel))
  const media = [{ contentType: 'text/plain', bytes: Buffer.from('what is in the file') }]
  const { status } = await fake.writes(`whatsapp:${CUSTOMER}`, { text: 'See *this*', media })
  expect(status).toBe(200)
  const { id } = await conversationWith(chatChannel, 'See this')
  await expect.poll(() => fake.storageCalls.length, PATIENCE).toBeGreaterThan(0)
  expect(fake.storageCalls.every((call) => call.authorization === undefined)).toBe(true)
  await answer(id, 'That is *very* good')
  await expect.poll(async () => (await messageWith(id, 'That is very good'))?.status, PATIENCE).toBe('read')
  expect(fake.sent().at(-1)).toMatchObject({ body: 'That is *very* good', to: `whatsapp:${CUSTOMER}` })
})
