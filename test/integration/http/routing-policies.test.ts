/** Policies of channels and categories: what is kept, what is refused and why, and those of former times. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { policyOf } from '../../../src/domain/routing/policy.ts'
import type { PolicyPreset } from '../../../src/domain/routing/presets.ts'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import { toObjectId } from '../../../src/store/object-id.ts'
import { type Agent, type Someone, startTestServer, type TestServer } from './test-server.ts'

const API = '/api/v1'
const NOBODY = '0'.repeat(24)
const DAY_MS = 86_400_000
const everyone = { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false }
const step = (target: object = everyone, more: object = {}) => ({ target, strategy: 'round-robin', ...more })

let server: TestServer
let owner: Someone
let anna: Someone
let gone: Someone
let emptyTeamId: string

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.owner()
  anna = await server.someone(owner.agent, 'agent', 'anna@example.com')
  gone = await server.someone(owner.agent, 'agent', 'gone@example.com')
  const { id, version } = gone.profile
  await patch(`/agents/${id}`, { deactivated: true, version }).expect(200)
  emptyTeamId = (await post('/teams', { name: 'Ghosts' }).expect(201)).body.id
})
afterAll(() => server.close())

const post = (path: string, body: object) => owner.agent.post(`${API}${path}`).send(body)
const patch = (path: string, body: object) => owner.agent.patch(`${API}${path}`).send(body)
const get = (path: string): ReturnType<Agent['get']> => owner.agent.get(`${API}${path}`)
const aChannel = async (more: object = {}): Promise<ChannelAdminView> =>
  (await post('/channels', { type: 'parrot', name: 'Site', config: {}, ...more }).expect(201)).body

describe('a policy', () => {
  it('is kept whole, with defaults for what is left out', async () => {
    const channel = await aChannel()
    expect(channel.policy).toEqual(policyOf([]))
    expect(channel.policyIssues).toMatchObject([{ code: 'empty-steps', severity: 'warning' }])
    await post('/skills', { name: 'Billing' }).expect(201)
    const whole = {
      steps: [
        { target: { kind: 'contact-owner' }, strategy: 'round-robin', availableOnly: true, waitMs: 60_000 },
        { target: { kind: 'last-agent' }, strategy: 'random', availableOnly: true, waitMs: 7 * DAY_MS },
        {
          target: { kind: 'fixed-agent', agentId: anna.profile.id },
          strategy: 'load-balanced',
          availableOnly: true,
          waitMs: 0,
        },
        { target: everyone, strategy: 'least-open', availableOnly: true, waitMs: 0 },
      ],
      ownerOffline: 're-route',
      onUnassign: 'wait',
      silentAfterMs: 300_000,
      silentMost: 2,
      onResolve: 'drop-assignee',
      onReopen: 're-route',
      newConversationAfterMs: 3 * DAY_MS,
      rerouteOnCategoryChange: false,
      skills: [{ skill: 'Billing', level: 2, mode: 'prefer', relaxAfterMs: 60_000 }],
      requireLanguage: { relaxAfterMs: 60_000 },
      customerMessage: 'You speak with {{agent}}',
      showQueuePlace: true,
    }
    const kept = await patch(`/channels/${channel.id}`, { policy: whole, version: channel.version }).expect(
      200,
    )
    expect(kept.body.policy).toEqual(whole)
    expect(kept.body.policyIssues).toEqual([])
    const { body } = await patch(`/channels/${channel.id}`, {
      policy: { steps: [step()] },
      version: kept.body.version,
    }).expect(200)
    expect(body.policy.steps).toEqual([{ ...step(), availableOnly: true, waitMs: 0 }])
    expect(body.policy).toMatchObject({
      ownerOffline: 'keep',
      onUnassign: 're-route',
      silentMost: 3,
      showQueuePlace: false,
    })
  })

  it('of the first shape reads as the one of today, and the channel works on', async () => {
    const channel = await aChannel()
    const first = { target: { kind: 'agents', agentIds: [anna.profile.id] }, strategy: 'round-robin' }
    await server.store.db
      .collection('channels')
      .updateOne(
        { _id: toObjectId(channel.id) },
        { $set: { policy: { steps: [first] } }, $unset: { skills: 1 }, $inc: { version: 1 } },
      )
    server.core.directory.invalidate()
    const { body } = await get(`/channels/${channel.id}`).expect(200)
    const target = { ...everyone, agentIds: [anna.profile.id] }
    expect(body.policy).toEqual(
      policyOf([{ target, strategy: 'round-robin', availableOnly: true, waitMs: 0 } as never]),
    )
    expect(body).toMatchObject({ policyIssues: [], skills: [] })
    await patch(`/channels/${channel.id}`, { policy: body.policy, version: body.version }).expect(200)
  })

  it.each([
    [
      'an agent nobody knows',
      [step({ ...everyone, agentIds: [NOBODY] })],
      'unknown-agent',
      'target.agentIds.0',
    ],
    [
      'a default agent nobody knows',
      [step({ kind: 'fixed-agent', agentId: NOBODY })],
      'unknown-agent',
      'target.agentId',
    ],
    ['a team nobody knows', [step({ kind: 'team', teamId: NOBODY })], 'unknown-team', 'target.teamId'],
    ['nobody at all', [step({ ...everyone, agentIds: [] })], 'nobody-named', 'target'],
    ['an absurd wait', [step(everyone, { waitMs: 7 * DAY_MS + 1 }), step()], 'wait-out-of-range', 'waitMs'],
    ['a wait before now', [step(everyone, { waitMs: -1 }), step()], 'wait-out-of-range', 'waitMs'],
  ])('is refused with %s', async (_what, steps, code, path) => {
    const channel = await aChannel()
    const field = `policy.steps.0.${path}`
    const { body } = await patch(`/channels/${channel.id}`, { policy: { steps }, version: channel.version })
    expect(body).toMatchObject({ status: 400, code: 'invalid-policy', field })
    expect(body.errors).toContainEqual({ field, code, message: expect.any(String) })
    const category = await post('/categories', { name: 'Never', policy: { steps } })
    expect(category.body).toMatchObject({ status: 400, code: 'invalid-policy', field })
    expect((await get(`/channels/${channel.id}`)).body).toMatchObject({ version: channel.version })
    const made = await post('/channels', { type: 'parrot', name: 'x', config: {}, policy: { steps } })
    expect(made.body).toMatchObject({ code: 'invalid-policy' })
    const checked = await post('/routing/check', { policy: { steps } }).expect(200)
    expect(checked.body.issues).toContainEqual(expect.objectContaining({ code, severity: 'error' }))
  })

  it.each([
    [
      'a deactivated default agent',
      () => ({ steps: [step({ kind: 'fixed-agent', agentId: gone.profile.id })] }),
      'deactivated-agent',
    ],
    ['a silence of a millisecond', () => ({ steps: [step()], silentAfterMs: 1 }), 'limit-out-of-range'],
    ['a million lapses', () => ({ steps: [step()], silentMost: 1e6 }), 'limit-out-of-range'],
    [
      'a requirement that relaxes in a year',
      () => ({ steps: [step()], requireLanguage: { relaxAfterMs: 365 * DAY_MS } }),
      'limit-out-of-range',
    ],
    [
      'a skill nobody knows',
      () => ({ steps: [step()], skills: [{ skill: 'alchemy', level: 1, mode: 'require' }] }),
      'unknown-skill',
    ],
    [
      'a circle',
      () => ({ steps: [step(everyone, { availableOnly: false })], ownerOffline: 're-route' }),
      'reroute-cycle',
    ],
  ])('is refused with %s', async (_what, policy, code) => {
    const { body } = await post('/categories', { name: 'Never', policy: policy() })
    expect(body).toMatchObject({ status: 400, code: 'invalid-policy', errors: [{ code }] })
  })

  it.each([
    ['no steps', () => [], 'empty-steps'],
    ['a team without members', () => [step({ kind: 'team', teamId: emptyTeamId })], 'team-without-members'],
    ['the same step twice', () => [step(), step()], 'repeated-step'],
    [
      'a deactivated agent among others',
      () => [step({ ...everyone, agentIds: [anna.profile.id, gone.profile.id] })],
      'deactivated-agent',
    ],
    ['a wait that nothing follows', () => [step(everyone, { waitMs: 1_000 })], 'wait-without-effect'],
  ])('is kept with %s, and the answer says so', async (_what, steps, code) => {
    const { body } = await post('/channels', {
      type: 'parrot',
      name: 'x',
      config: {},
      policy: { steps: steps() },
    }).expect(201)
    expect(body.policyIssues).toMatchObject([{ code, severity: 'warning' }])
    const checked = await post('/routing/check', { policy: { steps: steps() } }).expect(200)
    expect(checked.body.issues).toEqual(body.policyIssues)
  })

  it.each([
    ['an unknown target', { steps: [step({ kind: 'oracle' })] }, 'policy.steps.0.target.kind'],
    ['an unknown strategy', { steps: [{ target: everyone, strategy: 'best' }] }, 'policy.steps.0.strategy'],
    ['an operator', { steps: { $ne: 1 } }, 'policy.steps'],
    [
      'an operator for an id',
      { steps: [step({ kind: 'team', teamId: { $ne: 1 } })] },
      'policy.steps.0.target.teamId',
    ],
    ['too many steps', { steps: Array.from({ length: 21 }, () => step()) }, 'policy.steps'],
    ['a field of its own', { steps: [], magic: true }, 'policy.magic'],
    ['half a millisecond', { steps: [step(everyone, { waitMs: 0.5 })] }, 'policy.steps.0.waitMs'],
    [
      'a sixth level',
      { steps: [], skills: [{ skill: 'x', level: 6, mode: 'require' }] },
      'policy.skills.0.level',
    ],
  ])('cannot have %s', async (_what, policy, field) => {
    expect((await post('/routing/check', { policy })).body).toMatchObject({ code: 'invalid-input', field })
    const category = await post('/categories', { name: 'Never', policy })
    expect(category.body).toMatchObject({ status: 400, code: 'invalid-input', field })
  })

  it('stands beside presets that can be saved as they are, but for what must be chosen', async () => {
    const { body } = await get('/routing/presets').expect(200)
    const presets: PolicyPreset[] = body.items
    expect(presets.map(({ name }) => name)).toEqual([
      'Pick',
      'Round robin',
      'Round robin, online only',
      'Least open',
      'Load balanced',
      'Dedicated agent',
      'Team only',
    ])
    for (const { name, needs, policy } of presets) {
      const { status, body } = await post('/categories', { name, policy })
      expect([name, status]).toEqual([name, needs ? 400 : 201])
      if (status === 201) expect(body.policy).toEqual(policy)
    }
  })

  it('that was sound tells what came to be wrong with it', async () => {
    const leaver = await server.someone(owner.agent, 'agent', 'leaver@example.com')
    const { id, version } = leaver.profile
    const policy = { steps: [step({ kind: 'fixed-agent', agentId: id })] }
    const channel = await aChannel({ policy })
    expect(channel.policyIssues).toEqual([])
    const category = (await post('/categories', { name: 'Leavers', policy }).expect(201)).body
    await patch(`/agents/${id}`, { deactivated: true, version }).expect(200)
    const issue = { path: 'steps.0.target.agentId', code: 'deactivated-agent', severity: 'error' }
    expect((await get(`/channels/${channel.id}`)).body.policyIssues).toMatchObject([issue])
    const listed = (await get('/categories')).body.items
    expect(listed.find((item: { id: string }) => item.id === category.id).policyIssues).toMatchObject([issue])
    await patch(`/channels/${channel.id}`, { name: 'Still editable', version: channel.version }).expect(200)
    await patch(`/categories/${category.id}`, { name: 'Still editable', version: 1 }).expect(200)
  })
})

describe('a channel’s category and skills', () => {
  it('are set, taken away, and exist', async () => {
    const category = (await post('/categories', { name: 'Sales' }).expect(201)).body
    expect(category).toEqual({ id: category.id, name: 'Sales', skills: [], policyIssues: [], version: 1 })
    const skills = [{ skill: 'language:es', level: 1, mode: 'require', relaxAfterMs: 60_000 }]
    const channel = await aChannel({ categoryId: category.id, skills })
    expect(channel).toMatchObject({ categoryId: category.id, skills })
    const kept = await owner.agent.delete(`${API}/categories/${category.id}?version=1`)
    expect(kept.body).toMatchObject({ code: 'in-use', errors: [{ field: `channels.${channel.id}` }] })
    const at = `/channels/${channel.id}`
    const renamed = await patch(at, { name: 'Other', version: channel.version }).expect(200)
    expect(renamed.body).toMatchObject({ categoryId: category.id, skills })
    const { version } = renamed.body
    const unknown = await patch(at, { categoryId: NOBODY, version })
    expect(unknown.body).toMatchObject({ status: 400, field: 'categoryId' })
    const alchemy = await patch(at, { skills: [{ skill: 'alchemy', level: 1, mode: 'prefer' }], version })
    expect(alchemy.body).toMatchObject({ status: 400, field: 'skills.0.skill' })
    expect((await patch(at, { categoryId: { $ne: 1 }, version })).body).toMatchObject({ field: 'categoryId' })
    const bare = await patch(at, { categoryId: null, skills: [], version }).expect(200)
    expect(bare.body).not.toHaveProperty('categoryId')
    expect(bare.body.skills).toEqual([])
    await owner.agent.delete(`${API}/categories/${category.id}?version=1`).expect(204)
  })
})

describe('the rules of routing', () => {
  it('are kept from those who may not change them, and a token needs the scope', async () => {
    const body = { name: 'Mine', version: 0 }
    await anna.agent.post(`${API}/teams`).send(body).expect(403)
    await anna.agent.patch(`${API}/routing/settings`).send(body).expect(403)
    await anna.agent.patch(`${API}/agents/${anna.profile.id}/routing`).send(body).expect(403)
    const made = await post('/api-tokens', { name: 'Router', scopes: ['routing.manage'] }).expect(201)
    const token = server.nobody().set('Authorization', `Bearer ${made.body.secret}`)
    await token.post(`${API}/teams`).send({ name: 'By token' }).expect(201)
    await token.get(`${API}/teams`).expect(403)
    const again = { 'Idempotency-Key': 'once' }
    const first = await token.post(`${API}/skills`).set(again).send({ name: 'Once' }).expect(201)
    const second = await token.post(`${API}/skills`).set(again).send({ name: 'Once' }).expect(201)
    expect(second.body).toEqual(first.body)
  })
})
