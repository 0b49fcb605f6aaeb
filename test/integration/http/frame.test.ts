import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERROR_CATALOGUE } from '../../../src/domain/errors.ts'
import type { EmbeddedEngine } from '../../../src/store/engine/embedded-engine.ts'
import { startTestEngine } from '../../harness/test-engine.ts'
import { type Agent, PASSWORD, type Someone, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
/** Of its own, for it is frozen and killed. */
let engine: EmbeddedEngine
let owner: Someone
let inboxFolder: string
const requests: { readonly route: string; readonly status: number }[] = []

beforeAll(async () => {
  inboxFolder = await mkdtemp(join(tmpdir(), 'inbox-test-'))
  await mkdir(join(inboxFolder, 'assets'))
  const head = '<head><meta name="csp-nonce" content=""><title>Inbox</title></head>'
  await writeFile(join(inboxFolder, 'index.html'), `<!doctype html><html>${head}</html>`)
  await writeFile(join(inboxFolder, 'assets', 'app-abc123.js'), 'let x')
  await writeFile(join(inboxFolder, '.secret'), 'no')
  engine = await startTestEngine()
  server = await startTestServer({
    place: { uri: engine.uri, dbName: 'test', leave: engine.stop },
    more: { inboxFolder, onRequest: ({ route, status }) => requests.push({ route, status }) },
  })
  owner = await server.owner()
})
afterAll(async () => {
  await server.close()
  await rm(inboxFolder, { recursive: true, force: true })
})

describe('a request that is wrong as such', () => {
  const post = (agent: Agent) => agent.post('/api/v1/session')

  it.each([
    ['malformed JSON', 400, 'malformed-json', '{"email":', {}],
    [
      'a wrong encoding',
      415,
      'unsupported-content-type',
      '{}',
      { 'content-type': 'application/json; charset=koi8-r' },
    ],
    [
      'a form',
      415,
      'unsupported-content-type',
      'email=x',
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['plain text', 415, 'unsupported-content-type', '{}', { 'content-type': 'text/plain' }],
    ['a body too large', 413, 'request-too-large', JSON.stringify({ email: 'x'.repeat(300_000) }), {}],
    ['JSON that is no object', 400, 'invalid-input', '"x"', {}],
    ['an array', 400, 'invalid-input', '[]', {}],
    ['null', 400, 'invalid-input', 'null', {}],
  ] as const)('is answered as a problem: %s', async (_what, status, code, body, headers) => {
    const answer = await post(server.nobody())
      .set({ 'content-type': 'application/json', ...headers })
      .send(body)
    expect(answer.body).toMatchObject({ status, code, title: ERROR_CATALOGUE[code].title })
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.body.requestId).toBe(answer.headers['x-request-id'])
  })

  it('is not unpacked', async () => {
    const answer = await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(Buffer.alloc(10_000_000, 'x')),
    })
    expect(answer.status).toBe(415)
  })

  it('is refused when it nests without end', async () => {
    const deep = `{"email":${'['.repeat(5_000)}${']'.repeat(5_000)}}`
    const answer = await post(server.nobody()).set('content-type', 'application/json').send(deep)
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid-input' })
  })

  it('is told when the address or the method does not exist', async () => {
    expect((await owner.agent.get('/api/v1/nothing')).body).toMatchObject({ status: 404, code: 'not-found' })
    const wrong = await owner.agent.put('/api/v1/agents').send({})
    expect(wrong.body).toMatchObject({ status: 405, code: 'method-not-allowed' })
    expect(wrong.headers['allow']).toBe('GET, HEAD, POST')
    expect((await server.nobody().get('/api/v1/%E0%A4')).body).toMatchObject({ status: 404 })
    expect((await server.nobody().post('/nothing')).body).toMatchObject({ status: 404, code: 'not-found' })
  })
})

describe('another site’s page', () => {
  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://127.0.0.1:1' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('cannot use a person’s cookie, nor sign him in or out: %j', async (headers) => {
    const tries = [
      owner.agent.patch('/api/v1/profile').set(headers).send({ name: 'Evil' }),
      server
        .nobody()
        .post('/api/v1/session')
        .set(headers)
        .send({ email: 'olga@example.com', password: PASSWORD }),
      owner.agent.delete('/api/v1/session').set(headers),
    ]
    for (const answer of await Promise.all(tries)) {
      expect(answer.body).toMatchObject({ status: 403, code: 'origin-not-allowed' })
    }
    const { body } = await owner.agent.get('/api/v1/profile').expect(200)
    expect(body.name).toBe('Olga')
  })

  it('is told from our own', async () => {
    await owner.agent.patch('/api/v1/profile').set('Origin', server.url).send({ name: 'Olga' }).expect(200)
    await owner.agent.patch('/api/v1/profile').set('Sec-Fetch-Site', 'same-origin').send({}).expect(200)
  })

  it('reads nothing: no answer carries a permission for other origins', async () => {
    const answer = await owner.agent.get('/api/v1/profile').set('Origin', 'https://evil.example')
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('an idempotency key', () => {
  const invite = (agent: Agent, key: string, email: string) =>
    agent.post('/api/v1/agents').set('Idempotency-Key', key).send({ email, name: 'N', role: 'agent' })

  it('gives the first answer again, link and all', async () => {
    const first = await invite(owner.agent, 'key-1', 'one@example.com').expect(201)
    const again = await invite(owner.agent, 'key-1', 'one@example.com').expect(201)
    expect(again.body).toEqual(first.body)
    expect(again.headers['idempotency-replayed']).toBe('true')
    const stored = JSON.stringify(await server.store.db.collection('idempotency-keys').find().toArray())
    expect(stored).not.toContain(first.body.inviteLink)
    expect(stored).not.toContain('one@example.com')
  })

  it('makes concurrent requests meet', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => invite(owner.agent, 'key-2', 'two@example.com')),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ body }) => body.inviteLink)).size).toBe(1)
  })

  it('is refused with another body or route', async () => {
    const other = await invite(owner.agent, 'key-1', 'other@example.com')
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency-mismatch' })
    const token = owner.agent
      .post('/api/v1/api-tokens')
      .set('Idempotency-Key', 'key-1')
      .send({ name: 'x', scopes: [] })
    expect((await token).body).toMatchObject({ status: 422, code: 'idempotency-mismatch' })
  })

  it('is its owner’s alone, keeps no failure, and lasts a day', async () => {
    const admin = await server.someone(owner.agent, 'admin', 'idem@example.com')
    const taken = await invite(admin.agent, 'key-1', 'one@example.com')
    expect(taken.body.code).toBe('already-exists')
    await invite(admin.agent, 'key-1', 'fresh@example.com').expect(201)
    server.passMs(25 * 3_600_000)
    expect((await invite(owner.agent, 'key-1', 'one@example.com')).body.code).toBe('already-exists')
    server.passMs(-25 * 3_600_000)
  })
})

describe('a version', () => {
  it('must be the one last seen, in the body or as If-Match', async () => {
    const { agent, profile } = await server.someone(owner.agent, 'agent', 'version@example.com')
    await agent.patch('/api/v1/profile').send({ name: 'New name' }).expect(200)
    const path = `/api/v1/agents/${profile.id}`
    const stale = await owner.agent.patch(path).send({ role: 'admin', version: profile.version })
    expect(stale.body).toMatchObject({ status: 409, code: 'version-conflict', version: profile.version + 1 })
    const changed = await owner.agent
      .patch(path)
      .set('If-Match', `"${profile.version + 1}"`)
      .send({ role: 'supervisor' })
      .expect(200)
    expect(changed.headers['etag']).toBe(`"${changed.body.version}"`)
    const without = await owner.agent.patch(path).send({ role: 'agent' })
    expect(without.body).toMatchObject({ status: 400, field: 'version' })
    const listed = (await owner.agent.get('/api/v1/agents')).body.items
    expect(listed.find(({ id }: { id: string }) => id === profile.id).role).toBe('supervisor')
  })
})

describe('pages and files', () => {
  it('serve the inbox under a strict policy with a nonce of its own', async () => {
    const nonces = new Set<string>()
    for (const path of ['/', '/conversations/abc?view=mine', '/set-up', '/index.html']) {
      const answer = await server.nobody().get(path).set('Accept', 'text/html').expect(200)
      const policy = answer.headers['content-security-policy'] ?? ''
      const nonce = /<meta name="csp-nonce" content="([^"]+)">/.exec(answer.text)?.[1] ?? ''
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`)
      expect(policy).toContain("script-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(answer.headers['cache-control']).toBe('no-store')
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(4)
  })

  it('keep hashed assets for ever and hide the rest', async () => {
    const asset = await server.nobody().get('/assets/app-abc123.js').expect(200)
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(asset.headers['x-content-type-options']).toBe('nosniff')
    for (const path of ['/assets/none.js', '/.secret', '/assets/..%2findex.html', '/..%2f..%2fetc/passwd']) {
      await server.nobody().get(path).set('Accept', '*/*').expect(404)
    }
    await server.nobody().get('/api/v1/nothing').set('Accept', 'text/html').expect(404)
  })

  it('serve the documentation without a script', async () => {
    const page = await server.nobody().get('/api/v1/docs').expect(200)
    expect(page.headers['content-security-policy']).toContain("script-src 'none'")
    expect(page.text).not.toContain('<script')
    for (const { path } of server.routes) expect(page.text).toContain(path.replace(/:(\w+)/g, '{$1}'))
    for (const code of Object.keys(ERROR_CATALOGUE)) expect(page.text).toContain(`id="error-${code}"`)
  })

  it('carry the headers that browsers heed', async () => {
    const { headers } = await server.nobody().get('/api/v1/set-up')
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['strict-transport-security']).toBeUndefined()
  })
})

describe('operators’ addresses', () => {
  it('tell alive, ready and the metrics, the latter to this machine alone', async () => {
    await server.nobody().get('/healthz').expect(200, { status: 'ok' })
    await server.nobody().get('/readyz').expect(200, { status: 'ready' })
    const { text } = await server.nobody().get('/metrics').expect(200)
    expect(text).toBe('up 1\n')
    await server.nobody().get('/metrics').set('X-Forwarded-For', '127.0.0.1').expect(401)
  })

  it('count requests by route, not by id', async () => {
    await owner.agent.get(`/api/v1/channels/${'0'.repeat(24)}`).expect(404)
    await owner.agent.get('/wp-login.php').set('Accept', 'application/json').expect(404)
    const routes = requests.map(({ route }) => route)
    expect(routes).toContain('/api/v1/channels/:id')
    expect(routes.filter((route) => route.includes('000') || route.includes('wp-login'))).toEqual([])
  })
})

describe('a database that is away', () => {
  it('is a 503 that says when to come back, and heals by itself', async () => {
    const { pid = 0 } = engine
    const back = new Promise<void>((resolve) => engine.onUp(resolve))
    // Frozen first: after a kill alone it may be back before anybody asked.
    process.kill(pid, 'SIGSTOP')
    const answers = await Promise.all([
      owner.agent.get('/api/v1/agents'),
      server.nobody().post('/api/v1/session').send({ email: 'olga@example.com', password: PASSWORD }),
      server.nobody().get('/readyz'),
    ])
    for (const { status, body, headers } of answers) {
      expect(status).toBe(503)
      expect(body).toMatchObject({ status: 503, code: 'unavailable' })
      expect(headers['retry-after']).toBe('2')
      expect(JSON.stringify(body)).not.toMatch(/mongo|socket|ECONN/i)
    }
    process.kill(pid, 'SIGKILL')
    await server.nobody().get('/healthz').expect(200)
    await back
    await expect
      .poll(async () => (await owner.agent.get('/api/v1/agents')).status, { timeout: 20_000 })
      .toBe(200)
  })
})
