import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownNumber } from '../../../connectors/sms/number-webhook.ts'
import { sms } from '../../../connectors/sms/sms-connector.ts'
import { whatsapp } from '../../../connectors/whatsapp/whatsapp-connector.ts'
import { type FakeTwilio, startFakeTwilio } from '../../fakes/twilio/fake-twilio.ts'
import { factsOf, smsRig, WEBHOOK, WHATSAPP_NUMBER, whatsappRig } from './twilio-context.ts'

const SERVICE = `MG${'5e'.repeat(16)}`

let fake: FakeTwilio
beforeEach(async () => {
  fake = await startFakeTwilio({ services: { [SERVICE]: ['+12025550123'] } })
})
afterEach(() => fake.close())

const number = () => fake.state.numbers[0] ?? expect.fail('there is a number')

describe('the test of a connection', () => {
  it('says that all is well, and where messages go', async () => {
    expect(await sms.check(smsRig(fake).ctx)).toMatchObject({
      ok: true,
      detail: 'Ready to send from +12025550123.',
      remains: expect.stringMatching(/goes nowhere at present: set the address https:\/\/inbox/) as string,
    })
    number().smsUrl = 'https://elsewhere.example/'
    expect(await sms.check(smsRig(fake).ctx)).toMatchObject({
      ok: true,
      remains: expect.stringContaining('goes elsewhere at present') as string,
    })
    number().smsUrl = `${WEBHOOK}#rc=5&rp=all`
    expect(await sms.check(smsRig(fake).ctx)).toEqual({
      ok: true,
      detail: 'Ready to send from +12025550123.',
    })
  })

  it.each([
    ['a wrong token', { authToken: 'wrong' }, 'bad-credentials', 'authToken'],
    ['a number of somebody else', { number: '+12025550666' }, 'number-unknown', 'number'],
    ['the beginning of a number', { number: '+1202555012' }, 'number-unknown', 'number'],
    ['a short code of somebody else', { number: '72725' }, 'number-unknown', 'number'],
    [
      'a service of somebody else',
      { sender: 'service', messagingServiceSid: `MG${'0'.repeat(32)}` },
      'service-unknown',
      'messagingServiceSid',
    ],
    [
      'an address where nobody is',
      { apiBaseUrl: 'http://127.0.0.1:2' },
      'platform-unreachable',
      'apiBaseUrl',
    ],
  ])('says of %s what is wrong and where', async (_, change, code, field) => {
    expect(await sms.check(smsRig(fake, { change }).ctx)).toMatchObject({
      ok: false,
      code,
      field,
      detail: expect.stringMatching(/^[A-Z].*\.( \(Twilio \d+\))?$/) as string,
    })
  })

  it('says that the account is closed, or that the number cannot send', async () => {
    fake.state.accountStatus = 'suspended'
    expect(await sms.check(smsRig(fake).ctx)).toMatchObject({
      code: 'account-suspended',
      field: 'accountSid',
    })
    fake.state.accountStatus = 'active'
    Object.assign(number(), { sms: false })
    expect(await sms.check(smsRig(fake).ctx)).toMatchObject({ code: 'number-without-sms', field: 'number' })
  })

  it('looks at WhatsApp’s senders, and knows the sandbox', async () => {
    expect(await whatsapp.check(whatsappRig(fake).ctx)).toMatchObject({ ok: true })
    expect(await whatsapp.check(whatsappRig(fake, { change: { number: '+12025550111' } }).ctx)).toMatchObject(
      {
        code: 'number-unknown',
        field: 'number',
      },
    )
    expect(await whatsapp.check(whatsappRig(fake, { change: { number: '+14155238886' } }).ctx)).toMatchObject(
      {
        ok: true,
        detail: expect.stringContaining('sandbox') as string,
      },
    )
    fake.state.senders.push({ number: '+12025550111', status: 'OFFLINE', callbackUrl: '' })
    expect(await whatsapp.check(whatsappRig(fake, { change: { number: '+12025550111' } }).ctx)).toMatchObject(
      {
        code: 'sender-offline',
      },
    )
    expect(WHATSAPP_NUMBER).toBe(fake.state.senders[0]?.number)
  })

  it('looks at a messaging service', async () => {
    const change = { sender: 'service', messagingServiceSid: SERVICE }
    expect(await sms.check(smsRig(fake, { change }).ctx)).toMatchObject({
      ok: true,
      detail: expect.stringContaining('Fake service') as string,
    })
  })
})

describe('a number that is pointed here', () => {
  const managed = () => smsRig(fake, { change: { manageWebhook: true } }).ctx

  it('gets our address, again and again, and loses it at the end', async () => {
    await sms.activate?.(managed())
    await sms.activate?.(managed())
    expect(number()).toMatchObject({ smsUrl: `${WEBHOOK}#rc=5&rp=all`, smsMethod: 'POST' })
    expect(number().smsFallbackUrl).toBe(number().smsUrl)
    expect(fake.calls.filter(({ method }) => method === 'POST')).toHaveLength(1)
    await sms.deactivate?.(managed())
    await sms.deactivate?.(managed())
    expect(number()).toMatchObject({ smsUrl: '', smsFallbackUrl: '' })
    expect(fake.calls.filter(({ method }) => method === 'POST')).toHaveLength(2)
  })

  it('keeps an address that somebody else has set', async () => {
    await sms.activate?.(managed())
    number().smsUrl = 'https://elsewhere.example/'
    await sms.deactivate?.(managed())
    expect(number()).toMatchObject({ smsUrl: 'https://elsewhere.example/', smsFallbackUrl: '' })
  })

  it('is left alone unless the settings say so', async () => {
    await sms.activate?.(smsRig(fake).ctx)
    await sms.deactivate?.(smsRig(fake).ctx)
    expect(fake.calls).toEqual([])
  })

  it('is left alone where Twilio could not call us, which is said', async () => {
    const change = { manageWebhook: true, apiBaseUrl: 'https://api.twilio.com' }
    const { ctx } = smsRig(fake, { change, webhookUrl: 'http://localhost:3000/ingress/1' })
    expect(await factsOf(sms.activate?.(ctx) ?? Promise.resolve())).toMatchObject({
      code: 'webhook-unreachable',
      detail: expect.stringContaining('http://localhost:3000/ingress/1') as string,
    })
  })

  it('is left when the settings name another one, and by nothing else', () => {
    const { config } = smsRig(fake, { change: { manageWebhook: true } })
    const service = { ...config, sender: 'service', number: '', messagingServiceSid: SERVICE } as const
    expect(ownNumber.relocates(config, { ...config, number: '+12025550124' })).toBe(true)
    expect(ownNumber.relocates(config, { ...config, accountSid: `AC${'0'.repeat(32)}` })).toBe(true)
    for (const after of [
      config,
      { ...config, authToken: 'new' },
      { ...config, manageWebhook: false },
      service,
    ])
      expect(ownNumber.relocates(config, after)).toBe(false)
    const unmanaged = { ...config, manageWebhook: false }
    expect(ownNumber.relocates(unmanaged, { ...unmanaged, number: '+12025550124' })).toBe(false)
  })

  it('must be ours', async () => {
    const { ctx } = smsRig(fake, { change: { manageWebhook: true, number: '+12025550666' } })
    expect(await factsOf(sms.activate?.(ctx) ?? Promise.resolve())).toMatchObject({ code: 'sender-unknown' })
  })
})
