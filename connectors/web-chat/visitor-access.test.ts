import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { VisitorAdmission } from '../../src/contract/visitor-access.ts'
import type { VisitorIdentityClaim } from '../../src/domain/visitor.ts'
import type { WebChatConfig } from './settings.ts'
import { visitors } from './visitor-access.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const MINUTE = 60_000
const DAY = 86_400_000
const ORIGIN = 'https://shop.example'
const FRESH = 'ab'.repeat(16)

const config: WebChatConfig = {
  title: '',
  greeting: '',
  offlineText: '',
  color: '#0E7490',
  position: 'right',
  colorScheme: 'auto',
  locale: 'auto',
  preChat: false,
  attachments: true,
  emoji: true,
  continueChannel: '',
  continueAfterMinutes: 5,
  allowedDomains: [],
  requireIdentity: false,
  identitySecret: 'identity-secret-of-this-channel',
  visitorSecret: 'visitor-secret-of-this-channel!',
}
const other: WebChatConfig = {
  ...config,
  identitySecret: 'identity-secret-of-another-one',
  visitorSecret: 'visitor-secret-of-another-one!',
}

const ticketOf = (of = config, nowMs = NOW): string => visitors.issueTicket(ORIGIN, of, nowMs) ?? ''

function enter(
  options: { identity?: VisitorIdentityClaim; token?: string; ticket?: string; nowMs?: number } = {},
  of = config,
): VisitorAdmission {
  const { identity, token, nowMs = NOW, ticket = ticketOf(of, nowMs) } = options
  return visitors.admit(
    { ticket, nowMs, freshId: FRESH, ...(identity && { identity }), ...(token !== undefined && { token }) },
    of,
  )
}

function admitted(admission: VisitorAdmission) {
  if (!admission.ok) throw new Error(admission.detail)
  return admission
}

const hashOf = (id: string, secret = config.identitySecret): string =>
  createHmac('sha256', secret).update(id).digest('hex')

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function jwtOf(
  claims: object,
  { head = { alg: 'HS256', typ: 'JWT' } as object, secret = config.identitySecret, hash = 'sha256' } = {},
): string {
  const signed = `${part(head)}.${part(claims)}`
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`
}

const seconds = NOW / 1_000
const claims = { sub: '42', name: 'Ada', email: 'ada@site.example', phone: '+4670', exp: seconds + 300 }

describe('anonymous visitors', () => {
  it('get a token that names them, and keep the id over visits', () => {
    const first = admitted(enter())
    expect(first.visitor).toEqual({ visitorId: `anon:${FRESH}`, verified: false })
    expect(visitors.recognise(first.token, config, NOW)).toEqual(first.visitor)
    const later = admitted(
      visitors.admit(
        {
          ticket: ticketOf(config, NOW + DAY),
          token: first.token,
          nowMs: NOW + DAY,
          freshId: 'cd'.repeat(16),
        },
        config,
      ),
    )
    expect(later.visitor).toEqual(first.visitor)
  })

  it('stay anonymous whatever they claim', () => {
    const claimed = admitted(enter({ identity: { id: '42', name: 'Ada', email: 'ada@site.example' } }))
    expect(claimed.visitor).toEqual({ visitorId: `anon:${FRESH}`, verified: false })
  })

  it('begin anew with a token that is forged, outdated or of another channel', () => {
    const foreign = admitted(enter({}, other)).token
    const { token } = admitted(enter())
    for (const [bad, nowMs] of [
      [foreign, NOW],
      [`${token}x`, NOW],
      [token, NOW + 401 * DAY],
    ] as const) {
      expect(visitors.recognise(bad, config, nowMs)).toBeUndefined()
      expect(admitted(enter({ token: bad, nowMs })).visitor.visitorId).toBe(`anon:${FRESH}`)
    }
  })

  it('are refused where only signed identities are served, with an old token too', () => {
    const strict = { ...config, requireIdentity: true }
    const { token } = admitted(enter())
    expect(enter({ token }, strict)).toMatchObject({ ok: false, code: 'identity-not-proven' })
    expect(visitors.recognise(token, strict, NOW)).toBeUndefined()
    expect(enter({ identity: { id: '42', hash: hashOf('42') } }, strict).ok).toBe(true)
  })
})

describe('tokens', () => {
  it('are refused with any single character changed', () => {
    const { token } = admitted(enter())
    for (let index = 0; index < token.length; index++) {
      const swapped = token[index] === 'A' ? 'B' : 'A'
      const tampered = token.slice(0, index) + swapped + token.slice(index + 1)
      expect(visitors.recognise(tampered, config, NOW)).toBeUndefined()
    }
  })

  it('are never tickets, nor the other way round', () => {
    const { token } = admitted(enter())
    expect(visitors.recognise(ticketOf(), config, NOW)).toBeUndefined()
    expect(enter({ ticket: token })).toMatchObject({ ok: false, code: 'origin-not-allowed' })
  })

  it('are neither made nor believed while the channel has no secret', () => {
    const empty = { ...config, visitorSecret: '' }
    const signed = `v1.${part({ v: 'anon:x', s: 1, x: NOW + DAY })}`
    const forged = `${signed}.${createHmac('sha256', '').update(signed).digest('base64url')}`
    expect(visitors.recognise(forged, empty, NOW)).toBeUndefined()
    expect(visitors.issueTicket(ORIGIN, empty, NOW)).toBeUndefined()
  })
})

describe('tickets', () => {
  it('hold for five minutes, for one channel', () => {
    const ticket = ticketOf()
    expect(enter({ ticket, nowMs: NOW + 5 * MINUTE - 1 }).ok).toBe(true)
    expect(enter({ ticket, nowMs: NOW + 5 * MINUTE })).toMatchObject({ code: 'origin-not-allowed' })
    expect(enter({ ticket: ticketOf(other) })).toMatchObject({ code: 'origin-not-allowed' })
    expect(enter({ ticket: '' })).toMatchObject({ code: 'origin-not-allowed' })
  })

  it('lose their worth when the domain is taken off the list', () => {
    const ticket = ticketOf()
    const narrowed = { ...config, allowedDomains: ['elsewhere.example'] }
    expect(enter({ ticket }, narrowed)).toMatchObject({ code: 'origin-not-allowed' })
  })

  it.each([
    ['https://example.com', true],
    ['http://example.com', true],
    ['https://example.com:8443', false],
    ['https://sub.example.com', false],
    ['https://example.com.evil.test', false],
    ['https://evilexample.com', false],
    ['https://a.wild.example', true],
    ['https://a.b.wild.example', true],
    ['https://wild.example', false],
    ['https://evilwild.example', false],
    ['http://localhost:8080', true],
    ['http://localhost:8081', false],
    ['http://any.test:1234', true],
    ['http://user@example.com', false],
    ['https://example.com/path', false],
    ['ftp://example.com', false],
    ['null', false],
    ['', false],
  ])('for %s: %s', (origin, allowed) => {
    const allowedDomains = ['example.com', '*.wild.example', 'localhost:8080', 'any.test:*']
    expect(visitors.issueTicket(origin, { ...config, allowedDomains }, NOW) !== undefined).toBe(allowed)
  })

  it('are for any web page while no domain is listed', () => {
    expect(visitors.frameAncestors(config)).toEqual([])
    expect(visitors.issueTicket('https://anything.example:99', config, NOW)).toBeDefined()
    expect(visitors.issueTicket('null', config, NOW)).toBeUndefined()
  })

  it('and frame-ancestors follow one list', () => {
    expect(visitors.frameAncestors({ ...config, allowedDomains: ['*.Example.com', 'localhost:1'] })).toEqual([
      'https://*.example.com',
      'http://*.example.com',
      'https://localhost:1',
      'http://localhost:1',
    ])
  })
})

describe('identity by hash', () => {
  it('is believed when it is the channel’s own', () => {
    const visitor = admitted(enter({ identity: { id: '42', hash: hashOf('42'), name: 'Ada' } })).visitor
    expect(visitor).toEqual({ visitorId: 'user:42', verified: true })
  })

  it.each([
    ['of another channel', { id: '42', hash: hashOf('42', other.identitySecret) }],
    ['of another id', { id: '42', hash: hashOf('43') }],
    ['too short', { id: '42', hash: hashOf('42').slice(2) }],
    ['not hex', { id: '42', hash: 'z'.repeat(64) }],
    ['without an id', { hash: hashOf('') }],
    ['of an empty id', { id: '', hash: hashOf('') }],
    ['of a control character', { id: 'a\nb', hash: hashOf('a\nb') }],
    ['of an endless id', { id: 'a'.repeat(201), hash: hashOf('a'.repeat(201)) }],
  ])('is refused %s', (_, identity) => {
    expect(enter({ identity })).toMatchObject({ ok: false, code: 'identity-not-proven' })
  })

  it('cannot take an anonymous visitor’s id', () => {
    const id = `anon:${FRESH}`
    const { visitor } = admitted(enter({ identity: { id, hash: hashOf(id) } }))
    expect(visitor.visitorId).toBe(`user:anon:${FRESH}`)
  })

  it('holds for a day and is not stretched by visits', () => {
    const { token } = admitted(enter({ identity: { id: '42', hash: hashOf('42') } }))
    const nowMs = NOW + DAY - MINUTE
    const again = admitted(enter({ token, nowMs }))
    expect(again.visitor.visitorId).toBe('user:42')
    expect(visitors.recognise(again.token, config, NOW + DAY)).toBeUndefined()
  })

  it('ends when the page names another user, even without a proof', () => {
    const { token } = admitted(enter({ identity: { id: '42', hash: hashOf('42') } }))
    expect(admitted(enter({ token, identity: { id: '43' } })).visitor.visitorId).toBe(`anon:${FRESH}`)
    expect(admitted(enter({ token, identity: { id: '42' } })).visitor.visitorId).toBe('user:42')
  })
})

describe('identity by JWT', () => {
  it('is believed with its name, email and phone', () => {
    const { visitor } = admitted(enter({ identity: { jwt: jwtOf({ ...claims, admin: true }) } }))
    expect(visitor).toEqual({ visitorId: 'user:42', verified: true })
  })

  const good = jwtOf(claims)
  const [head = '', body = '', signature = ''] = good.split('.')
  const forgeries: [string, string, string?][] = [
    ['signed with another key', jwtOf(claims, { secret: other.identitySecret })],
    ['with alg none and no signature', `${part({ alg: 'none' })}.${body}.`],
    ['with alg none over our signature', `${part({ alg: 'none' })}.${body}.${signature}`],
    ['with alg in other letters', jwtOf(claims, { head: { alg: 'hs256' } })],
    ['with alg HS512', jwtOf(claims, { head: { alg: 'HS512' }, hash: 'sha512' })],
    ['with alg RS256 signed by HMAC', jwtOf(claims, { head: { alg: 'RS256' } })],
    ['with alg as a list', jwtOf(claims, { head: { alg: ['HS256'] } })],
    ['with a critical header', jwtOf(claims, { head: { alg: 'HS256', crit: ['exp'] } })],
    ['with another body', `${head}.${part({ ...claims, sub: '1' })}.${signature}`],
    ['with a tampered signature', `${head}.${body}.${signature.slice(0, -2)}AA`],
    ['with base64 padding', `${good}=`],
    ['with four parts', `${good}.x`],
    ['with two parts', `${head}.${body}`],
    ['empty', ''],
    ['too long', `${good}${'A'.repeat(5_000)}`],
    ['expired', jwtOf({ ...claims, exp: seconds - 61 })],
    ['without exp', jwtOf({ sub: '42' })],
    ['with exp as text', jwtOf({ ...claims, exp: `${seconds + 300}` })],
    ['with exp endless', jwtOf({ ...claims, exp: 1e308 })],
    ['living longer than a day', jwtOf({ ...claims, exp: seconds + 86_400 + 61 })],
    ['issued long ago, living longer than a day', jwtOf({ ...claims, iat: seconds - 86_400 })],
    ['issued in the future', jwtOf({ ...claims, iat: seconds + 61 })],
    ['not valid yet', jwtOf({ ...claims, nbf: seconds + 61 })],
    ['with nbf as text', jwtOf({ ...claims, nbf: '0' })],
    ['without sub', jwtOf({ exp: seconds + 300 })],
    ['with sub as a number', jwtOf({ ...claims, sub: 42 })],
    ['with an object as sub', jwtOf({ ...claims, sub: { $ne: null } })],
    ['with claims as a list', jwtOf([claims])],
    ['of another id than claimed', good, '43'],
  ]
  it.each(forgeries)('is refused %s', (_, jwt, id) => {
    const identity = { jwt, ...(id !== undefined && { id }) }
    expect(enter({ identity })).toMatchObject({ ok: false, code: 'identity-not-proven' })
  })

  it('bears a minute of skew', () => {
    for (const skewed of [{ exp: seconds - 59 }, { iat: seconds + 59 }, { nbf: seconds + 59 }]) {
      expect(enter({ identity: { jwt: jwtOf({ ...claims, ...skewed }) } }).ok).toBe(true)
    }
  })

  it('is refused while the channel has no secret', () => {
    const empty = { ...config, identitySecret: '' }
    expect(enter({ identity: { jwt: jwtOf(claims, { secret: '' }) } }, empty).ok).toBe(false)
    expect(enter({ identity: { id: '42', hash: hashOf('42', '') } }, empty).ok).toBe(false)
  })
})

describe('whatever comes', () => {
  it('no function throws', () => {
    const claim = fc.record(
      { id: fc.string(), hash: fc.string(), jwt: fc.string(), name: fc.string() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), claim, (text, ticket, origin, identity) => {
        expect(visitors.recognise(text, config, NOW)).toBeUndefined()
        expect(enter({ ticket, identity, token: text }).ok).toBe(false)
        enter({ identity, token: text })
        visitors.issueTicket(origin, { ...config, allowedDomains: [text] }, NOW)
      }),
    )
  })
})

it('the snippet cannot break out of its attributes', () => {
  const html = visitors.snippet(config, { id: '0'.repeat(24), publicUrl: 'https://x.example/"><b>/' })
  expect(html).toContain(`data-channel="${'0'.repeat(24)}"`)
  expect(html).not.toContain('<b>')
})

it('public settings hold no secret', () => {
  const text = JSON.stringify(visitors.publicSettings(config))
  expect(text).not.toContain('secret')
})
