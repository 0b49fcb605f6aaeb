/** Teams, skills and what agents have of their own, by good and bad input. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import { type Agent, type Someone, startTestServer, type TestServer } from './test-server.ts'

const API = '/api/v1'
const NOBODY = '0'.repeat(24)
const MADRID = {
  timeZone: 'Europe/Madrid',
  weekly: [{ weekday: 1, fromMinute: 540, toMinute: 1_020 }],
  timeOff: [],
  holidays: ['2026-12-25'],
}

let server: TestServer
let owner: Someone
let anna: Someone
let boris: Someone

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.owner()
  anna = await server.someone(owner.agent, 'agent', 'anna@example.com')
  boris = await server.someone(owner.agent, 'agent', 'boris@example.com')
})
afterAll(() => server.close())

const post = (path: string, body: object) => owner.agent.post(`${API}${path}`).send(body)
const patch = (path: string, body: object) => owner.agent.patch(`${API}${path}`).send(body)
const get = (path: string): ReturnType<Agent['get']> => owner.agent.get(`${API}${path}`)
const remove = (path: string) => owner.agent.delete(`${API}${path}`)
const itemsOf = async (path: string): Promise<{ name: string }[]> => (await get(path).expect(200)).body.items
const everyone = { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false } as const
const stepTo = (target: object) => ({ target, strategy: 'round-robin' })

let named = 0
const freshName = (): string => {
  named += 1
  return `Name ${named}`
}
const aTeam = async (more: object = {}) =>
  (await post('/teams', { name: freshName(), ...more }).expect(201)).body
const aChannel = async (more: object = {}): Promise<ChannelAdminView> =>
  (await post('/channels', { type: 'parrot', name: freshName(), config: {}, ...more }).expect(201)).body

describe('teams', () => {
  it('are made, listed by name, changed and removed', async () => {
    const made = await post('/teams', {
      name: 'zebras',
      memberIds: [anna.profile.id, anna.profile.id],
    }).expect(201)
    expect(made.body).toEqual({
      id: expect.any(String),
      name: 'zebras',
      memberIds: [anna.profile.id],
      version: 1,
    })
    const other = await aTeam({ name: 'Apes', schedule: MADRID })
    expect((await itemsOf('/teams')).map(({ name }) => name)).toEqual(['Apes', 'zebras'])
    const renamed = await patch(`/teams/${made.body.id}`, { name: 'Zebras', version: 1 }).expect(200)
    expect(renamed.body).toEqual({ ...made.body, name: 'Zebras', version: 2 })
    expect(renamed.headers['etag']).toBe('"2"')
    const emptied = await patch(`/teams/${other.id}`, { memberIds: [], schedule: null, version: 1 }).expect(
      200,
    )
    expect(emptied.body).not.toHaveProperty('schedule')
    await remove(`/teams/${other.id}?version=1`).expect(409)
    await remove(`/teams/${other.id}?version=2`).expect(204)
    await remove(`/teams/${other.id}?version=2`).expect(404)
    await remove(`/teams/${made.body.id}?version=2`).expect(204)
  })

  it('have names that differ by more than case', async () => {
    const team = await aTeam({ name: 'Billing' })
    const taken = await post('/teams', { name: ' BILLING ' })
    expect(taken.body).toMatchObject({ status: 409, code: 'already-exists', field: 'name' })
    const other = await aTeam()
    const renamed = await patch(`/teams/${other.id}`, { name: 'billing', version: 1 })
    expect(renamed.body).toMatchObject({ status: 409, code: 'already-exists' })
    await patch(`/teams/${team.id}`, { name: 'billing', version: 1 }).expect(200)
  })

  it('are changed by one of two who saw the same version', async () => {
    const team = await aTeam()
    const both = await Promise.all(
      [[anna.profile.id], []].map((memberIds) => patch(`/teams/${team.id}`, { memberIds, version: 1 })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(both.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'version-conflict' })
    const stale = await patch(`/teams/${team.id}`, { name: freshName(), version: 9 })
    expect(stale.body).toMatchObject({ code: 'version-conflict', version: 2 })
  })

  it.each([
    ['no name', { name: ' ' }, 'name'],
    ['a member nobody knows', { name: 'x', memberIds: [NOBODY] }, 'memberIds.0'],
    ['an operator for a name', { name: { $ne: 1 } }, 'name'],
    ['an operator for a member', { name: 'x', memberIds: [{ $ne: 1 }] }, 'memberIds.0'],
    ['an operator for members', { name: 'x', memberIds: { $in: [] } }, 'memberIds'],
    ['a field that teams do not have', { name: 'x', role: 'admin' }, 'role'],
    [
      'an unknown time zone',
      { name: 'x', schedule: { ...MADRID, timeZone: 'Mars/Olympus' } },
      'schedule.timeZone',
    ],
    [
      'hours that end before they begin',
      { name: 'x', schedule: { ...MADRID, weekly: [{ weekday: 1, fromMinute: 600, toMinute: 540 }] } },
      'schedule.weekly.0.toMinute',
    ],
    [
      'hours that overlap',
      { name: 'x', schedule: { ...MADRID, weekly: [...MADRID.weekly, ...MADRID.weekly] } },
      'schedule.weekly.1',
    ],
    [
      'an eighth weekday',
      { name: 'x', schedule: { ...MADRID, weekly: [{ weekday: 7, fromMinute: 0, toMinute: 1 }] } },
      'schedule.weekly.0.weekday',
    ],
    [
      'a day that does not exist',
      { name: 'x', schedule: { ...MADRID, holidays: ['2026-02-30'] } },
      'schedule.holidays.0',
    ],
    [
      'a time off that ends before it begins',
      { name: 'x', schedule: { ...MADRID, timeOff: [{ fromMs: 2, toMs: 1 }] } },
      'schedule.timeOff.0.toMs',
    ],
  ])('are refused with %s', async (_what, body, field) => {
    const { body: problem } = await post('/teams', body)
    expect(problem).toMatchObject({ status: 400, code: 'invalid-input', field })
  })

  it('are refused by ids and versions that are none', async () => {
    await patch('/teams/x', { version: 1 }).expect(400)
    await patch(`/teams/${NOBODY}`, { version: 1 }).expect(404)
    await remove(`/teams/${NOBODY}?version=1`).expect(404)
    await remove(`/teams/${NOBODY}`).expect(400)
    await remove(`/teams/${NOBODY}?version[$ne]=1`).expect(400)
    await get('/teams?cursor=!').expect(400)
  })

  it('stay while a policy refers to them, and say which', async () => {
    const team = await aTeam({ memberIds: [anna.profile.id] })
    const policy = { steps: [stepTo({ ...everyone, agentIds: [], teamIds: [team.id] })] }
    const channel = await aChannel({ policy })
    const category = (await post('/categories', { name: freshName(), policy }).expect(201)).body
    const kept = await remove(`/teams/${team.id}?version=1`)
    expect(kept.body).toMatchObject({ status: 409, code: 'in-use', uses: 2 })
    expect(kept.body.detail).toContain(channel.name)
    expect(kept.body.errors.map(({ field }: { field: string }) => field)).toEqual([
      `channels.${channel.id}`,
      `categories.${category.id}`,
    ])
    await patch(`/channels/${channel.id}`, { policy: { steps: [] }, version: channel.version }).expect(200)
    await patch(`/categories/${category.id}`, { policy: null, version: 1 }).expect(200)
    await remove(`/teams/${team.id}?version=1`).expect(204)
  })
})

describe('skills', () => {
  it('are made once, whatever the case, and removed when nobody has them and nothing asks for them', async () => {
    const skill = (await post('/skills', { name: 'Guitars' }).expect(201)).body
    expect(skill).toEqual({ id: expect.any(String), name: 'Guitars', version: 1 })
    expect((await post('/skills', { name: 'guitars' })).body).toMatchObject({ code: 'already-exists' })
    expect(await itemsOf('/skills')).toContainEqual(skill)
    const asked = { skill: 'GUITARS', level: 3, mode: 'require' }
    const category = (await post('/categories', { name: freshName(), skills: [asked] }).expect(201)).body
    expect(category.skills).toEqual([{ ...asked, skill: 'Guitars' }])
    const before = (await get(`/agents/${anna.profile.id}/routing`)).body
    const has = await patch(`/agents/${anna.profile.id}/routing`, {
      skills: { guitars: 4, 'language:ES': 5 },
      version: before.version,
    }).expect(200)
    expect(has.body.skills).toEqual({ Guitars: 4, 'language:es': 5 })
    const settings = (await get('/routing/settings')).body
    const tagged = await patch('/routing/settings', {
      tagSkills: [{ tag: 'vip', skills: [asked] }],
      version: settings.version,
    }).expect(200)
    expect(tagged.body.tagSkills).toEqual([{ tag: 'vip', skills: [{ ...asked, skill: 'Guitars' }] }])
    const kept = await remove(`/skills/${skill.id}?version=1`)
    expect(kept.body).toMatchObject({ status: 409, code: 'in-use', uses: 3 })
    await patch(`/categories/${category.id}`, { skills: [], version: 1 }).expect(200)
    await patch(`/agents/${anna.profile.id}/routing`, { skills: {}, version: has.body.version }).expect(200)
    await patch('/routing/settings', { tagSkills: [], version: tagged.body.version }).expect(200)
    await remove(`/skills/${skill.id}?version=2`).expect(409)
    await remove(`/skills/${skill.id}?version=1`).expect(204)
  })

  it.each([[''], ['language:es'], ['constructor'], ['a\nb'], ['x'.repeat(51)], [{ $gt: '' }]])(
    'are not named %j',
    async (name) => {
      expect((await post('/skills', { name })).body).toMatchObject({ code: 'invalid-input', field: 'name' })
    },
  )
})

describe('an agent’s routing', () => {
  const path = (who: Someone): string => `/agents/${who.profile.id}/routing`

  it('is as for everybody until he has something of his own, and again after', async () => {
    const bare = (await get(path(boris)).expect(200)).body
    expect(bare).toMatchObject({
      agentId: boris.profile.id,
      capacity: { effective: {} },
      skills: {},
      hours: { within: true },
      onlineOutOfHours: false,
      version: 0,
    })
    const settings = (await get('/routing/settings')).body
    const fairCap = { most: 3, windowMs: 3_600_000 }
    const weekly = [{ weekday: 3, fromMinute: 0, toMinute: 1 }]
    const changed = await patch('/routing/settings', {
      defaultCapacity: { total: 5 },
      fairCap,
      schedule: { ...MADRID, weekly },
      holidays: [{ name: 'Spain', dates: ['2027-01-06'] }],
      version: settings.version,
    }).expect(200)
    expect((await get(path(boris))).body).toMatchObject({
      capacity: { effective: { total: 5 } },
      effectiveFairCap: fairCap,
      effectiveSchedule: {
        from: 'workspace',
        schedule: { weekly, holidays: ['2026-12-25', '2027-01-06'] },
      },
    })
    const plain = await aTeam({ memberIds: [boris.profile.id], schedule: MADRID })
    const primary = await aTeam({
      memberIds: [boris.profile.id],
      schedule: { ...MADRID, timeZone: 'Asia/Tokyo' },
    })
    expect((await get(path(boris))).body).toMatchObject({
      teamIds: [plain.id, primary.id],
      effectiveSchedule: { from: 'team', schedule: { timeZone: 'Europe/Madrid' } },
    })
    const own = await patch(path(boris), {
      capacity: { total: 2, perWorkType: { email: 1 } },
      fairCap: { most: 1, windowMs: 60_000 },
      primaryTeamId: primary.id,
      version: 0,
    }).expect(200)
    expect(own.body).toMatchObject({
      capacity: { own: { total: 2 }, effective: { total: 2, perWorkType: { email: 1 } } },
      fairCap: { most: 1 },
      effectiveFairCap: { most: 1 },
      primaryTeamId: primary.id,
      effectiveSchedule: { from: 'team', schedule: { timeZone: 'Asia/Tokyo' } },
      version: 1,
    })
    const hours = { ...MADRID, weekly: [], holidays: [] }
    const closed = await patch(path(boris), { schedule: hours, version: 1 }).expect(200)
    expect(closed.body).toMatchObject({
      schedule: hours,
      effectiveSchedule: { from: 'agent', schedule: { holidays: ['2027-01-06'] } },
      hours: { within: false, closedBy: 'out-of-hours' },
    })
    await patch(`/teams/${primary.id}`, { memberIds: [], version: 1 }).expect(200)
    const left = (await get(path(boris))).body
    expect(left).not.toHaveProperty('primaryTeamId')
    const back = await patch(path(boris), {
      capacity: null,
      fairCap: null,
      primaryTeamId: null,
      schedule: null,
      version: left.version,
    }).expect(200)
    expect(back.body).toMatchObject({ capacity: { effective: { total: 5 } }, teamIds: [plain.id] })
    expect(back.body.capacity).not.toHaveProperty('own')
    expect(back.body).not.toHaveProperty('schedule')
    await patch('/routing/settings', {
      defaultCapacity: null,
      fairCap: null,
      schedule: null,
      holidays: [],
      version: changed.body.version,
    }).expect(200)
    expect((await get(path(boris))).body.capacity).toEqual({ effective: {} })
  })

  it('keeps its version when he goes away and comes back', async () => {
    const { version } = (await get(path(anna))).body
    await anna.agent.put(`${API}/profile/availability`).send({ availability: 'away' }).expect(200)
    await patch(path(anna), { capacity: { total: 9 }, version }).expect(200)
    const stale = await patch(path(anna), { capacity: { total: 8 }, version })
    expect(stale.body).toMatchObject({ status: 409, code: 'version-conflict', version: version + 1 })
    await patch(path(boris), { capacity: { total: 8 }, version: 0 }).expect(409)
  })

  it('shows time off to him and to whoever distributes work alone', async () => {
    const sue = await server.someone(owner.agent, 'supervisor', 'sue@example.com')
    const { version } = (await get(path(boris))).body
    const timeOff = [{ fromMs: 1, toMs: 2 }]
    const away = await patch(path(boris), { schedule: { ...MADRID, timeOff }, version }).expect(200)
    const seenBy = async ({ agent }: Someone) => {
      const { body } = await agent.get(`${API}${path(boris)}`).expect(200)
      return [body.schedule.timeOff, body.effectiveSchedule.schedule.timeOff]
    }
    for (const reader of [owner, sue, boris]) expect(await seenBy(reader)).toEqual([timeOff, timeOff])
    expect(await seenBy(anna)).toEqual([[], []])
    await patch(path(boris), { schedule: null, version: away.body.version }).expect(200)
  })

  it('lets him be online outside his hours until he chooses again', async () => {
    const { version } = (await get(path(anna))).body
    const closed = { ...MADRID, weekly: [], holidays: [] }
    const { body } = await patch(path(anna), { schedule: closed, version }).expect(200)
    const choose = async (availability: string): Promise<boolean> => {
      await anna.agent.put(`${API}/profile/availability`).send({ availability }).expect(200)
      return (await get(path(anna))).body.onlineOutOfHours
    }
    expect([await choose('online'), await choose('away'), await choose('online')]).toEqual([
      true,
      false,
      true,
    ])
    const after = await patch(path(anna), { schedule: null, version: body.version }).expect(200)
    expect([after.body.version, await choose('online')]).toEqual([body.version + 1, false])
    expect((await server.deps.agentRouting.get(anna.profile.id))?.availabilitySinceMs).toBeGreaterThan(0)
  })

  it.each([
    ['a negative capacity', { capacity: { total: -1 } }, 'capacity.total'],
    ['an absurd capacity', { capacity: { total: 1e9 } }, 'capacity.total'],
    ['half a conversation', { capacity: { total: 1.5 } }, 'capacity.total'],
    ['an unknown work type', { capacity: { perWorkType: { faxing: 1 } } }, 'capacity.perWorkType.faxing'],
    ['an operator for a capacity', { capacity: { total: { $gt: 0 } } }, 'capacity.total'],
    ['a cap of nothing', { fairCap: { most: 0, windowMs: 60_000 } }, 'fairCap.most'],
    ['a window of a second', { fairCap: { most: 1, windowMs: 1_000 } }, 'fairCap.windowMs'],
    ['a window of a year', { fairCap: { most: 1, windowMs: 31_536_000_000 } }, 'fairCap.windowMs'],
    ['a skill nobody knows', { skills: { alchemy: 1 } }, 'skills.alchemy'],
    ['a sixth level', { skills: { 'language:es': 6 } }, 'skills.language:es'],
    ['a skill that every object has', { skills: { constructor: 1 } }, 'skills.constructor'],
    ['a team that does not exist', { primaryTeamId: NOBODY }, 'primaryTeamId'],
    ['an operator for a team', { primaryTeamId: { $ne: null } }, 'primaryTeamId'],
    ['an unknown time zone', { schedule: { ...MADRID, timeZone: 'Here' } }, 'schedule.timeZone'],
  ])('is refused with %s', async (_what, change, field) => {
    const { version } = (await get(path(anna))).body
    const { body } = await patch(path(anna), { ...change, version })
    expect(body).toMatchObject({ status: 400, code: 'invalid-input', field })
    expect((await get(path(anna))).body.version).toBe(version)
  })

  it('has no team as primary that he is not in, and is nobody’s who does not exist', async () => {
    const team = await aTeam()
    const { version } = (await get(path(anna))).body
    const { body } = await patch(path(anna), { primaryTeamId: team.id, version })
    expect(body).toMatchObject({ code: 'invalid-input', field: 'primaryTeamId' })
    await get(`/agents/${NOBODY}/routing`).expect(404)
    await patch(`/agents/${NOBODY}/routing`, { version: 0 }).expect(404)
    await get('/agents/x/routing').expect(400)
  })
})
