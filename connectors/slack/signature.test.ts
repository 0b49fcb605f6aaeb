import { isValidSlackRequest } from '@slack/bolt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RawRequest } from '../../src/contract/raw-request.ts'
import { isSigned, signatureOf } from './signature.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'

const request = (body: Uint8Array, headers: Readonly<Record<string, string>>): RawRequest => ({
  method: 'POST',
  url: '/ingress/1',
  publicUrl: 'https://inbox.example/ingress/1',
  headers,
  body,
  receivedAtMs: NOW,
})
const signed = (body: Uint8Array, timestamp = String(NOW / 1_000), secret = SECRET): RawRequest =>
  request(body, {
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signatureOf(timestamp, body, secret),
  })

describe('the signature', () => {
  it('is that of the example in Slack’s own documentation', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    expect(signatureOf('1531420618', Buffer.from(body), SECRET)).toBe(
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    )
  })

  it('holds over whatever bytes there are, and over no others', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (body, at) => {
        const good = signed(body)
        expect(isSigned(good, SECRET)).toBe(true)
        const changed = new Uint8Array(body)
        changed[at % body.length] = (changed[at % body.length] ?? 0) ^ 1
        expect(isSigned({ ...good, body: changed }, SECRET)).toBe(false)
        expect(isSigned({ ...good, body: new Uint8Array([...body, 10]) }, SECRET)).toBe(false)
      }),
    )
  })

  it('holds for five minutes either way', () => {
    const body = Buffer.from('{}')
    for (const [seconds, holds] of [
      [-301, false],
      [-300, true],
      [0, true],
      [300, true],
      [301, false],
    ] as const)
      expect(isSigned(signed(body, String(NOW / 1_000 + seconds)), SECRET), String(seconds)).toBe(holds)
  })

  it('is worth nothing without a secret', () => {
    const body = Buffer.from('{}')
    for (const secret of [undefined, ''])
      expect(isSigned(signed(body, String(NOW / 1_000), ''), secret)).toBe(false)
  })

  it('is judged as Bolt judges it, but for times to come', () => {
    const headers = fc.record({
      'x-slack-request-timestamp': fc.oneof(
        fc.integer({ min: -400, max: 299 }).map((seconds) => String(NOW / 1_000 + seconds)),
        fc.constantFrom('', 'now'),
      ),
      key: fc.constantFrom(SECRET, 'another'),
      version: fc.constantFrom('v0', 'v0', 'v0', 'v1', ''),
    })
    fc.assert(
      fc.property(fc.json(), headers, (text, { key, version, 'x-slack-request-timestamp': timestamp }) => {
        const body = Buffer.from(text)
        const signature = signatureOf(timestamp, body, key).replace('v0', version)
        const given = request(body, {
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': signature,
        })
        const bolt = isValidSlackRequest({
          signingSecret: SECRET,
          body: text,
          headers: {
            'x-slack-signature': signature,
            'x-slack-request-timestamp':
              timestamp === '' || timestamp === 'now' ? Number.NaN : Number(timestamp),
          },
          nowMilliseconds: NOW,
        })
        expect(isSigned(given, SECRET)).toBe(bolt)
      }),
    )
  })
})
