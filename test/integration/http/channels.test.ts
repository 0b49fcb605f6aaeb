import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import { type Someone, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
let owner: Someone
let channel: ChannelAdminView

const SECRET = 'canary-secret-that-nobody-may-see'

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.owner()
})
afterAll(() => server.close())

const create = (config: object, more: object = {}) =>
  owner.agent.post('/api/v1/channels').send({ type: 'parrot', name: 'Site', config, ...more })
const patch = (body: object) => owner.agent.patch(`/api/v1/channels/${channel.id}`).send(body)
const live = () => server.core.directory.get(channel.id)

describe('a channel’s settings', () => {
  it('are described, checked field by field, and filled in', async () => {
    const { body } = await owner.agent.get('/api/v1/channel-types').expect(200)
    expect(body.items).toMatchObject([{ type: 'parrot', displayName: 'Parrot', hasWidget: true }])
    const wrong = await create({
      title: 'x'.repeat(21),
      color: 'red',
      mode: 'whisper',
      volume: 11,
      awake: 'yes',
      hosts: ['ok.example', 'NOT OK'],
      homepage: 'javascript:alert(1)',
      unknown: 1,
    })
    expect(wrong.body).toMatchObject({ status: 400, code: 'invalid-input' })
    expect(wrong.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(
      ['awake', 'color', 'homepage', 'hosts', 'mode', 'title', 'unknown', 'volume'].map(
        (key) => `config.${key}`,
      ),
    )
    const needed = await create({ mode: 'fail' })
    expect(needed.body).toMatchObject({ field: 'config.reason' })
    await owner.agent.post('/api/v1/channels').send({ type: 'pigeon', name: 'x', config: {} }).expect(400)
  })

  it('come back without secrets, which are encrypted where they lie', async () => {
    const made = await create({ title: 'Hi', apiKey: SECRET, hosts: [' a.example ', ''] }).expect(201)
    channel = made.body
    expect(channel.config).toEqual({
      title: 'Hi',
      color: '#112233',
      mode: 'loud',
      awake: true,
      hosts: ['a.example'],
      apiKey: true,
      signing: true,
    })
    expect(channel.snippet).toContain(channel.id)
    expect(channel.webhookUrl).toBeUndefined()
    const config = (await live())?.config
    expect(config?.['apiKey']).toBe(SECRET)
    expect(config?.['signing']).toMatch(/^[\w-]{43}$/)
    const stored = JSON.stringify(await server.store.db.collection('channels').find().toArray())
    expect(stored).not.toContain(SECRET)
    expect(stored).not.toContain(String(config?.['signing']))
  })

  it('change one by one; secrets stay when the form sends back what it was shown', async () => {
    const before = (await live())?.config
    const changed = await patch({ config: { title: 'New', apiKey: '' }, version: channel.version }).expect(
      200,
    )
    channel = changed.body
    const after = (await live())?.config
    expect(after).toEqual({ ...before, title: 'New' })
    await patch({ config: { apiKey: true }, version: channel.version }).expect(200)
    expect((await live())?.config['apiKey']).toBe(SECRET)
    const stale = await patch({ name: 'Lost', version: channel.version })
    expect(stale.body).toMatchObject({ status: 409, code: 'version-conflict' })
    channel = (await owner.agent.get(`/api/v1/channels/${channel.id}`)).body
    expect(channel.name).toBe('Site')
  })

  it('rotate a generated secret and show it once', async () => {
    const before = (await live())?.config['signing']
    const path = `/api/v1/channels/${channel.id}/secrets`
    await owner.agent.post(`${path}/apiKey/rotate`).send({ version: channel.version }).expect(404)
    await owner.agent.post(`${path}/title/rotate`).send({ version: channel.version }).expect(404)
    const { body } = await owner.agent
      .post(`${path}/signing/rotate`)
      .send({ version: channel.version })
      .expect(200)
    expect(body.value).not.toBe(before)
    expect((await live())?.config['signing']).toBe(body.value)
    expect(body.channel.config.signing).toBe(true)
    channel = body.channel
  })

  it('are tested against the platform, and the outcome is the channel’s health', async () => {
    const path = `/api/v1/channels/${channel.id}/check`
    expect((await owner.agent.post(path).expect(200)).body).toEqual({ ok: true })
    channel = (await patch({ config: { mode: 'fail', reason: 'x' }, version: channel.version }).expect(200))
      .body
    expect((await owner.agent.post(path).expect(200)).body).toEqual({
      ok: false,
      code: 'hoarse',
      detail: 'No voice.',
    })
    const { body } = await owner.agent.get(`/api/v1/channels/${channel.id}`)
    expect(body).toMatchObject({ health: { state: 'failing', code: 'hoarse' }, version: channel.version })
  })

  it('name agents that exist', async () => {
    const nobody = '0'.repeat(24)
    const access = await patch({ access: { kind: 'agents', agentIds: [nobody] }, version: channel.version })
    expect(access.body).toMatchObject({ status: 400, field: 'access.agentIds' })
  })
})

describe('who gets a channel’s conversations', () => {
  it('is said by supervisors, who see and change nothing else of it', async () => {
    const { agent } = await server.someone(owner.agent, 'supervisor', 'routes@example.com')
    const path = `/api/v1/channels/${channel.id}`
    const { body: seen } = await agent.get(`${path}/routing`).expect(200)
    expect(seen).toMatchObject({ id: channel.id, policy: channel.policy, version: channel.version })
    expect(Object.keys(seen)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/config|access|snippet|webhookUrl/)]),
    )
    expect(JSON.stringify(seen)).not.toContain(SECRET)
    const policy = { ...channel.policy, ownerOffline: 're-route' }
    const { body: changed } = await agent
      .patch(`${path}/routing`)
      .send({ policy, skills: [], version: seen.version })
      .expect(200)
    expect(changed).toMatchObject({ policy: { ownerOffline: 're-route' }, version: seen.version + 1 })
    const late = await agent.patch(`${path}/routing`).send({ policy, version: seen.version })
    expect(late.body).toMatchObject({ status: 409, code: 'version-conflict' })
    const { version } = changed
    const more = await agent.patch(`${path}/routing`).send({ name: 'Mine', version })
    expect(more.body).toMatchObject({ status: 400, code: 'invalid-input' })
    const none = await agent.patch(`${path}/routing`).send({ categoryId: '0'.repeat(24), version })
    expect(none.body).toMatchObject({ status: 400, field: 'categoryId' })
    await agent.get(`/api/v1/channels/${'0'.repeat(24)}/routing`).expect(404)
    await agent.get(path).expect(403)
    await agent.patch(path).send({ policy, version }).expect(403)
    channel = (await owner.agent.get(path).expect(200)).body
    expect(channel.policy.ownerOffline).toBe('re-route')
  })
})

describe('a channel’s access', () => {
  it('hides it from other agents at once, also from those signed in and connected', async () => {
    const inside = await server.someone(owner.agent, 'agent', 'in@example.com')
    const outside = await server.someone(owner.agent, 'agent', 'out@example.com')
    const supervisor = await server.someone(owner.agent, 'supervisor', 'super@example.com')
    const seen = async ({ agent }: Someone): Promise<boolean> =>
      (await agent.get('/api/v1/channels')).body.items.some(({ id }: { id: string }) => id === channel.id)
    expect(await Promise.all([inside, outside, supervisor].map(seen))).toEqual([true, true, true])
    const access = { kind: 'agents', agentIds: [inside.profile.id] }
    channel = (await patch({ access, version: channel.version }).expect(200)).body
    expect(await Promise.all([inside, outside, supervisor].map(seen))).toEqual([true, false, true])
    const shown = (await inside.agent.get('/api/v1/channels')).body.items
    expect(JSON.stringify(shown)).not.toMatch(/config|policy|access|snippet/)
  })

  it('binds a token that was not given the whole workspace, also an owner’s', async () => {
    const seenBy = async (scopes: readonly string[]): Promise<boolean> => {
      const { body } = await owner.agent.post('/api/v1/api-tokens').send({ name: 'x', scopes }).expect(201)
      const list = await server
        .nobody()
        .get('/api/v1/channels')
        .set('Authorization', `Bearer ${body.secret}`)
        .expect(200)
      return list.body.items.some(({ id }: { id: string }) => id === channel.id)
    }
    expect(await seenBy(['channel.read', 'conversation.read'])).toBe(false)
    expect(await seenBy(['channel.read', 'conversation.read', 'conversation.read-all'])).toBe(true)
  })

  it('is paused and resumed, and every change is published', async () => {
    server.events.length = 0
    channel = (await patch({ paused: true, version: channel.version }).expect(200)).body
    expect((await live())?.paused).toBe(true)
    channel = (await patch({ paused: false, version: channel.version }).expect(200)).body
    const told = server.events.filter(({ type }) => type === 'channel.updated')
    expect(told).toMatchObject([{ channel: { paused: true } }, { channel: { paused: false } }])
  })
})

describe('roles', () => {
  it('give nobody power over a role above his own', async () => {
    const admin = await server.someone(owner.agent, 'admin', 'admin@example.com')
    const path = `/api/v1/agents/${owner.profile.id}`
    await admin.agent.patch(path).send({ role: 'agent', version: 1 }).expect(403)
    await admin.agent.post(`${path}/invite`).expect(403)
    await admin.agent
      .post('/api/v1/agents')
      .send({ email: 'x@example.com', name: 'X', role: 'owner' })
      .expect(403)
    const self = `/api/v1/agents/${admin.profile.id}`
    await admin.agent.patch(self).send({ role: 'owner', version: admin.profile.version }).expect(403)
    const last = await owner.agent.patch(path).send({ role: 'admin', version: owner.profile.version })
    expect(last.body).toMatchObject({ status: 409, code: 'last-owner' })
  })

  it('leave an owner when two demote each other at once', async () => {
    const second = await server.someone(owner.agent, 'owner', 'second@example.com')
    const demote = (by: Someone, whom: Someone, version: number) =>
      by.agent.patch(`/api/v1/agents/${whom.profile.id}`).send({ role: 'agent', version })
    await Promise.all([
      demote(owner, second, second.profile.version),
      demote(second, owner, owner.profile.version),
    ])
    expect((await server.deps.agents.activeOwnerIds()).length).toBeGreaterThan(0)
  })

  it('cut a token down to what its maker may, now and later', async () => {
    const maker = await server.someone(await anOwner(), 'admin', 'maker@example.com')
    const agent = await server.someone(await anOwner(), 'agent', 'small@example.com')
    const beyond = await agent.agent.post('/api/v1/api-tokens').send({ name: 'x', scopes: ['agent.manage'] })
    expect(beyond.body).toMatchObject({ status: 403, code: 'permission-denied' })
    const { body } = await maker.agent
      .post('/api/v1/api-tokens')
      .send({ name: 'x', scopes: ['channel.manage', 'channel.read'] })
      .expect(201)
    expect(body.secret).toMatch(/^trb_[\w-]{43}$/)
    const get = (path: string) => server.nobody().get(path).set('Authorization', `Bearer ${body.secret}`)
    await get(`/api/v1/channels/${channel.id}`).expect(200)
    await get('/api/v1/agents').expect(403)
    const { items } = (await (await anOwner()).get('/api/v1/agents')).body
    const { version } = items.find(({ id }: { id: string }) => id === maker.profile.id)
    await (await anOwner())
      .patch(`/api/v1/agents/${maker.profile.id}`)
      .send({ role: 'agent', version })
      .expect(200)
    await get(`/api/v1/channels/${channel.id}`).expect(403)
    await get('/api/v1/channels').expect(200)
    const listed = await maker.agent
      .post('/api/v1/session')
      .send({ email: 'maker@example.com', password: 'correct horse battery' })
    expect(listed.status).toBe(200)
    const own = await maker.agent.get('/api/v1/api-tokens').expect(200)
    expect(JSON.stringify(own.body)).not.toContain(body.secret)
    await maker.agent.delete(`/api/v1/api-tokens/${own.body.items[0].id}`).expect(204)
    await get('/api/v1/channels').expect(401)
  })
})

describe('secrets', () => {
  it('stand in no answer and no log', async () => {
    const agent = await anOwner()
    const made = await create2(agent)
    const signing = String((await server.core.directory.get(made.id))?.config['signing'])
    const answers: string[] = []
    for (const { method, path } of server.routes) {
      if (method !== 'get') continue
      const { text } = await agent.get(`/api/v1${path.replace(/:\w+/g, made.id)}`)
      answers.push(text ?? '')
    }
    const everything = answers.join('\n') + JSON.stringify(server.events)
    for (const secret of [SECRET, signing, 'correct horse battery', '$argon2id$']) {
      expect(everything).not.toContain(secret)
      expect(server.logs()).not.toContain(secret)
    }
    expect(server.logs()).not.toMatch(/trb_[\w-]{20}|tributary_session=|#token=/)
    expect(server.logs().length).toBeGreaterThan(1_000)
  })
})

async function create2(agent: Someone['agent']): Promise<ChannelAdminView> {
  const { body } = await agent
    .post('/api/v1/channels')
    .send({ type: 'parrot', name: 'Two', config: { apiKey: SECRET } })
    .expect(201)
  return body
}

/** Whoever is owner after the two demoted each other. */
async function anOwner(): Promise<Someone['agent']> {
  const [id] = await server.deps.agents.activeOwnerIds()
  const found = id && (await server.deps.agents.get(id))
  const agent = server.nobody()
  const email = found ? found.email : ''
  await agent.post('/api/v1/session').send({ email, password: 'correct horse battery' }).expect(200)
  return agent
}
