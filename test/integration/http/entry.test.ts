import { generate } from 'otplib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_FAILURES } from '../../../src/runtime/attempt-limits.ts'
import { beginSetUp } from '../../../src/services/set-up.ts'
import { type Agent, cookieOf, PASSWORD, startTestServer, type TestServer, tokenIn } from './test-server.ts'

let server: TestServer
let owner: Agent

const command = (token: string | undefined, email: string) => ({
  token,
  workspaceName: 'Shop',
  name: 'Olga',
  email,
  password: PASSWORD,
})

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

describe('set-up', () => {
  it('is needed, and wants the token of the link', async () => {
    const client = server.nobody()
    expect((await client.get('/api/v1/set-up').expect(200)).body).toEqual({ needed: true })
    await beginSetUp(server.deps)
    const refused = await client
      .post('/api/v1/set-up')
      .send(command('A'.repeat(43), 'olga@example.com'))
      .expect(401)
    expect(refused.headers['content-type']).toMatch('application/problem+json')
    expect(refused.body).toMatchObject({ code: 'invalid-token', status: 401, requestId: expect.any(String) })
    await client.post('/api/v1/set-up').send(command('', 'olga@example.com')).expect(400)
  })

  it('takes a password of 10 to 256 characters', async () => {
    const token = await beginSetUp(server.deps)
    for (const password of ['short', 'x'.repeat(257), 'x'.repeat(200_000)]) {
      const answer = await server
        .nobody()
        .post('/api/v1/set-up')
        .send({ ...command(token, 'o@example.com'), password })
      expect(answer.body).toMatchObject({ status: 400, code: 'invalid-input', field: 'password' })
    }
  })

  it('makes one owner and one channel, however many try at once with good links', async () => {
    const links = await Promise.all([
      beginSetUp(server.deps),
      beginSetUp(server.deps),
      beginSetUp(server.deps),
    ])
    const clients = Array.from({ length: 9 }, () => server.nobody())
    const answers = await Promise.all(
      clients.map((client, index) =>
        client.post('/api/v1/set-up').send(command(links[index % 3], `olga${index % 4}@example.com`)),
      ),
    )
    const winners = answers.filter(({ status }) => status === 201)
    expect(winners).toHaveLength(1)
    for (const { status, body } of answers) if (status !== 201) expect(body.code).toBe('set-up-done')
    expect(winners[0]?.body).toMatchObject({
      role: 'owner',
      state: 'active',
      name: 'Olga',
      secondFactor: false,
    })
    owner = clients[answers.findIndex(({ status }) => status === 201)] as Agent
    expect((await owner.get('/api/v1/agents').expect(200)).body.items).toHaveLength(1)
    const { items } = (await owner.get('/api/v1/channels').expect(200)).body
    expect(items).toMatchObject([{ type: 'parrot', typeName: 'Parrot', paused: false }])
  })

  it('is over for good: the link is dead and no new one is made', async () => {
    expect(await beginSetUp(server.deps)).toBeUndefined()
    expect((await server.nobody().get('/api/v1/set-up')).body).toEqual({ needed: false })
    const again = await server
      .nobody()
      .post('/api/v1/set-up')
      .send(command('A'.repeat(43), 'evil@example.com'))
    expect(again.body.code).toBe('set-up-done')
  })
})

describe('sessions', () => {
  const signIn = (client: Agent, email: string, password = PASSWORD, code?: string) =>
    client.post('/api/v1/session').send({ email, password, ...(code === undefined ? {} : { code }) })

  it('are named by a cookie that scripts cannot read, under a fresh id at each sign-in', async () => {
    const { agent, profile } = await server.someone(owner, 'agent', 'fix@example.com')
    const first = await signIn(agent, profile.email).expect(200)
    const cookie = cookieOf(first)
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Lax/)
    expect(cookie).toMatch(/Path=\//)
    const second = await signIn(agent, profile.email).expect(200)
    expect(cookieOf(second).split(';')[0]).not.toBe(cookie.split(';')[0])
    // The session that was there before the second sign-in is gone with its id.
    await server
      .nobody()
      .get('/api/v1/session')
      .set('Cookie', cookie.split(';')[0] ?? '')
      .expect(401)
  })

  it('cannot be planted, forged or read from the database', async () => {
    const planted = 'tributary_session=s%3Aplanted.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    const client = server.nobody()
    await client.get('/api/v1/session').set('Cookie', planted).expect(401)
    const answer = await client
      .post('/api/v1/session')
      .set('Cookie', planted)
      .send({ email: 'fix@example.com', password: PASSWORD })
      .expect(200)
    const cookie = decodeURIComponent(cookieOf(answer).split(';')[0]?.split('=')[1] ?? '')
    expect(cookie).not.toContain('planted')
    const id = cookie.slice(2).split('.')[0] ?? ''
    const stored = JSON.stringify(await server.store.db.collection('sessions').find().toArray())
    expect(id.length).toBeGreaterThan(20)
    expect(stored).not.toContain(id)
  })

  it('give the same answer for an unknown address, a wrong password and an invited account', async () => {
    await owner
      .post('/api/v1/agents')
      .send({ email: 'invited@example.com', name: 'I', role: 'agent' })
      .expect(201)
    const bodies = []
    for (const [email, password] of [
      ['nobody@example.com', PASSWORD],
      ['fix@example.com', 'wrong wrong wrong'],
      ['invited@example.com', PASSWORD],
      ['not an address', PASSWORD],
    ] as const) {
      const { status, body } = await signIn(server.nobody(), email, password)
      const { requestId: _, ...rest } = body
      bodies.push({ status, rest })
    }
    expect(bodies[0]?.status).toBe(401)
    for (const body of bodies) expect(body).toEqual(bodies[0])
  })

  it('end with the sign-out', async () => {
    const { agent } = await server.someone(owner, 'agent', 'out@example.com')
    const cookie = cookieOf(await signIn(agent, 'out@example.com')).split(';')[0] ?? ''
    await agent.delete('/api/v1/session').expect(204)
    await server.nobody().get('/api/v1/session').set('Cookie', cookie).expect(401)
  })

  it('die everywhere else with a password change, and the old password with them', async () => {
    const { agent, profile } = await server.someone(owner, 'agent', 'change@example.com')
    const other = server.nobody()
    const cookie = cookieOf(await signIn(other, profile.email)).split(';')[0] ?? ''
    const principal = await server.core.authenticator.authenticateCookie(cookie)
    expect(principal).toMatchObject({ agentId: profile.id, role: 'agent' })
    await agent
      .put('/api/v1/profile/password')
      .send({ currentPassword: 'wrong wrong', newPassword: 'another long one' })
      .expect(401)
    await agent
      .put('/api/v1/profile/password')
      .send({ currentPassword: PASSWORD, newPassword: 'another long one' })
      .expect(204)
    await agent.get('/api/v1/session').expect(200)
    await other.get('/api/v1/session').expect(401)
    expect(await server.core.authenticator.revalidate(principal ? [principal] : [])).toEqual([undefined])
    await signIn(server.nobody(), profile.email).expect(401)
    await signIn(server.nobody(), profile.email, 'another long one').expect(200)
    // A way back in that was made before is no way in any more.
    const way = await owner.post(`/api/v1/agents/${profile.id}/invite`).expect(200)
    await agent
      .put('/api/v1/profile/password')
      .send({ currentPassword: 'another long one', newPassword: 'a third long one' })
      .expect(204)
    await server
      .nobody()
      .post('/api/v1/invites/accept')
      .send({ token: tokenIn(way.body.inviteLink), name: 'Eve', password: PASSWORD })
      .expect(401)
  })

  it('and API tokens die with deactivation, and stay dead after reactivation', async () => {
    const { agent, profile } = await server.someone(owner, 'agent', 'gone@example.com')
    const made = await agent
      .post('/api/v1/api-tokens')
      .send({ name: 't', scopes: ['agent.read'] })
      .expect(201)
    const bearer = `Bearer ${made.body.secret}`
    await server.nobody().get('/api/v1/agents').set('Authorization', bearer).expect(200)
    const deactivated = await owner
      .patch(`/api/v1/agents/${profile.id}`)
      .send({ deactivated: true, version: profile.version })
      .expect(200)
    expect(deactivated.body).toMatchObject({ state: 'deactivated', availability: 'offline' })
    await agent.get('/api/v1/session').expect(401)
    await server.nobody().get('/api/v1/agents').set('Authorization', bearer).expect(401)
    await signIn(server.nobody(), profile.email).expect(401)
    await owner
      .patch(`/api/v1/agents/${profile.id}`)
      .send({ deactivated: false, version: deactivated.body.version })
      .expect(200)
    await agent.get('/api/v1/session').expect(401)
    await server.nobody().get('/api/v1/agents').set('Authorization', bearer).expect(401)
    await signIn(server.nobody(), profile.email).expect(200)
  })

  it('run out unused, and the sweeper removes them', async () => {
    const { agent } = await server.someone(owner, 'agent', 'idle@example.com')
    await agent.get('/api/v1/session').expect(200)
    const before = await server.store.db.collection('sessions').countDocuments()
    expect(await server.deps.sessions.sweep(new Date())).toBe(0)
    expect(await server.deps.sessions.sweep(new Date(Date.now() + 3_700_000))).toBe(before)
    await agent.get('/api/v1/session').expect(401)
  })
})

describe('invites', () => {
  it('are for one use, end after a week, and a new one ends the one before', async () => {
    const client = await anOwner()
    const first = await client
      .post('/api/v1/agents')
      .send({ email: 'once@example.com', name: 'O', role: 'agent' })
    const second = await client.post(`/api/v1/agents/${first.body.agent.id}/invite`).expect(200)
    const accept = (link: string) =>
      server
        .nobody()
        .post('/api/v1/invites/accept')
        .send({ token: tokenIn(link), name: 'O', password: PASSWORD })
    await accept(first.body.inviteLink).expect(401)
    await accept(second.body.inviteLink).expect(200)
    expect((await accept(second.body.inviteLink).expect(401)).body.code).toBe('invalid-token')
    const late = await client
      .post('/api/v1/agents')
      .send({ email: 'late@example.com', name: 'L', role: 'agent' })
    server.passMs(8 * 24 * 3_600_000)
    await accept(late.body.inviteLink).expect(401)
    server.passMs(-8 * 24 * 3_600_000)
  })

  it('put out whoever was in, by session or token, when used as the way back in', async () => {
    const client = await anOwner()
    const { agent, profile } = await server.someone(client, 'agent', 'back@example.com')
    const { body } = await agent
      .post('/api/v1/api-tokens')
      .send({ name: 'left behind', scopes: ['conversation.read'] })
      .expect(201)
    const byToken = () => server.nobody().get('/api/v1/profile').set('Authorization', `Bearer ${body.secret}`)
    await byToken().expect(200)
    const link = await client.post(`/api/v1/agents/${profile.id}/invite`).expect(200)
    // The link alone ends nothing: nobody has come back yet.
    await byToken().expect(200)
    const back = server.nobody()
    await back
      .post('/api/v1/invites/accept')
      .send({ token: tokenIn(link.body.inviteLink), name: 'B', password: PASSWORD })
      .expect(200)
    await byToken().expect(401)
    await agent.get('/api/v1/session').expect(401)
  })

  it('are one for each address, however it is typed', async () => {
    const client = await anOwner()
    const again = await client
      .post('/api/v1/agents')
      .send({ email: 'ONCE@Example.com', name: 'O', role: 'agent' })
    expect(again.body).toMatchObject({ status: 409, code: 'already-exists', field: 'email' })
  })
})

describe('the second factor', () => {
  it('is asked for, takes each code once, and lets a recovery code in once', async () => {
    const client = await anOwner()
    const { agent, profile } = await server.someone(client, 'agent', 'totp@example.com')
    const begin = (body: object) => agent.post('/api/v1/profile/second-factor').send(body)
    await begin({}).expect(400)
    const refused = await begin({ password: 'wrong wrong' }).expect(401)
    expect(refused.body).toMatchObject({ code: 'wrong-credentials', field: 'password' })
    const { secret, uri, qrDataUrl } = (await begin({ password: PASSWORD }).expect(200)).body
    expect(uri).toMatch(/^otpauth:\/\/totp\//)
    expect(qrDataUrl).toMatch(/^data:image\/png;base64,/)
    await agent.post('/api/v1/profile/second-factor/confirm').send({ code: '000000' }).expect(401)
    const code = await generate({ secret })
    const confirmed = await agent.post('/api/v1/profile/second-factor/confirm').send({ code }).expect(200)
    expect(confirmed.body.recoveryCodes).toHaveLength(10)

    const enter = (with2fa?: string, password = PASSWORD) =>
      server
        .nobody()
        .post('/api/v1/session')
        .send({ email: profile.email, password, ...(with2fa ? { code: with2fa } : {}) })
    expect((await enter().expect(401)).body.code).toBe('second-factor-required')
    expect((await enter(undefined, 'wrong wrong wrong').expect(401)).body.code).toBe('wrong-credentials')
    // The code that confirmed the factor is used up.
    await enter(code).expect(401)
    server.passMs(60_000)
    const next = await generate({ secret, epoch: Math.floor(server.deps.clock() / 1000) })
    const answers = await Promise.all([enter(next), enter(next), enter(next)])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    await enter(next).expect(401)
    const recovery = confirmed.body.recoveryCodes[0]
    await enter(recovery).expect(200)
    await enter(recovery).expect(401)

    const stored = JSON.stringify(await server.store.db.collection('agents').find().toArray())
    expect(stored).not.toContain(secret)
    expect(stored).not.toContain(recovery.replaceAll('-', ''))

    await agent.delete('/api/v1/profile/second-factor').send({ password: 'wrong wrong' }).expect(401)
    await agent.delete('/api/v1/profile/second-factor').send({ password: PASSWORD }).expect(204)
    await enter().expect(200)
    server.passMs(-60_000)
  })
})

describe('guessing', () => {
  it('locks the account, also for the right password, whether or not it exists', async () => {
    for (const email of ['totp@example.com', 'unknown@example.com']) {
      const guesses = await Promise.all(
        Array.from({ length: ACCOUNT_FAILURES + 5 }, (_, index) =>
          server
            .nobody()
            .post('/api/v1/session')
            .send({ email, password: `wrong guess ${index}` }),
        ),
      )
      const statuses = guesses.map(({ status }) => status)
      expect(statuses.filter((status) => status === 401)).toHaveLength(ACCOUNT_FAILURES)
      expect(statuses.filter((status) => status === 429)).toHaveLength(5)
      const locked = await server
        .nobody()
        .post('/api/v1/session')
        .send({ email, password: PASSWORD })
        .expect(429)
      expect(locked.body.code).toBe('locked-out')
      expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0)
    }
  })

  it('locks the address, which nobody can disguise by a header', async () => {
    const statuses = new Set<number>()
    for (let guess = 0; guess < 45; guess++) {
      const { status } = await server
        .nobody()
        .post('/api/v1/session')
        .set('X-Forwarded-For', `203.0.113.${guess}`)
        .send({ email: `guess${guess}@example.com`, password: 'wrong guess' })
      statuses.add(status)
    }
    expect(statuses).toContain(429)
    await server.deps.limits.sweep(new Date(Date.now() + 3_600_000))
    await anOwner()
  })
})

let known: Agent | undefined
/** The owner, signed in again: earlier tests sweep every session away. */
async function anOwner(): Promise<Agent> {
  if (known) return known
  const [first] = (await server.deps.agents.list()).filter(({ role }) => role === 'owner')
  known = server.nobody()
  await known.post('/api/v1/session').send({ email: first?.email, password: PASSWORD }).expect(200)
  return known
}
