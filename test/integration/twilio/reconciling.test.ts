import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sms } from '../../../connectors/sms/sms-connector.ts'
import { whatsapp } from '../../../connectors/whatsapp/whatsapp-connector.ts'
import type { RawItem } from '../../../src/contract/connector.ts'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { type FakeTwilio, startFakeTwilio } from '../../fakes/twilio/fake-twilio.ts'
import { SAMPLE_CONTENTS } from '../../fakes/twilio/sample-contents.ts'
import {
  CUSTOMER,
  factsOf,
  file,
  journaled,
  outgoing,
  recorded,
  SMS_NUMBER,
  smsRig,
  WHATSAPP_NUMBER,
  whatsappRig,
} from './twilio-context.ts'

const SERVICE = `MG${'5e'.repeat(16)}`
const HOUR_MS = 3_600_000

let fake: FakeTwilio
let nowMs = Date.now()
beforeEach(async () => {
  nowMs = Date.now()
  fake = await startFakeTwilio({
    services: { [SERVICE]: ['+12025550124', `whatsapp:${WHATSAPP_NUMBER}`] },
    numbers: [SMS_NUMBER, '+12025550124'],
    contents: SAMPLE_CONTENTS,
    now: () => nowMs,
  })
  fake.onSend(() => ({ statuses: [] }))
})
afterEach(() => fake.close())

/** Sends so that Twilio takes it and we do not hear of it. */
async function sendInTheDark(act: () => Promise<unknown>): Promise<void> {
  fake.misbehave(() => ({ kind: 'cut-after' }))
  await factsOf(act())
  fake.misbehave()
}

describe('a message whose fate is unknown', () => {
  it.each<readonly [string, Parameters<typeof outgoing>[0]]>([
    ['a text', { text: 'One “quoted” word – and more…' }],
    ['pictures without words', { text: '', attachments: [file('a.png'), file('b.png')] }],
    ['an emoji alone', { text: '👋🏽' }],
  ])('is found when Twilio has it: %s', async (_, change) => {
    const { ctx } = smsRig(fake)
    const message = outgoing(change)
    await sendInTheDark(() => sms.send(message, ctx))
    const [taken] = fake.sent()
    expect(await sms.findSent?.(message, ctx, recorded())).toEqual({
      found: 'sent',
      receipt: { externalId: taken?.sid, status: 'sent' },
    })
    expect(fake.sent()).toHaveLength(1)
  })

  it('is found though Twilio changed its signs for simpler ones, and delivered it', async () => {
    const { ctx } = smsRig(fake)
    const message = outgoing({ text: 'It’s “here” — now…' })
    await sendInTheDark(() => sms.send(message, ctx))
    const [taken] = fake.sent()
    if (taken) Object.assign(taken, { body: 'It\'s "here" - now...', status: 'delivered' })
    expect(await sms.findSent?.(message, ctx, recorded())).toEqual({
      found: 'sent',
      receipt: { externalId: taken?.sid, status: 'delivered' },
    })
  })

  it('is found as a template by what it reads', async () => {
    const { ctx } = whatsappRig(fake)
    const template = { id: SAMPLE_CONTENTS[2]?.sid ?? '', name: 'invoice', variables: { 1: 'invoices/9' } }
    const text = 'Your invoice is ready.\nOpen it: https://shop.example/invoices/9'
    const message = outgoing({ text, template })
    await sendInTheDark(() => whatsapp.send(message, ctx))
    expect(await whatsapp.findSent?.(message, ctx, recorded())).toMatchObject({ found: 'sent' })
  })

  it('is surely not sent when Twilio has nothing of the kind', async () => {
    const { ctx } = smsRig(fake)
    const message = outgoing()
    fake.misbehave(() => ({ kind: 'cut-before' }))
    await factsOf(sms.send(message, ctx))
    fake.misbehave()
    // Another customer got the same, another text went to him, the same text went to him long ago and from elsewhere.
    await sms.send(
      outgoing({ text: message.text, to: { identityExternalId: '+4915100000001', threadKey: 'x' } }),
      ctx,
    )
    await sms.send(outgoing({ text: 'Something else' }), ctx)
    await sms.send(outgoing({ text: message.text }), smsRig(fake, { change: { number: '+12025550124' } }).ctx)
    nowMs -= HOUR_MS
    await sms.send(outgoing({ text: message.text }), smsRig(fake).ctx)
    nowMs += HOUR_MS
    expect(await sms.findSent?.(message, ctx, recorded())).toEqual({ found: 'not-sent' })
  })

  it('is not taken for one of the same words that is recorded, whoever sent that', async () => {
    const { ctx } = smsRig(fake)
    const [first, second] = [outgoing({ text: 'ok' }), outgoing({ text: 'ok' })]
    const { externalId } = await sms.send(first, smsRig(fake).ctx)
    expect(await sms.findSent?.(second, ctx, recorded(externalId))).toEqual({ found: 'not-sent' })
    await sendInTheDark(() => sms.send(second, ctx))
    expect(await sms.findSent?.(second, ctx, recorded(externalId))).toMatchObject({
      found: 'sent',
      receipt: { externalId: fake.sent()[1]?.sid },
    })
  })

  it.each<readonly [string, number | null, object]>([
    ['failed', 63016, { code: 'reply-window-closed' }],
    ['undelivered', 30003, { code: 'recipient-unreachable' }],
    ['failed', 21610, { code: 'opted-out', optedOut: true }],
    ['canceled', null, { code: 'canceled' }],
  ])('is found with its failure when Twilio has it as %s (%s)', async (status, errorCode, failure) => {
    const { ctx } = smsRig(fake)
    const message = outgoing()
    await sendInTheDark(() => sms.send(message, ctx))
    const [taken] = fake.sent()
    if (taken) Object.assign(taken, { status, errorCode })
    expect(await sms.findSent?.(message, ctx, recorded())).toMatchObject({
      found: 'failed',
      receipt: { externalId: taken?.sid },
      failure,
    })
  })

  it('is the attempt that did not fail, where a person sent it again', async () => {
    const { ctx } = smsRig(fake)
    const message = outgoing()
    await sendInTheDark(() => sms.send(message, ctx))
    const [failed] = fake.sent()
    if (failed) Object.assign(failed, { status: 'undelivered', errorCode: 30003 })
    await sendInTheDark(() => sms.send({ ...message, attempt: 2 }, ctx))
    expect(await sms.findSent?.(message, ctx, recorded())).toMatchObject({
      found: 'sent',
      receipt: { externalId: fake.sent()[1]?.sid },
    })
  })

  it('stays unknown among several that read the same, and where texts are hidden', async () => {
    const { ctx } = smsRig(fake)
    const message = outgoing()
    await sendInTheDark(() => sms.send(message, ctx))
    await sendInTheDark(() => sms.send(message, ctx))
    expect(await sms.findSent?.(message, ctx, recorded())).toEqual({ found: 'unknown' })
    for (const taken of fake.sent()) taken.body = ''
    expect(await sms.findSent?.(message, ctx, recorded())).toEqual({ found: 'unknown' })
  })

  it('stays open when Twilio cannot be asked', async () => {
    const { ctx } = smsRig(fake)
    fake.misbehave(() => ({ kind: 'status', status: 503 }))
    const facts = await factsOf(sms.findSent?.(outgoing(), ctx, recorded()) ?? Promise.resolve())
    expect(facts).toMatchObject({ code: 'platform-unavailable', retry: 'later' })
  })

  it('is looked for on later pages, too', async () => {
    const { ctx } = smsRig(fake)
    const message = outgoing()
    await sendInTheDark(() => sms.send(message, ctx))
    for (let count = 0; count < 150; count += 1) await fake.writes(SMS_NUMBER, 'x')
    const other = smsRig(fake).ctx
    for (let count = 0; count < 150; count += 1) await sms.send(outgoing({ text: `n ${count}` }), other)
    expect(await sms.findSent?.(message, ctx, recorded())).toMatchObject({ found: 'sent' })
  })
})

describe('what was missed', () => {
  // Long enough ago for Twilio to have called us.
  beforeEach(() => {
    nowMs -= 60_000
  })
  const since = (): number => nowMs - HOUR_MS

  async function caughtUp(act: (push: (item: RawItem) => Promise<void>) => Promise<void> | undefined) {
    const items: RawItem[] = []
    await act(async (item) => void items.push(item))
    return items
  }

  const sidsOf = (items: readonly RawItem[]): readonly string[] =>
    items.map(({ body }) => (JSON.parse(Buffer.from(body).toString()) as { readonly sid: string }).sid)

  const events = (
    items: readonly RawItem[],
    parse: (item: ReturnType<typeof journaled>) => readonly InboundEvent[],
  ) => items.flatMap((item) => parse(journaled(item)))

  it('comes with its files, once each, oldest first, and nothing of others', async () => {
    const { ctx } = smsRig(fake)
    nowMs -= 3 * HOUR_MS
    await fake.writes(CUSTOMER, { text: 'long ago', inVain: true })
    nowMs += 3 * HOUR_MS
    const first = await fake.writes(CUSTOMER, { text: 'first', inVain: true })
    const media = [
      { contentType: 'image/png', bytes: Buffer.from('one') },
      { contentType: 'text/vcard', bytes: Buffer.from('two') },
    ]
    const second = await fake.writes(CUSTOMER, { media, inVain: true })
    await fake.writes(CUSTOMER, { text: 'to another number', to: '+12025550124', inVain: true })
    await fake.writes(`whatsapp:${CUSTOMER}`, { text: 'by WhatsApp', inVain: true })
    const items = await caughtUp((push) => sms.catchUp?.(ctx, since(), push))
    expect(sidsOf(items)).toEqual([first.sid, second.sid])
    const parsed = events(items, sms.inbound.kind === 'webhook' ? sms.inbound.parse : () => [])
    expect(parsed).toMatchObject([
      {
        type: 'message',
        externalId: first.sid,
        text: 'first',
        identity: { externalId: CUSTOMER, phone: CUSTOMER },
      },
      {
        type: 'message',
        externalId: second.sid,
        text: '',
        attachments: [
          { name: 'picture-1.png', contentType: 'image/png' },
          { name: 'contact-2.vcf', contentType: 'text/vcard' },
        ],
      },
    ])
    const files = parsed.flatMap((event) => (event.type === 'message' ? event.attachments : []))
    const contents: string[] = []
    for (const ref of files) {
      const stream = ref.kind === 'remote' ? await sms.fetchAttachment?.(ref, ctx) : undefined
      for await (const chunk of stream ?? []) contents.push(Buffer.from(chunk as Uint8Array).toString())
    }
    expect(contents).toEqual(['one', 'two'])
  })

  it('never stands in the way of the webhook’s delivery, which tells more of the same message', async () => {
    const { ctx, config } = whatsappRig(fake)
    const { sid } = await fake.writes(`whatsapp:${CUSTOMER}`, { text: 'hello', inVain: true })
    const [item] = await caughtUp((push) => whatsapp.catchUp?.(ctx, since(), push))
    const { formRequest } = await import('../../fakes/twilio/raw-requests.ts')
    const request = formRequest(
      {
        AccountSid: fake.accountSid,
        MessageSid: sid,
        From: `whatsapp:${CUSTOMER}`,
        Body: 'hello',
        SmsStatus: 'received',
      },
      fake.authToken,
    )
    const inbound = whatsapp.inbound
    if (inbound.kind !== 'webhook') throw new Error('it is called')
    const verification = inbound.verify(request, config)
    expect(verification).toMatchObject({ ok: true, sender: item?.sender })
    expect(verification).not.toMatchObject({ deliveryKey: item?.key })
    const namesOf = (journaledAs: ReturnType<typeof journaled>): readonly string[] =>
      inbound.parse(journaledAs).map((event) => ('externalId' in event ? event.externalId : ''))
    expect(item && namesOf(journaled(item))).toEqual([sid])
  })

  it('says what became of what we sent, where that changed since', async () => {
    const { ctx } = smsRig(fake)
    nowMs -= 2 * HOUR_MS
    await sms.send(outgoing({ text: 'delivered in time' }), ctx)
    await sms.send(outgoing({ text: 'delivered late' }), ctx)
    await sms.send(outgoing({ text: 'failed' }), ctx)
    await sms.send(outgoing({ text: 'still queued' }), ctx)
    const [one, two, three, four] = fake.sent()
    const become = (message: typeof one, status: string, errorCode: number | null = null) =>
      message && Object.assign(message, { status, errorCode, updatedAtMs: nowMs, sentAtMs: nowMs })
    become(one, 'delivered')
    nowMs += 2 * HOUR_MS
    become(two, 'delivered')
    become(three, 'undelivered', 30003)
    become(four, 'queued')
    const items = await caughtUp((push) => sms.catchUp?.(ctx, since(), push))
    const parsed = events(items, sms.inbound.kind === 'webhook' ? sms.inbound.parse : () => [])
    expect(parsed).toMatchObject([
      { type: 'status', externalId: two?.sid, status: 'delivered', identityExternalId: CUSTOMER },
      { type: 'status', externalId: three?.sid, status: 'failed', errorCode: 'recipient-unreachable' },
    ])
    expect(parsed).toHaveLength(2)
  })

  it('says what failed before it was sent, however much was sent since', async () => {
    const { ctx } = smsRig(fake)
    await sms.send(outgoing({ text: 'refused at once' }), ctx)
    const [failed] = fake.sent()
    if (failed) Object.assign(failed, { status: 'failed', errorCode: 63016, updatedAtMs: nowMs })
    expect(failed?.sentAtMs).toBeNull()
    const items = await caughtUp((push) => sms.catchUp?.(ctx, since(), push))
    const parsed = events(items, sms.inbound.kind === 'webhook' ? sms.inbound.parse : () => [])
    expect(parsed).toMatchObject([
      { type: 'status', externalId: failed?.sid, status: 'failed', errorCode: 'reply-window-closed' },
    ])
  })

  it('waits until Twilio has had the time to call us, which tells more', async () => {
    const { sid: older } = await fake.writes(CUSTOMER, { text: 'a minute ago', inVain: true })
    nowMs += 60_000
    const { sid: young } = await fake.writes(CUSTOMER, { text: 'just now', inVain: true })
    const stopping = new AbortController()
    const items: RawItem[] = []
    let looks = 0
    const clock = () => {
      looks += 1
      return nowMs
    }
    const { ctx } = smsRig(fake, { signal: stopping.signal, clock })
    const running = sms.catchUp?.(ctx, since(), async (item) => void items.push(item))
    // Once when all is listed, and once more when all the rest is pushed.
    await expect.poll(() => looks, { interval: 5 }).toBe(2)
    stopping.abort()
    await running
    expect(sidsOf(items)).toEqual([older])
    const later = smsRig(fake, { clock: () => nowMs + 19_950 }).ctx
    const all = await caughtUp((push) => sms.catchUp?.(later, since(), push))
    expect(sidsOf(all)).toEqual([older, young])
  })

  it('comes in its order though the files of several are asked for at once', async () => {
    const { ctx } = smsRig(fake)
    const media = [{ contentType: 'image/png', bytes: Buffer.from('one') }]
    const sids: string[] = []
    for (let count = 0; count < 25; count += 1)
      sids.push(
        (await fake.writes(CUSTOMER, count % 2 === 0 ? { media, inVain: true } : { text: 'x', inVain: true }))
          .sid,
      )
    const items = await caughtUp((push) => sms.catchUp?.(ctx, since(), push))
    expect(sidsOf(items)).toEqual(sids)
  })

  it('comes from all numbers of a messaging service, and from no other', async () => {
    const { ctx } = smsRig(fake, { change: { sender: 'service', messagingServiceSid: SERVICE } })
    const { sid } = await fake.writes(CUSTOMER, { text: 'to the service', to: '+12025550124', inVain: true })
    await fake.writes(CUSTOMER, { text: 'to a number beside it', to: SMS_NUMBER, inVain: true })
    const items = await caughtUp((push) => sms.catchUp?.(ctx, since(), push))
    expect(sidsOf(items)).toEqual([sid])
  })

  it('comes whole, however many pages it has', async () => {
    const { ctx } = smsRig(fake)
    for (let count = 0; count < 2_345; count += 1)
      await fake.writes(CUSTOMER, { text: `${count}`, inVain: true })
    const items = await caughtUp((push) => sms.catchUp?.(ctx, since(), push))
    const texts = events(items, sms.inbound.kind === 'webhook' ? sms.inbound.parse : () => []).map((event) =>
      event.type === 'message' ? event.text : '',
    )
    expect(texts).toEqual(Array.from({ length: 2_345 }, (_, index) => `${index}`))
  })

  it('ends when the server stops', async () => {
    const stopping = new AbortController()
    const { ctx } = smsRig(fake, { signal: stopping.signal })
    for (let count = 0; count < 5; count += 1) await fake.writes(CUSTOMER, { text: `${count}`, inVain: true })
    const items: RawItem[] = []
    await sms.catchUp?.(ctx, since(), async (item) => {
      items.push(item)
      stopping.abort()
    })
    expect(items).toHaveLength(1)
  })
})
