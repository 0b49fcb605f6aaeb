import { expect, it } from 'vitest'
import { validateSettings } from '../../../src/services/channel-settings.ts'
import { configFields as smsFields } from '../../sms/settings.ts'
import { configFields as whatsappFields } from '../../whatsapp/settings.ts'
import { paceOf, type TwilioConfig } from './config.ts'

const GOOD = { accountSid: `AC${'0a'.repeat(16)}`, authToken: 'secret', number: '+12025550123' }

it.each([
  [1, { messages: 1, perMs: 1_000 }],
  [80, { messages: 80, perMs: 1_000 }],
  [0.5, { messages: 1, perMs: 2_000 }],
  [2.5, { messages: 1, perMs: 400 }],
  [0.3, { messages: 1, perMs: 3_334 }],
])('%d messages a second are a pace that is never faster', (messagesPerSecond, pace) => {
  expect(paceOf({ messagesPerSecond } as TwilioConfig)).toEqual(pace)
})

it('has the paces that Twilio names', () => {
  expect(validateSettings(smsFields, GOOD)).toMatchObject({ messagesPerSecond: 1 })
  expect(validateSettings(whatsappFields, GOOD)).toMatchObject({ messagesPerSecond: 80 })
  expect(() => validateSettings(smsFields, { ...GOOD, messagesPerSecond: 1_001 })).toThrow()
})

it('wants what it sends from: a number, or a service and no number', () => {
  const { number: _, ...numberless } = GOOD
  expect(() => validateSettings(smsFields, numberless)).toThrow(/Number is needed/)
  const service = { ...numberless, sender: 'service' }
  expect(() => validateSettings(smsFields, service)).toThrow(/Messaging service SID is needed/)
  const sid = { messagingServiceSid: `MG${'0a'.repeat(16)}` }
  expect(validateSettings(smsFields, { ...service, ...sid })).toMatchObject({ number: '', ...sid })
})

it.each([
  ['accountSid', 'AC12'],
  ['accountSid', `SK${'0a'.repeat(16)}`],
  ['number', '0202 5550123'],
  ['number', 'whatsapp:+12025550123'],
  ['apiBaseUrl', 'ftp://api.twilio.com'],
])('refuses %s %j', (key, value) => {
  expect(() => validateSettings(smsFields, { ...GOOD, [key]: value })).toThrow()
  expect(() => validateSettings(whatsappFields, { ...GOOD, [key]: value })).toThrow()
})
