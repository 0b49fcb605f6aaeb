import twilio, { type Twilio } from 'twilio'
import RequestClient from 'twilio/lib/base/RequestClient.js'
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ProviderCall, type ProviderServer, startProvider } from '../provider/provider-server.ts'
import { type FakeTwilio, startFakeTwilio } from './fake-twilio.ts'
import { SAMPLE_CONTENTS } from './sample-contents.ts'

const CUSTOMER = '+4915112345678'
const SERVICE = `MG${'5e'.repeat(16)}`

let fake: FakeTwilio
/** Us, as the fake sees us. */
let ours: ProviderServer
let library: Twilio

beforeEach(async () => {
  ours = await startProvider(() => ({ status: 200, body: '<Response/>' }))
  fake = await startFakeTwilio({
    webhookUrl: `${ours.url}/inbound`,
    contents: SAMPLE_CONTENTS,
    services: { [SERVICE]: ['+12025550123', 'whatsapp:+12025550199'] },
  })
  library = libraryOf(fake)
})
afterEach(async () => {
  await fake.settled()
  await fake.close()
  await ours.close()
})

/** Twilio's own library with its own HTTP client, which is led to the fake. */
function libraryOf({ accountSid, authToken, url }: FakeTwilio, token = authToken): Twilio {
  const httpClient = new RequestClient()
  const request = httpClient.request.bind(httpClient)
  httpClient.request = (options) =>
    request({ ...options, uri: options.uri.replace(/^https:\/\/[a-z]+\.twilio\.com/, url) })
  return twilio(accountSid, token, { httpClient })
}

const formOf = ({ body }: ProviderCall): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(body.toString()))

describe('to Twilio’s own library', () => {
  it('looks like Twilio when a message is created, fetched and listed', async () => {
    const statusCallback = `${ours.url}/status`
    const created = await library.messages.create({
      to: CUSTOMER,
      from: '+12025550123',
      body: 'Hi',
      statusCallback,
    })
    expect(created).toMatchObject({
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/) as string,
      status: 'queued',
      body: 'Hi',
      to: CUSTOMER,
      direction: 'outbound-api',
      numMedia: '0',
      errorCode: null,
      dateCreated: expect.any(Date) as Date,
    })
    await fake.settled()
    const fetched = await library.messages(created.sid).fetch()
    expect(fetched).toMatchObject({ status: 'delivered', dateSent: expect.any(Date) as Date })
    const [found] = await library.messages.list({
      to: CUSTOMER,
      dateSentAfter: new Date(Date.now() - 60_000),
    })
    expect(found?.sid).toBe(created.sid)
    expect(await library.messages.list({ dateSentAfter: new Date(Date.now() + 60_000) })).toEqual([])
  })

  it('pages its lists', async () => {
    for (let count = 0; count < 7; count += 1) await fake.writes(CUSTOMER, { text: `${count}`, inVain: true })
    const listed = await library.messages.list({ pageSize: 3 })
    expect(listed.map(({ body }) => body)).toEqual(['6', '5', '4', '3', '2', '1', '0'])
    const contents = await library.content.v1.contentAndApprovals.list({ pageSize: 4 })
    expect(contents.map(({ sid }) => sid)).toEqual(SAMPLE_CONTENTS.map(({ sid }) => sid))
    expect(contents[0]).toMatchObject({
      friendlyName: 'friendly_1',
      approvalRequests: { status: 'approved' },
    })
  })

  it('refuses as Twilio does', async () => {
    const wrong = libraryOf(fake, 'wrong')
    await expect(wrong.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 })
    const { messages } = library
    const from = '+12025550123'
    await expect(messages.create({ to: 'me', from, body: 'x' })).rejects.toMatchObject({
      status: 400,
      code: 21211,
    })
    await expect(messages.create({ to: CUSTOMER, from: '+12025550666', body: 'x' })).rejects.toMatchObject({
      code: 21606,
    })
    await expect(messages.create({ to: CUSTOMER, from, body: 'x'.repeat(1_601) })).rejects.toMatchObject({
      code: 21617,
    })
    await expect(messages.create({ to: CUSTOMER, from })).rejects.toMatchObject({ code: 21619 })
    await expect(messages('SM0').fetch()).rejects.toMatchObject({ status: 404, code: 20404 })
    expect(fake.sent()).toEqual([])
  })

  it('knows the account, its numbers, senders, services and files', async () => {
    expect(await library.api.v2010.accounts(fake.accountSid).fetch()).toMatchObject({
      status: 'active',
      type: 'Full',
    })
    const [number] = await library.incomingPhoneNumbers.list({ phoneNumber: '+12025550123' })
    expect(number).toMatchObject({ phoneNumber: '+12025550123', smsUrl: '', capabilities: { sms: true } })
    const changed = await library
      .incomingPhoneNumbers(number?.sid ?? '')
      .update({ smsUrl: 'https://a.example' })
    expect(changed.smsUrl).toBe('https://a.example')
    const senders = await library.messaging.v2.channelsSenders.list({ channel: 'whatsapp' })
    expect(senders).toMatchObject([{ senderId: 'whatsapp:+12025550199', status: 'ONLINE' }])
    const service = library.messaging.v1.services(SERVICE)
    expect(await service.fetch()).toMatchObject({ sid: SERVICE, useInboundWebhookOnNumber: false })
    expect(await service.phoneNumbers.list()).toMatchObject([{ phoneNumber: '+12025550123' }])
    expect(await service.channelSenders.list()).toMatchObject([{ sender: 'whatsapp:+12025550199' }])
    const media = [{ contentType: 'image/png', bytes: Buffer.from('x') }]
    const { sid } = await fake.writes(CUSTOMER, { media, inVain: true })
    expect(await library.messages(sid).media.list()).toMatchObject([
      { contentType: 'image/png', parentSid: sid },
    ])
  })
})

describe('what it sends us', () => {
  it('is signed as Twilio’s library expects it, without what stands behind the #', async () => {
    fake.pointAt(`${ours.url}/inbound#rc=5&rp=all`)
    const { status } = await fake.writes(`whatsapp:${CUSTOMER}`, {
      text: 'Grüße & mehr',
      location: { latitude: 1.5, longitude: -2 },
      more: { Tomorrow: 'x' },
    })
    const [call] = ours.calls
    expect([status, call?.url]).toEqual([200, '/inbound'])
    const form = call ? formOf(call) : {}
    expect(form).toMatchObject({
      Body: 'Grüße & mehr',
      Latitude: '1.5',
      WaId: '4915112345678',
      Tomorrow: 'x',
    })
    const signature = call?.headers['x-twilio-signature'] ?? ''
    expect(validateRequest(fake.authToken, signature, `${ours.url}/inbound`, form)).toBe(true)
    expect(getExpectedTwilioSignature('wrong', `${ours.url}/inbound`, form)).not.toBe(signature)
  })

  it('comes in the order, as often and as late as it is told to', async () => {
    fake.onSend(({ body }) => ({
      statuses: ['sent', 'delivered', 'read'],
      copies: 2,
      order: (reports) => reports.toReversed(),
      delayMs: 1,
      reportFirst: body === 'early',
    }))
    const statusCallback = `${ours.url}/status`
    await library.messages.create({ to: CUSTOMER, from: '+12025550123', body: 'early', statusCallback })
    const statuses = ours.calls.map((call) => formOf(call)['MessageStatus'])
    expect(statuses).toEqual(['read', 'read', 'delivered', 'delivered', 'sent', 'sent'])
  })

  it('tells of failures with their codes', async () => {
    fake.onSend(() => ({ statuses: ['sent', 'undelivered'], errorCode: 30003 }))
    const statusCallback = `${ours.url}/status`
    await library.messages.create({ to: CUSTOMER, from: '+12025550123', body: 'x', statusCallback })
    await fake.settled()
    expect(ours.calls.map(formOf)).toMatchObject([
      { MessageStatus: 'sent' },
      { MessageStatus: 'undelivered', ErrorCode: '30003' },
    ])
  })
})

it('refuses what comes faster than it takes, and counts that', async () => {
  const slow = await startFakeTwilio({ perSecond: 3, retryAfterSeconds: 2 })
  const { messages } = libraryOf(slow)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, (_, count) =>
      messages.create({ to: CUSTOMER, from: '+12025550123', body: `${count}` }),
    ),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { status: 429, code: 20429 },
  })
  expect([slow.sent().length, slow.tooFast()]).toEqual([3, 5])
  await slow.close()
})
