import { afterEach, describe, expect, it } from 'vitest'
import { SESSION_COLLECTION, sessionDocumentId } from '../../../src/store/session-store.ts'
import { cookieOf, PASSWORD, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
afterEach(() => server.close())

describe('a flood', () => {
  it('of one address or agent is stopped; behind a trusted proxy each client counts by himself', async () => {
    const rates = { publicPerMinute: 5, agentPerMinute: 8 }
    server = await startTestServer({ more: { rates, trustProxy: 1 } })
    const from = (address: string) => server.nobody().get('/api/v1/set-up').set('X-Forwarded-For', address)
    const statuses = []
    for (let call = 0; call < 7; call++) statuses.push((await from('203.0.113.1')).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
    // What the client himself put before the proxy's own entry is not believed.
    expect((await from('203.0.113.9, 203.0.113.1')).status).toBe(429)
    expect((await from('203.0.113.2')).status).toBe(200)
    // One subscriber has a whole IPv6 network to knock from.
    const knocks = []
    for (let host = 1; host < 8; host++) knocks.push((await from(`2001:db8:1:2::${host}`)).status)
    expect(knocks).toEqual([200, 200, 200, 200, 200, 429, 429])
    expect((await from('2001:db8:1:3::1')).status).toBe(200)
    const { agent } = await server.owner()
    const own = []
    for (let call = 0; call < 10; call++) own.push(await agent.get('/api/v1/profile'))
    expect(own.filter(({ status }) => status === 429)).toHaveLength(2)
    expect(own.at(-1)?.body.code).toBe('rate-limited')
    expect(Number(own.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
  })
})

describe('tokens that are none', () => {
  it('count against their address; a good one from there is served all the same', async () => {
    const rates = { publicPerMinute: 5, agentPerMinute: 100 }
    server = await startTestServer({ more: { rates, trustProxy: 1 } })
    const { agent } = await server.owner()
    const { body } = await agent.post('/api/v1/api-tokens').send({ name: 'good', scopes: [] }).expect(201)
    const call = (bearer: string, address: string) =>
      server
        .nobody()
        .get('/api/v1/profile')
        .set('X-Forwarded-For', address)
        .set('Authorization', `Bearer ${bearer}`)
    const statuses = []
    for (let guess = 0; guess < 7; guess++)
      statuses.push((await call(`trb_${String(guess).repeat(43)}`, '203.0.113.5')).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
    expect((await call('no token of ours', '203.0.113.5')).body.code).toBe('rate-limited')
    expect((await call(`trb_${'x'.repeat(43)}`, '203.0.113.6')).status).toBe(401)
    for (let use = 0; use < 10; use++) await call(body.secret, '203.0.113.5').expect(200)
  })
})

describe('under a public https address', () => {
  it('a page of the same host that came without TLS may change nothing', async () => {
    server = await startTestServer({ more: { publicUrl: 'https://desk.example' } })
    const from = (origin: string) =>
      server
        .nobody()
        .post('/api/v1/session')
        .set({ host: 'desk.example', origin })
        .send({ email: 'olga@example.com', password: PASSWORD })
    const refused = await from('http://desk.example')
    expect(refused.body).toMatchObject({ status: 403, code: 'origin-not-allowed' })
    expect((await from('https://desk.example')).body.code).toBe('wrong-credentials')
  })

  it('the cookie is Secure, whatever the proxy forwards', async () => {
    const first = await startTestServer()
    server = first
    const { store, core } = first
    const session = {
      client: store.connection.getClient(),
      dbName: 'test',
      collectionName: SESSION_COLLECTION,
      storedId: sessionDocumentId,
      cookieKey: core.cookieKey,
      secure: true,
      ttlMs: 60_000,
    }
    await first.owner()
    const { createSessionMiddleware } = await import('../../../src/http/session.ts')
    const { default: express } = await import('express')
    const { default: supertest } = await import('supertest')
    const app = express()
    app.use(createSessionMiddleware(session))
    app.get('/', (request, response) => {
      request.session.agentId = PASSWORD.slice(0, 4)
      response.end()
    })
    expect(cookieOf(await supertest(app).get('/'))).toMatch(/; Secure/)
  })
})
