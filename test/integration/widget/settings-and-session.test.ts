import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import type { VisitorSessionAnswer, WidgetSettingsAnswer } from '../../../src/domain/visitor.ts'
import type { Agent } from '../http/test-server.ts'
import { hmacOf } from './identity.ts'
import { MAX_BYTES, startWidgetServer, type WidgetServer } from './widget-server.ts'

const SHOP = 'https://shop.example'

let server: WidgetServer
let owner: Agent
/** Any site may show the one, two sites the other. */
let open: ChannelAdminView
let listed: ChannelAdminView

beforeAll(async () => {
  server = await startWidgetServer()
  owner = (await server.owner()).agent
  open = await server.channel(owner, { title: 'Hi', color: '#AA0000' })
  listed = await server.channel(owner, {
    allowedDomains: ['shop.example', '*.shop.example', 'localhost:8080'],
  })
})
afterAll(() => server.close())

const codeOf = async (answer: Response): Promise<unknown> =>
  ((await answer.json()) as { code?: unknown }).code

async function ticketFor(channelId: string, origin = SHOP): Promise<string> {
  return ((await (await server.settings(channelId, origin)).json()) as WidgetSettingsAnswer).ticket
}

const openSession = (
  channelId: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${server.url}/widget/v1/${channelId}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

describe('settings', () => {
  it('are told to an allowed page, and only that page may read them', async () => {
    for (const [channel, origin] of [
      [open, SHOP],
      [open, 'http://anything.test:1234'],
      [listed, SHOP],
      [listed, 'https://www.shop.example'],
      [listed, 'http://localhost:8080'],
    ] as const) {
      const answer = await server.settings(channel.id, origin)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/i)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
    const body = (await (await server.settings(open.id)).json()) as WidgetSettingsAnswer
    expect(body).toMatchObject({ online: true, settings: { title: 'Hi', color: '#aa0000' } })
    expect(body.settings.maxAttachmentBytes).toBe(MAX_BYTES)
  })

  it('hold no secret of the channel', async () => {
    const text = await (await server.settings(open.id)).text()
    expect(text).not.toMatch(/secret|allowedDomains/i)
    const { channels } = server.core.stores
    const sealed = (await channels.list()).flatMap(({ settings }) => settings)
    expect(sealed.some((setting) => 'sealed' in setting)).toBe(true)
  })

  it('are refused to any other page, which can read the refusal and nothing else', async () => {
    for (const [origin, readable] of [
      ['https://evil.example', true],
      ['https://shop.example.evil.example', true],
      ['https://evilshop.example', true],
      ['https://shop.example:444', true],
      ['http://localhost:8081', true],
      ['null', true],
      [`https://${'a'.repeat(40)}.evil.example`, true],
      ['file://', false],
      ['https://shop.example/', false],
      ['javascript:alert(1)', false],
      [`https://${'a'.repeat(400)}.shop.example`, true],
    ] as const) {
      const answer = await server.settings(listed.id, origin)
      expect(answer.status, origin).toBe(403)
      expect(answer.headers.get('access-control-allow-origin'), origin).toBe(readable ? origin : null)
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
      expect(answer.headers.get('access-control-expose-headers')).toBeNull()
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/i)
      expect(answer.headers.get('set-cookie')).toBeNull()
      const problem = (await answer.json()) as Record<string, unknown>
      expect(Object.keys(problem).sort()).toEqual(['code', 'requestId', 'status', 'title', 'type'])
      expect(problem['code']).toBe('origin-not-allowed')
    }
  })

  it('refuse everything else without a word that another page could read', async () => {
    const unknown = await server.settings('f'.repeat(24), 'https://evil.example')
    expect([unknown.status, unknown.headers.get('access-control-allow-origin')]).toEqual([404, null])
    const session = await openSession(listed.id, { ticket: 'none' }, { origin: 'https://evil.example' })
    expect([session.status, session.headers.get('access-control-allow-origin')]).toEqual([403, null])
  })

  it('take a page without an origin for one of our own, unless the browser says otherwise', async () => {
    const ask = (channelId: string, headers: Record<string, string>) =>
      fetch(`${server.url}/widget/v1/${channelId}/settings`, { headers })
    expect((await ask(open.id, {})).status).toBe(200)
    expect((await ask(open.id, { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    expect((await ask(open.id, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await ask(listed.id, {})).status).toBe(403)
  })

  it('answer a preflight as they would answer the page', async () => {
    const ask = (channelId: string, origin: string) =>
      fetch(`${server.url}/widget/v1/${channelId}/settings`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      })
    const allowed = await ask(listed.id, SHOP)
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-origin')).toBe(SHOP)
    expect(allowed.headers.get('access-control-allow-methods')).toBe('GET')
    expect(allowed.headers.get('access-control-allow-headers')).toBeNull()
    const refused = await ask(listed.id, 'https://evil.example')
    expect(refused.status).toBe(403)
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('say whether somebody is there', async () => {
    server.online = false
    expect(await (await server.settings(open.id)).json()).toMatchObject({ online: false })
    server.online = true
  })
})

describe('channels that are not there', () => {
  it('do not exist for any route', async () => {
    for (const id of ['f'.repeat(24), 'x', '__proto__', 'constructor', '%00', `${open.id}0`, '..%2f..']) {
      for (const [method, path] of [
        ['GET', `v1/${id}/settings`],
        ['OPTIONS', `v1/${id}/settings`],
        ['POST', `v1/${id}/session`],
        ['GET', `v1/${id}/messages`],
        ['POST', `v1/${id}/attachments`],
        ['GET', `v1/${id}/attachments/${'0'.repeat(32)}`],
        ['GET', `frame/${id}`],
      ] as const) {
        const answer = await fetch(`${server.url}/widget/${path}`, {
          method,
          headers: { origin: server.url, 'content-type': 'application/json' },
          ...(method === 'POST' ? { body: '{"ticket":"x"}' } : {}),
        })
        expect([400, 404], `${method} ${path}`).toContain(answer.status)
      }
    }
  })

  it('say that they are paused', async () => {
    const paused = await server.channel(owner)
    const visitor = await server.visitor(paused.id)
    const ticket = await ticketFor(paused.id)
    await owner
      .patch(`/api/v1/channels/${paused.id}`)
      .send({ paused: true, version: paused.version })
      .expect(200)
    const bearer = { authorization: `Bearer ${visitor.token}` }
    const settings = await server.settings(paused.id)
    expect(settings.headers.get('access-control-allow-origin')).toBe(SHOP)
    for (const answer of [
      settings,
      await openSession(paused.id, { ticket }),
      await fetch(`${server.url}/widget/v1/${paused.id}/messages`, { headers: bearer }),
      await fetch(`${server.url}/widget/v1/${paused.id}/attachments`, { method: 'POST', headers: bearer }),
      await fetch(`${server.url}/widget/frame/${paused.id}`),
    ]) {
      expect([answer.status, await codeOf(answer)]).toEqual([409, 'channel-paused'])
    }
  })

  it('have no widget when their kind has none that admits anybody', async () => {
    const { body } = await owner
      .post('/api/v1/channels')
      .send({ type: 'parrot', name: 'Polly', config: {} })
      .expect(201)
    expect((await server.settings(body.id)).status).toBe(403)
  })
})

describe('a session', () => {
  it('is opened with a ticket and goes on with its token', async () => {
    const first = await openSession(open.id, { ticket: await ticketFor(open.id) })
    expect(first.status).toBe(200)
    expect(first.headers.get('set-cookie')).toBeNull()
    expect(first.headers.get('access-control-allow-origin')).toBeNull()
    const visitor = (await first.json()) as VisitorSessionAnswer
    expect(visitor).toMatchObject({ verified: false, online: true, settings: { title: 'Hi' } })
    const again = (await (
      await openSession(open.id, { ticket: await ticketFor(open.id), token: visitor.token })
    ).json()) as VisitorSessionAnswer
    expect(again.visitorId).toBe(visitor.visitorId)
    const other = (await (
      await openSession(open.id, { ticket: await ticketFor(open.id) })
    ).json()) as VisitorSessionAnswer
    expect(other.visitorId).not.toBe(visitor.visitorId)
  })

  it('is refused with a ticket of another channel, a forged or missing one', async () => {
    const foreign = await ticketFor(open.id)
    for (const ticket of [foreign, 'x', `${await ticketFor(listed.id)}x`]) {
      const answer = await openSession(listed.id, { ticket })
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'origin-not-allowed'])
    }
    expect((await openSession(listed.id, {})).status).toBe(400)
  })

  it('does not believe a claim without its proof', async () => {
    const ticket = await ticketFor(open.id)
    const claimed = (await (
      await openSession(open.id, { ticket, identity: { id: 'u1', email: 'ceo@example.com' } })
    ).json()) as VisitorSessionAnswer
    expect(claimed.verified).toBe(false)
    expect(claimed.visitorId).not.toContain('u1')
    for (const hash of ['0'.repeat(64), '', hmacOf('u1', 'another secret')]) {
      const answer = await openSession(open.id, { ticket, identity: { id: 'u1', hash } })
      expect([answer.status, await codeOf(answer)], hash).toEqual([403, 'identity-not-proven'])
    }
  })

  it('believes the channel’s own secret, not another channel’s', async () => {
    const rotated = async (channel: ChannelAdminView): Promise<string> => {
      const { body } = await owner.get(`/api/v1/channels/${channel.id}`).expect(200)
      const answer = await owner
        .post(`/api/v1/channels/${channel.id}/secrets/identitySecret/rotate`)
        .send({ version: body.version })
        .expect(200)
      return answer.body.value
    }
    const [own, foreign] = [await rotated(open), await rotated(listed)]
    const ticket = await ticketFor(open.id)
    const identity = { id: 'u1', hash: hmacOf('u1', own), favourite: 'ignored' }
    const proven = (await (await openSession(open.id, { ticket, identity })).json()) as VisitorSessionAnswer
    expect(proven.verified).toBe(true)
    const wrong = await openSession(open.id, { ticket, identity: { id: 'u1', hash: hmacOf('u1', foreign) } })
    expect(await codeOf(wrong)).toBe('identity-not-proven')
    expect(server.logs()).not.toContain(own)
    expect(server.logs()).not.toContain(proven.token)
    expect(server.logs()).not.toContain(ticket)
  })

  it('says what is wrong with a body', async () => {
    const ticket = await ticketFor(open.id)
    const wrong: (readonly [unknown, number, string])[] = [
      ['{', 400, 'malformed-json'],
      ['', 400, 'invalid-input'],
      ['null', 400, 'malformed-json'],
      [[], 400, 'invalid-input'],
      [{ ticket: { $ne: null } }, 400, 'invalid-input'],
      [{ ticket: ['x'] }, 400, 'invalid-input'],
      [{ ticket: 5 }, 400, 'invalid-input'],
      [{ ticket, token: { $gt: '' } }, 400, 'invalid-input'],
      [{ ticket, visitorId: 'somebody' }, 400, 'invalid-input'],
      [{ ticket, identity: 'u1' }, 400, 'invalid-input'],
      [{ ticket, identity: { id: 'x'.repeat(300) } }, 400, 'invalid-input'],
      [`{"ticket":"${ticket}","__proto__":{"verified":true}}`, 400, 'invalid-input'],
      [{ ticket: 'x'.repeat(3_000) }, 400, 'invalid-input'],
      [{ ticket: 'x'.repeat(300_000) }, 413, 'request-too-large'],
    ]
    for (const [body, status, code] of wrong) {
      const answer = await openSession(open.id, body)
      const label = JSON.stringify(body).slice(0, 80)
      expect([answer.status, await codeOf(answer)], label).toEqual([status, code])
    }
    const plain = await openSession(open.id, { ticket }, { 'content-type': 'text/plain' })
    expect([plain.status, await codeOf(plain)]).toEqual([415, 'unsupported-content-type'])
    expect(server.logs()).not.toContain('a request failed')
  })

  it('is not opened by another site’s page itself', async () => {
    const ticket = await ticketFor(open.id)
    const foreign: Record<string, string>[] = [
      { origin: SHOP },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of foreign) {
      const answer = await openSession(open.id, { ticket }, headers)
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'origin-not-allowed'])
    }
    expect((await openSession(open.id, { ticket }, { origin: server.url })).status).toBe(200)
  })
})
