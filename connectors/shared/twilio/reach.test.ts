import { expect, it } from 'vitest'
import { canCall } from './reach.ts'

const TWILIO = 'https://api.twilio.com'

it.each([
  ['https://inbox.shop.example/ingress/1', true],
  ['https://203.0.113.7/ingress/1', true],
  ['http://localhost:3000/ingress/1', false],
  ['http://127.0.0.1:3000/ingress/1', false],
  ['http://192.168.1.5/ingress/1', false],
  ['http://172.20.0.2/ingress/1', false],
  ['http://[::1]:3000/ingress/1', false],
  ['http://inbox/ingress/1', false],
  ['http://inbox.local/ingress/1', false],
])('Twilio can call %s: %s', (address, expected) => {
  expect(canCall(address, TWILIO)).toBe(expected)
  expect(canCall(address, 'http://127.0.0.1:4000')).toBe(true)
})
