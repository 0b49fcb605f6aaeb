import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { FAKE_ACCOUNT, FAKE_TOKEN } from '../../../test/fakes/twilio/fake-twilio.ts'
import { formRequest, jsonRequest } from '../../../test/fakes/twilio/raw-requests.ts'
import { addressOf, identityOf, PLAIN, phoneOf, WHATSAPP } from './address.ts'
import type { TwilioConfig } from './config.ts'
import { twilioWebhook } from './webhook.ts'

const SID = `SM${'1'.repeat(32)}`
const CONFIG = { accountSid: FAKE_ACCOUNT, authToken: FAKE_TOKEN } as TwilioConfig
const webhook = twilioWebhook({ ...PLAIN, stopWords: true })

const SAID = {
  AccountSid: FAKE_ACCOUNT,
  MessageSid: SID,
  SmsStatus: 'received',
  From: '+4915112345678',
  To: '+12025550123',
  Body: 'Hello',
}
const REPORT = { AccountSid: FAKE_ACCOUNT, MessageSid: SID, From: '+12025550123', To: '+4915112345678' }

const verify = (parameters: Readonly<Record<string, string>>) =>
  webhook.verify(formRequest(parameters, FAKE_TOKEN), CONFIG)

const keyOf = (parameters: Readonly<Record<string, string>>) => {
  const answer = verify(parameters)
  return answer.ok ? answer.deliveryKey : undefined
}

describe('the key of a delivery', () => {
  it('is the message’s id, whatever else is said under it', () => {
    expect(keyOf(SAID)).toBe(SID)
    expect(keyOf({ ...SAID, Body: 'Something else' })).toBe(SID)
    expect(keyOf({ ...SAID, Tomorrow: 'x' })).toBe(SID)
  })

  it('is another for each state of a message of ours', () => {
    const keys = ['sent', 'delivered', 'read', 'failed', 'undelivered'].map((MessageStatus) =>
      keyOf({ ...REPORT, MessageStatus }),
    )
    expect(new Set([SID, ...keys]).size).toBe(6)
  })

  it('is short, whatever an id looks like', () => {
    expect(keyOf({ ...SAID, MessageSid: 'x'.repeat(5_000) })?.length).toBeLessThan(100)
  })
})

describe('what is verified', () => {
  it('names the customer as the sender, whoever reports', () => {
    expect(verify(SAID)).toMatchObject({ ok: true, sender: '+4915112345678' })
    expect(verify({ ...REPORT, MessageStatus: 'sent' })).toMatchObject({ ok: true, sender: '+4915112345678' })
  })

  it.each(['accepted', 'queued', 'sending', 'scheduled'])('is not kept when it says %s', (MessageStatus) => {
    expect(verify({ ...REPORT, MessageStatus })).toMatchObject({ ok: true, handshake: { status: 200 } })
  })

  it('is answered without a word to the customer', () => {
    const answer = verify(SAID)
    expect(answer.ok && webhook.acknowledge(answer.request)).toEqual({
      status: 200,
      contentType: 'text/xml',
      body: '<Response/>',
    })
  })

  it('is told by the configured address alone, whatever host the request names', () => {
    const request = formRequest(SAID, FAKE_TOKEN)
    expect(
      webhook.verify({ ...request, headers: { ...request.headers, host: 'evil.example' } }, CONFIG).ok,
    ).toBe(true)
    const forged = { ...request, publicUrl: 'https://evil.example/ingress/1' }
    expect(webhook.verify(forged, CONFIG).ok).toBe(false)
  })

  it('may be JSON whose hash is signed', () => {
    expect(webhook.verify(jsonRequest(SAID, FAKE_TOKEN), CONFIG)).toMatchObject({
      ok: true,
      deliveryKey: SID,
    })
  })
})

describe('an address', () => {
  it('becomes an id and is found again', () => {
    for (const address of [
      'whatsapp:+4915112345678',
      'whatsapp:US.13491208655302741918',
      '+4915112345678',
      'rcs:x',
    ])
      expect(addressOf(identityOf(address, WHATSAPP), WHATSAPP)).toBe(address)
    for (const address of ['+4915112345678', '72725', 'SHOP', 'rcs:x', 'whatsapp:+4915112345678'])
      expect(addressOf(identityOf(address, PLAIN), PLAIN)).toBe(address)
  })

  it('never means two people, nor one person by two ways', () => {
    const addresses = [
      'whatsapp:+4915112345678',
      '+4915112345678',
      'rcs:+4915112345678',
      'whatsapp:US.4915112345678',
    ]
    expect(new Set(addresses.map((address) => identityOf(address, WHATSAPP))).size).toBe(addresses.length)
  })

  it('has a number only where it is one', () => {
    expect(phoneOf('whatsapp:+4915112345678')).toBe('+4915112345678')
    expect(phoneOf('whatsapp:US.134', '4915112345678')).toBe('+4915112345678')
    for (const address of ['72725', 'SHOP', 'whatsapp:US.134', '+0123456789', '+12', `+1${'2'.repeat(20)}`])
      expect(phoneOf(address)).toBeUndefined()
  })
})

it('makes one channel of a messaging service, whatever number was written to', () => {
  const conversations = ['+12025550123', '+12025550124'].map((To) => {
    const answer = verify({ ...SAID, To })
    const [event] = answer.ok ? webhook.parse(answer.request) : []
    return event?.type === 'message' ? (event.threadKey ?? event.identity.externalId) : undefined
  })
  expect(conversations).toEqual(['+4915112345678', '+4915112345678'])
})

it('needs no library to take what comes in', async () => {
  // The library is large: it is loaded by what calls Twilio, and by nothing else.
  const script = `
    const { createRequire } = await import('node:module')
    const { sms } = await import('${import.meta.resolve('../../sms/sms-connector.ts')}')
    const { whatsapp } = await import('${import.meta.resolve('../../whatsapp/whatsapp-connector.ts')}')
    const loaded = Object.keys(createRequire('${import.meta.url}').cache)
    console.log(sms.inbound.kind, whatsapp.inbound.kind, loaded.filter((path) => path.includes('/twilio/lib/rest/')).length)
  `
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script]
  expect((await promisify(execFile)(process.execPath, args)).stdout).toBe('webhook webhook 0\n')
})
