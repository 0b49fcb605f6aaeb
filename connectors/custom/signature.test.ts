import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { checkSignature, sign, TOLERANCE_MS } from './signature.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const body = Buffer.from('{"type":"ping"}')
const ids = fc.stringMatching(/^[!-\-/-~]{1,40}$/)

describe('a signature', () => {
  it('is the one that the public library makes, for every id, instant, text and secret', () => {
    const secrets = fc.uint8Array({ minLength: 24, maxLength: 64 })
    const instants = fc.integer({ min: 1_000, max: 4_102_444_800_000 })
    fc.assert(
      fc.property(ids, instants, fc.string({ unit: 'grapheme' }), secrets, (id, atMs, text, key) => {
        const secret = `whsec_${Buffer.from(key).toString('base64')}`
        const headers = sign(id, atMs, Buffer.from(text), secret)
        expect(headers['webhook-signature']).toBe(new Webhook(secret).sign(id, new Date(atMs), text))
      }),
    )
  })

  it('is taken from the public library, and taken by it', () => {
    const at = new Date()
    const headers = { ...sign('msg_1', at.getTime(), body, SECRET) }
    expect(new Webhook(SECRET).verify(body, headers)).toEqual({ type: 'ping' })
    const theirs = {
      'webhook-id': 'msg_2',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(SECRET).sign('msg_2', at, body.toString()),
    }
    expect(checkSignature(theirs, body, SECRET, at.getTime())).toEqual({ ok: true, id: 'msg_2' })
  })

  it('holds for five minutes either way, to the second', () => {
    const nowMs = Date.UTC(2026, 10, 23, 12)
    const holdsAt = (atMs: number): boolean =>
      checkSignature({ ...sign('a', atMs, body, SECRET) }, body, SECRET, nowMs).ok
    expect([-1, 1].map((side) => holdsAt(nowMs + side * TOLERANCE_MS))).toEqual([true, true])
    expect([-1, 1].map((side) => holdsAt(nowMs + side * (TOLERANCE_MS + 1_000)))).toEqual([false, false])
  })

  it('holds for no other id, time, body or secret', () => {
    const nowMs = Date.UTC(2026, 10, 23, 12)
    fc.assert(
      fc.property(ids, fc.uint8Array({ minLength: 1 }), fc.nat(), (id, bytes, at) => {
        const headers = { ...sign(id, nowMs, bytes, SECRET) }
        expect(checkSignature(headers, bytes, SECRET, nowMs).ok).toBe(true)
        const changed = bytes.map((byte, index) => (index === at % bytes.length ? byte ^ 1 : byte))
        expect(checkSignature(headers, changed, SECRET, nowMs).ok).toBe(false)
        expect(checkSignature({ ...headers, 'webhook-id': `${id}_` }, bytes, SECRET, nowMs).ok).toBe(false)
        const later = { ...headers, 'webhook-timestamp': String(nowMs / 1_000 + 1) }
        expect(checkSignature(later, bytes, SECRET, nowMs).ok).toBe(false)
      }),
    )
  })

  it('says in words what is wrong, and nothing of the secret', () => {
    const answer = checkSignature({}, body, SECRET, 0)
    expect(answer).toMatchObject({ ok: false, detail: expect.stringContaining('webhook-id') })
    expect(JSON.stringify(answer)).not.toContain(SECRET.slice(6))
  })
})
