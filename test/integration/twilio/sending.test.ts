import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sms } from '../../../connectors/sms/sms-connector.ts'
import { whatsapp } from '../../../connectors/whatsapp/whatsapp-connector.ts'
import type { Fault } from '../../fakes/provider/provider-server.ts'
import { type FakeTwilio, startFakeTwilio } from '../../fakes/twilio/fake-twilio.ts'
import { SAMPLE_CONTENTS } from '../../fakes/twilio/sample-contents.ts'
import {
  CUSTOMER,
  factsOf,
  file,
  outgoing,
  SMS_NUMBER,
  smsRig,
  WEBHOOK,
  WHATSAPP_NUMBER,
  whatsappRig,
} from './twilio-context.ts'

const SERVICE = `MG${'5e'.repeat(16)}`

let fake: FakeTwilio
beforeEach(async () => {
  fake = await startFakeTwilio({
    services: { [SERVICE]: [SMS_NUMBER, `whatsapp:${WHATSAPP_NUMBER}`] },
    contents: SAMPLE_CONTENTS,
  })
  fake.onSend(() => ({ statuses: [] }))
})
afterEach(() => fake.close())

const lastForm = (): URLSearchParams => new URLSearchParams(fake.calls.at(-1)?.body.toString())

describe('a text message', () => {
  it('goes out from the number, once, with the address for reports', async () => {
    const { ctx } = smsRig(fake)
    const receipt = await sms.send(outgoing({ text: 'Grüße & *stars* 👋🏽\nsecond + line' }), ctx)
    const [sent, ...more] = fake.sent()
    expect(more).toEqual([])
    expect(receipt).toEqual({ externalId: sent?.sid, status: 'sent' })
    expect(sent).toMatchObject({
      from: SMS_NUMBER,
      to: CUSTOMER,
      body: 'Grüße & *stars* 👋🏽\nsecond + line',
      statusCallback: WEBHOOK,
      mediaUrls: [],
    })
    expect(fake.calls.at(-1)?.url).toBe(`/2010-04-01/Accounts/${fake.accountSid}/Messages.json`)
  })

  it('goes out by the messaging service, which chooses the number', async () => {
    const { ctx } = smsRig(fake, { change: { sender: 'service', messagingServiceSid: SERVICE } })
    await sms.send(outgoing(), ctx)
    expect(lastForm().get('MessagingServiceSid')).toBe(SERVICE)
    expect(lastForm().has('From')).toBe(false)
    expect(fake.sent()).toMatchObject([{ from: SMS_NUMBER, messagingServiceSid: SERVICE }])
  })

  it('takes its files along by their addresses', async () => {
    const { ctx } = smsRig(fake)
    await sms.send(outgoing({ text: '', attachments: [file('a.png'), file('b.png')] }), ctx)
    expect(fake.sent()).toMatchObject([
      { body: '', mediaUrls: ['https://inbox.example/files/a.png', 'https://inbox.example/files/b.png'] },
    ])
    expect(lastForm().has('Body')).toBe(false)
  })
})

describe('a WhatsApp message', () => {
  it('goes out with its formatting as marks', async () => {
    const { ctx } = whatsappRig(fake)
    const spans = [{ kind: 'bold', offset: 3, length: 4 }] as const
    await whatsapp.send(outgoing({ text: 'so bold', spans, attachments: [file('a.png')] }), ctx)
    expect(fake.sent()).toMatchObject([
      { from: `whatsapp:${WHATSAPP_NUMBER}`, to: `whatsapp:${CUSTOMER}`, body: 'so *bold*' },
    ])
    expect(lastForm().getAll('MediaUrl')).toEqual(['https://inbox.example/files/a.png'])
  })

  it('reaches people who hide their number by the id that WhatsApp gave them', async () => {
    const { ctx } = whatsappRig(fake)
    const to = { identityExternalId: 'US.13491208655302741918', threadKey: 'US.13491208655302741918' }
    await whatsapp.send(outgoing({ to }), ctx)
    expect(fake.sent()).toMatchObject([{ to: 'whatsapp:US.13491208655302741918' }])
  })

  it('goes out as a template by its id and what fills its gaps, and by nothing else', async () => {
    const { ctx } = whatsappRig(fake)
    const templates = await whatsapp.listTemplates?.(ctx)
    const [first] = templates ?? []
    expect(templates).toHaveLength(SAMPLE_CONTENTS.length)
    const template = { id: first?.id ?? '', name: 'order', variables: { 1: 'Ada', 2: 'A-17' } }
    await whatsapp.send(outgoing({ text: 'Hello Ada, your order A-17 is on its way.', template }), ctx)
    const form = lastForm()
    expect(form.get('ContentSid')).toBe(template.id)
    expect(JSON.parse(form.get('ContentVariables') ?? '')).toEqual({ 1: 'Ada', 2: 'A-17' })
    expect([form.has('Body'), form.has('MediaUrl')]).toEqual([false, false])
    expect(fake.sent()).toMatchObject([{ body: 'Hello Ada, your order A-17 is on its way.' }])
  })

  it('does not go out as a template that is too long once filled', async () => {
    const { ctx } = whatsappRig(fake)
    const template = { id: SAMPLE_CONTENTS[0]?.sid ?? '', name: 'order', variables: { 1: 'x' } }
    const facts = await factsOf(whatsapp.send(outgoing({ text: 'x'.repeat(1_025), template }), ctx))
    expect(facts).toMatchObject({ code: 'text-too-long', retry: 'never', delivery: 'not-sent' })
    expect(fake.calls).toEqual([])
  })
})

it('lists the templates of many pages', async () => {
  const contents = Array.from({ length: 1_203 }, (_, index) => ({
    ...(SAMPLE_CONTENTS[0] as (typeof SAMPLE_CONTENTS)[number]),
    sid: `HX${index.toString().padStart(32, '0')}`,
  }))
  const large = await startFakeTwilio({ contents })
  const templates = await whatsapp.listTemplates?.(whatsappRig(large).ctx)
  expect(new Set(templates?.map(({ id }) => id)).size).toBe(1_203)
  expect(large.calls).toHaveLength(3)
  await large.close()
})

describe('a refusal', () => {
  it.each([
    [400, 21211, { code: 'recipient-unknown', retry: 'never' }],
    [400, 21408, { code: 'region-not-allowed', retry: 'never' }],
    [400, 21610, { code: 'opted-out', retry: 'never', optedOut: true }],
    [400, 21611, { code: 'queue-full', retry: 'later', holds: 'channel' }],
    [400, 21614, { code: 'recipient-unknown', retry: 'never' }],
    [400, 63007, { code: 'sender-unknown', retry: 'never' }],
    [400, 63016, { code: 'reply-window-closed', retry: 'never' }],
    [400, 99999, { code: 'platform-refused', retry: 'never' }],
    [401, 20003, { code: 'bad-credentials', retry: 'never' }],
    [404, 20404, { code: 'sender-unknown', retry: 'never' }],
    [429, 20429, { code: 'rate-limited', retry: 'later', holds: 'channel', retryAfterMs: 5_000 }],
    [429, 63018, { code: 'rate-limited', retry: 'later', holds: 'channel' }],
    [503, 20503, { code: 'platform-unavailable', retry: 'later', holds: 'channel' }],
  ])('%d with %d is told in words, and nothing was sent', async (status, code, expected) => {
    fake.onSend(() => ({ refuse: { status, code } }))
    const facts = await factsOf(sms.send(outgoing(), smsRig(fake).ctx))
    expect(facts).toMatchObject({ ...expected, delivery: 'not-sent' })
    expect(facts.detail).toContain(`(Twilio ${code})`)
    expect(fake.calls).toHaveLength(1)
  })

  it('waits as long as Twilio asks for', async () => {
    const slow = await startFakeTwilio({ perSecond: 1, retryAfterSeconds: 9 })
    const { ctx } = smsRig(slow)
    await sms.send(outgoing(), ctx)
    expect(await factsOf(sms.send(outgoing(), ctx))).toMatchObject({
      code: 'rate-limited',
      retry: 'later',
      retryAfterMs: 9_000,
      holds: 'channel',
    })
    expect(slow.tooFast()).toBe(1)
    await slow.settled()
    await slow.close()
  })

  it('comes from Twilio’s own filter after STOP, and ends with START', async () => {
    const { ctx } = smsRig(fake)
    await fake.writes(CUSTOMER, 'STOP')
    expect(await factsOf(sms.send(outgoing(), ctx))).toMatchObject({ code: 'opted-out', optedOut: true })
    await fake.writes(CUSTOMER, 'START')
    await expect(sms.send(outgoing(), ctx)).resolves.toHaveProperty('externalId')
  })

  it('comes at once when WhatsApp’s window is closed, but not for a template', async () => {
    const strict = await startFakeTwilio({ replyWindow: 'api', contents: SAMPLE_CONTENTS })
    const { ctx } = whatsappRig(strict)
    expect(await factsOf(whatsapp.send(outgoing(), ctx))).toMatchObject({
      code: 'reply-window-closed',
      retry: 'never',
      delivery: 'not-sent',
    })
    const template = { id: SAMPLE_CONTENTS[1]?.sid ?? '', name: 'call', variables: {} }
    await expect(whatsapp.send(outgoing({ template }), ctx)).resolves.toHaveProperty('externalId')
    await strict.writes(`whatsapp:${CUSTOMER}`, 'Hello')
    await expect(whatsapp.send(outgoing(), ctx)).resolves.toHaveProperty('externalId')
    await strict.settled()
    await strict.close()
  })
})

describe('a line that fails', () => {
  const status = (code: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
    kind: 'status',
    status: code,
    headers,
    body: '<html>nginx</html>',
  })

  it.each<readonly [string, Fault, object, number]>([
    [
      'is cut before Twilio has it',
      { kind: 'cut-before' },
      { code: 'connection-lost', delivery: 'unknown' },
      0,
    ],
    ['is cut once Twilio has it', { kind: 'cut-after' }, { code: 'connection-lost', delivery: 'unknown' }, 1],
    ['answers something else', { kind: 'garbage' }, { code: 'answer-unreadable', delivery: 'unknown' }, 1],
    ['answers 500', status(500), { code: 'platform-unavailable', delivery: 'unknown' }, 0],
    ['answers 502', status(502), { code: 'platform-unavailable', delivery: 'unknown' }, 0],
    ['answers 504', status(504), { code: 'platform-unavailable', delivery: 'unknown' }, 0],
    ['answers 503', status(503), { code: 'platform-unavailable', delivery: 'not-sent', retry: 'later' }, 0],
    [
      'answers 429 without words',
      status(429, { 'Retry-After': '7' }),
      { code: 'rate-limited', delivery: 'not-sent', retry: 'later', retryAfterMs: 7_000, holds: 'channel' },
      0,
    ],
    ['answers 401 without words', status(401), { code: 'bad-credentials', delivery: 'not-sent' }, 0],
    ['leads elsewhere', status(302, { Location: 'http://127.0.0.1:1/' }), { delivery: 'not-sent' }, 0],
  ])('%s', async (_, fault, expected, taken) => {
    fake.misbehave(() => fault)
    expect(await factsOf(sms.send(outgoing(), smsRig(fake).ctx))).toMatchObject(expected)
    expect(fake.sent()).toHaveLength(taken)
    // Nothing is ever tried again behind our back.
    expect(fake.calls).toHaveLength(1)
  })

  it('never stood: nothing was sent', async () => {
    const gone = await startFakeTwilio()
    const { ctx } = smsRig(gone)
    await gone.close()
    expect(await factsOf(sms.send(outgoing(), ctx))).toMatchObject({
      code: 'platform-unreachable',
      retry: 'later',
      delivery: 'not-sent',
    })
  })

  it('falls silent: it may have been sent', async () => {
    const given: RequestInit[] = []
    const silent: typeof fetch = (_, init = {}) => {
      given.push(init)
      return Promise.reject(new DOMException('took too long', 'TimeoutError'))
    }
    const facts = await factsOf(sms.send(outgoing(), smsRig(fake, { fetch: silent }).ctx))
    expect(facts).toMatchObject({ code: 'timeout', delivery: 'unknown' })
    expect(given[0]?.signal).toBeInstanceOf(AbortSignal)
  })

  it('was never taken when the server was stopping before', async () => {
    const facts = await factsOf(sms.send(outgoing(), smsRig(fake, { signal: AbortSignal.abort() }).ctx))
    expect(facts).toMatchObject({ code: 'stopping', retry: 'later', delivery: 'not-sent' })
    expect(fake.calls).toEqual([])
  })
})

it('tells after a while again how the channel is, whatever was told meanwhile', async () => {
  let nowMs = Date.now()
  const { ctx, health } = smsRig(fake, { clock: () => nowMs })
  const fails = { state: 'failing', part: 'sending', code: 'trial-account' }
  fake.onSend(() => ({ refuse: { status: 400, code: 21608 } }))
  await factsOf(sms.send(outgoing(), ctx))
  await factsOf(sms.send(outgoing(), ctx))
  expect(health).toMatchObject([fails])
  nowMs += 30_000
  await factsOf(sms.send(outgoing(), ctx))
  expect(health).toMatchObject([fails, fails])
})

it('tells how the channel is once when that changes, and no secret', async () => {
  const { ctx, health, lines } = smsRig(fake)
  await sms.send(outgoing(), ctx)
  await sms.send(outgoing(), ctx)
  fake.onSend(() => ({ refuse: { status: 401, code: 20003 } }))
  const first = await factsOf(sms.send(outgoing(), ctx))
  const second = await factsOf(sms.send(outgoing(), ctx))
  fake.onSend(() => ({ refuse: { status: 400, code: 21211 } }))
  await factsOf(sms.send(outgoing(), ctx))
  fake.onSend(() => ({ statuses: [] }))
  await sms.send(outgoing(), ctx)
  expect(health).toMatchObject([
    { state: 'healthy', part: 'sending' },
    { state: 'failing', part: 'sending', code: 'bad-credentials' },
    { state: 'healthy', part: 'sending' },
  ])
  expect(JSON.stringify([first, second, health, lines])).not.toContain(fake.authToken)
})
