import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RawRequest, Verification } from '../../src/contract/raw-request.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { registry } from '../index.ts'
import { inbound } from './inbound.ts'
import type { WebChatConfig } from './settings.ts'
import { configFields } from './settings.ts'
import { issueToken } from './visitor-token.ts'
import { webChat } from './web-chat-connector.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const visitorSecret = 'visitor-secret-of-this-channel!'
const config = {
  ...Object.fromEntries(configFields.map((field) => [field.key, field.default ?? ''])),
  identitySecret: 'identity-secret-of-this-channel',
  visitorSecret,
} as unknown as WebChatConfig

const visitor = { visitorId: 'anon:x', verified: false, expiresAtMs: NOW + 1_000 }
const token = issueToken(visitor, visitorSecret)
const known = { visitorId: 'user:7', verified: true, expiresAtMs: NOW + 1_000 }
const message = { type: 'message', clientMessageId: 'c-1', text: 'Hello' }
const id = (digit: string, length: number): string => digit.repeat(length)

function request(
  body: unknown,
  changes: { headers?: Record<string, string>; bytes?: Uint8Array } = {},
): RawRequest {
  return {
    method: 'POST',
    url: '/ingress/1',
    publicUrl: 'http://localhost/ingress/1',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...changes.headers },
    body: changes.bytes ?? Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    receivedAtMs: NOW,
  }
}

const verify = (body: unknown, changes = {}): Verification => inbound.verify(request(body, changes), config)

function eventsOf(body: unknown, by = token) {
  const answer = verify(body, { headers: { authorization: `Bearer ${by}` } })
  if (!answer.ok) throw new Error(answer.detail)
  return inbound.parse(answer.request)
}

describe('a message', () => {
  it('is keyed by visitor and client id, and says who sends it', () => {
    const answer = verify(message)
    expect(answer).toMatchObject({ ok: true, deliveryKey: 'm:anon:x:c-1', sender: 'anon:x' })
    expect(JSON.stringify(answer)).not.toContain(token)
  })

  it('becomes one event with everything that came', () => {
    const full = {
      ...message,
      attachmentIds: [id('a', 32)],
      sentAtMs: NOW - 5_000,
      page: { url: 'https://shop.example/cart', title: 'Cart' },
      attributes: { plan: 'pro' },
      preChat: { name: ' Ada ', email: 'ada@site.example' },
    }
    expect(eventsOf(full)).toEqual([
      {
        type: 'message',
        externalId: 'anon:x:c-1',
        identity: {
          externalId: 'anon:x',
          verified: false,
          displayName: 'Ada',
          email: 'ada@site.example',
          attributes: { plan: 'pro', pageUrl: 'https://shop.example/cart', pageTitle: 'Cart' },
        },
        text: 'Hello',
        attachments: [{ kind: 'stored', attachmentId: id('a', 32) }],
        clientMessageId: 'c-1',
        sentAtMs: NOW - 5_000,
      },
    ])
  })

  it('takes what the site signed before what is claimed', () => {
    const signed = issueToken({ ...known, name: 'Ada', email: 'ada@site.example' }, visitorSecret)
    const [event] = eventsOf({ ...message, preChat: { name: 'Eve', email: 'eve@evil.example' } }, signed)
    expect(event).toMatchObject({
      identity: { externalId: 'user:7', displayName: 'Ada', email: 'ada@site.example', verified: true },
    })
    const [quiet] = eventsOf(message, signed)
    expect(quiet).toMatchObject({ identity: { verified: true, email: 'ada@site.example' } })
  })

  it('never lends a proven id’s trust to a claimed address', () => {
    const [event] = eventsOf(
      { ...message, preChat: { email: 'eve@evil.example' } },
      issueToken(known, visitorSecret),
    )
    expect(event).toMatchObject({ identity: { email: 'eve@evil.example', verified: false } })
  })

  it('may be written offline, but not in the future', () => {
    expect(eventsOf({ ...message, sentAtMs: NOW + 1 })[0]).not.toHaveProperty('sentAtMs')
    expect(eventsOf({ ...message, sentAtMs: 0 })[0]).not.toHaveProperty('sentAtMs')
  })

  it('may be a file without words', () => {
    expect(verify({ ...message, text: '', attachmentIds: [id('a', 32)] }).ok).toBe(true)
  })
})

describe('a receipt', () => {
  it('becomes one status for each message, of this visitor’s alone', () => {
    const messageIds = [id('1', 24), id('2', 24)]
    expect(eventsOf({ type: 'receipt', status: 'read', messageIds })).toEqual(
      messageIds.map((externalId) => ({
        type: 'status',
        externalId,
        identityExternalId: 'anon:x',
        status: 'read',
        atMs: NOW,
      })),
    )
  })

  it('has the same key whenever it comes again, and another for another status', () => {
    const key = (status: string): string | undefined => {
      const answer = verify({ type: 'receipt', status, messageIds: [id('1', 24)] })
      return answer.ok ? answer.deliveryKey : undefined
    }
    expect(key('read')).toBe(key('read'))
    expect(key('read')).not.toBe(key('delivered'))
  })
})

describe('refusals', () => {
  const bad: [string, unknown, string][] = [
    ['no JSON', '{', ''],
    ['a list', [], ''],
    ['null', 'null', ''],
    ['a text', '"x"', ''],
    ['no type', { clientMessageId: 'c', text: 'x' }, 'type'],
    ['an unknown type', { ...message, type: 'note' }, 'type'],
    ['an unknown field', { ...message, from: 'agent' }, 'from'],
    ['__proto__', '{"type":"message","clientMessageId":"c","text":"x","__proto__":{"a":1}}', '__proto__'],
    ['an operator as text', { ...message, text: { $ne: 1 } }, 'text'],
    ['an operator as id', { ...message, clientMessageId: { $gt: '' } }, 'clientMessageId'],
    ['no client id', { type: 'message', text: 'x' }, 'clientMessageId'],
    ['a client id with a colon', { ...message, clientMessageId: 'a:b' }, 'clientMessageId'],
    ['a client id of 65', { ...message, clientMessageId: id('a', 65) }, 'clientMessageId'],
    ['an empty text', { ...message, text: ' \n' }, 'text'],
    ['no text', { type: 'message', clientMessageId: 'c' }, 'text'],
    ['a text over the limit', { ...message, text: id('a', 10_001) }, 'text'],
    ['a file id of a wrong form', { ...message, attachmentIds: ['../x'] }, 'attachmentIds.0'],
    ['a file twice', { ...message, attachmentIds: [id('a', 32), id('a', 32)] }, 'attachmentIds.1'],
    [
      'eleven files',
      { ...message, attachmentIds: Array.from({ length: 11 }, () => id('a', 32)) },
      'attachmentIds',
    ],
    ['files as an object', { ...message, attachmentIds: { length: 1 } }, 'attachmentIds'],
    ['an instant as text', { ...message, sentAtMs: '1' }, 'sentAtMs'],
    ['a fraction of an instant', { ...message, sentAtMs: 1.5 }, 'sentAtMs'],
    ['a page that is a script', { ...message, page: { url: 'javascript:alert(1)' } }, 'page.url'],
    ['an unknown part of the page', { ...message, page: { host: 'x' } }, 'page.host'],
    ['attributes as a list', { ...message, attributes: ['a'] }, 'attributes'],
    ['an attribute named $ne', { ...message, attributes: { $ne: 'x' } }, 'attributes.$ne'],
    ['an attribute with a dot', { ...message, attributes: { 'a.b': 'x' } }, 'attributes.a.b'],
    ['an object as attribute', { ...message, attributes: { a: {} } }, 'attributes.a'],
    ['a claimed email of a wrong form', { ...message, preChat: { email: 'x' } }, 'preChat.email'],
    ['a receipt of nothing', { type: 'receipt', status: 'read', messageIds: [] }, 'messageIds'],
    ['a receipt of failure', { type: 'receipt', status: 'failed', messageIds: [id('1', 24)] }, 'status'],
    [
      'a receipt with an operator',
      { type: 'receipt', status: 'read', messageIds: [{ $ne: 1 }] },
      'messageIds.0',
    ],
  ]
  it.each(bad)('%s is invalid input', (_, body, field) => {
    expect(verify(body)).toMatchObject({ ok: false, code: 'invalid-input', field })
  })

  it('bytes that are not UTF-8, or too many, are invalid input', () => {
    const invalid = { ok: false, code: 'invalid-input' }
    expect(verify('', { bytes: Uint8Array.of(0x22, 0xff, 0x22) })).toMatchObject(invalid)
    expect(verify('', { bytes: new Uint8Array(inbound.maxBodyBytes + 1) })).toMatchObject(invalid)
  })

  it('the longest message, escaped, still fits', () => {
    const body = JSON.stringify({ ...message, text: '\u0001'.repeat(10_000) })
    expect(verify(body).ok).toBe(true)
  })

  it.each(['', 'text/plain', 'application/jsonx', 'multipart/form-data'])('content type "%s"', (type) => {
    expect(verify(message, { headers: { 'content-type': type } })).toMatchObject({
      code: 'unsupported-content-type',
    })
  })

  it('a charset is no matter', () => {
    expect(verify(message, { headers: { 'content-type': 'application/json; charset=utf-8' } }).ok).toBe(true)
  })

  const outdated = issueToken({ ...visitor, expiresAtMs: NOW }, visitorSecret)
  const foreign = issueToken(visitor, 'visitor-secret-of-another-one!')
  it.each([
    '',
    token,
    `Basic ${token}`,
    'Bearer ',
    `Bearer ${outdated}`,
    `Bearer ${foreign}`,
    `Bearer ${token}=`,
  ])('authorization "%s"', (authorization) => {
    expect(verify(message, { headers: { authorization } })).toMatchObject({
      ok: false,
      code: 'invalid-token',
    })
  })
})

describe('whatever bytes come', () => {
  it('verify and parse never throw, and parse is deterministic', () => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .record({
          type: fc.constantFrom('message', 'receipt'),
          text: fc.anything(),
          messageIds: fc.anything(),
        })
        .map((value) =>
          Buffer.from(JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? 0 : part))),
        ),
    )
    fc.assert(
      fc.property(bodies, fc.dictionary(fc.string(), fc.string()), (body, facts) => {
        verify('', { bytes: body })
        const journaled = verified({ body, contentType: '', facts, receivedAtMs: NOW })
        expect(inbound.parse(journaled)).toEqual(inbound.parse(journaled))
      }),
      { numRuns: 500 },
    )
  })
})

describe('the connector', () => {
  it('stands in the registry', () => {
    expect(registry.find(webChat.type)).toBe(webChat)
  })

  it('has exactly the methods that it declares native', () => {
    const capabilities = webChat.capabilities(config)
    expect(webChat.sendTyping !== undefined).toBe(capabilities.typing === 'native')
    expect(webChat.markRead !== undefined).toBe(capabilities.markRead === 'native')
    expect(webChat.editMessage !== undefined).toBe(capabilities.editMessage === 'native')
    expect(webChat.deleteMessage !== undefined).toBe(capabilities.deleteMessage === 'native')
  })

  it('patterns of its settings are valid regular expressions and their defaults match', () => {
    for (const { pattern, default: initial } of configFields) {
      if (pattern !== undefined && typeof initial === 'string') expect(initial).toMatch(new RegExp(pattern))
    }
  })
})
