/** Who may have a conversation at all, through REST; each test is named after its rule. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { QueueView } from '../../../src/domain/queue-views.ts'
import { DAY, MINUTE, openRestDesk, type RestDesk, stepOver } from './rest-desk.ts'

let desk: RestDesk

beforeAll(async () => {
  desk = await openRestDesk()
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.reset()
  await desk.channel({ steps: [stepOver([desk.ana])] })
})

/** Why Ana does not have it, as the last run saw it. */
const reasonFor = async (who: string): Promise<string | undefined> => {
  const { id } = await desk.of(who)
  const { items } = await desk.ok<{ items: { candidates: { agentId: string; excluded?: string }[] }[] }>(
    desk.boss,
    'get',
    `/conversations/${id}/routing-decisions`,
  )
  return items[0]?.candidates.find(({ agentId }) => agentId === desk.ana.id)?.excluded
}
/** What the queue page shows of her. */
const loadOfAna = async (): Promise<number | undefined> => {
  const { agents } = await desk.ok<QueueView>(desk.boss, 'get', '/queue')
  return agents.find(({ agent }) => agent.id === desk.ana.id)?.load.total
}
const channelNow = () => desk.ok<{ version: number }>(desk.boss, 'get', `/channels/${desk.channelId}`)
const change = async (fields: object): Promise<void> => {
  const { version } = await channelNow()
  await desk.ok(desk.boss, 'patch', `/channels/${desk.channelId}`, { ...fields, version })
}

describe('eligible', () => {
  it('only with access to the channel', async () => {
    await desk.online(desk.ana)
    await change({ access: { kind: 'agents', agentIds: [desk.ben.id] } })
    await desk.write('c')
    expect([await desk.ownerOf('c'), await reasonFor('c')]).toEqual([undefined, 'no-channel-access'])
    await change({ access: { kind: 'everyone' } })
    await desk.comesTo('c', desk.ana)
  })

  it('only in the team that a person chose', async () => {
    await change({ policy: { steps: [] } })
    const team = await desk.make('teams', { memberIds: [desk.ben.id] })
    await desk.online(desk.ana, desk.ben)
    await desk.write('c')
    await change({ policy: { steps: [stepOver('all')] } })
    await desk.assign(desk.sue, 'c', { assigneeId: null, teamId: team.id })
    await desk.comesTo('c', desk.ben)
    expect(await reasonFor('c')).toBe('not-in-team')
  })

  it('only available, unless the step says otherwise', async () => {
    await desk.write('c')
    expect([await desk.ownerOf('c'), await reasonFor('c')]).toEqual([undefined, 'away'])
    await change({ policy: { steps: [stepOver([desk.ana], { availableOnly: false })] } })
    await desk.comesTo('c', desk.ana)
  })

  it('not for a conversation that he gave back', async () => {
    await desk.online(desk.ana)
    await desk.write('c')
    expect((await desk.sendBack(desk.ana, 'c')).status).toBe(200)
    await desk.comesTo('c', undefined)
    expect(await reasonFor('c')).toBe('sent-it-back')
  })

  it('is checked again at the moment of the claim', async () => {
    const { claim } = desk.inbox.core.stores.routingQueue
    await desk.write('c')
    let taken = 0
    desk.inbox.core.stores.routingQueue.claim = async (claims, nowMs) => {
      taken += 1
      // Between the decision and the claim a person takes it.
      if (taken === 1) await desk.assign(desk.ben, 'c', { assigneeId: desk.ben.id })
      return claim(claims, nowMs)
    }
    try {
      await desk.online(desk.ana)
      await desk.until(
        async () => taken,
        (times) => times > 0,
      )
      await desk.comesTo('c', desk.ben)
    } finally {
      desk.inbox.core.stores.routingQueue.claim = claim
    }
  })
})

describe('capacity', () => {
  it('of an agent is never passed by the router', async () => {
    await desk.limit(desk.ana, { capacity: { total: 2 } })
    await desk.online(desk.ana)
    await desk.writeAll('c', 'd', 'e')
    expect(await desk.ownersOf('c', 'd', 'e')).toEqual([desk.ana.id, desk.ana.id, undefined])
    expect((await desk.why('e')).text).toContain('2 of 2')
  })

  it('has a default for the workspace, which an agent’s own goes before', async () => {
    await desk.settings({ defaultCapacity: { total: 1 } })
    await desk.limit(desk.ben, { capacity: { total: 2 } })
    await change({ policy: { steps: [stepOver([desk.ana]), stepOver([desk.ben])] } })
    await desk.online(desk.ana, desk.ben)
    await desk.writeAll('c', 'd', 'e', 'f')
    const { ana, ben } = desk
    expect(await desk.ownersOf('c', 'd', 'e', 'f')).toEqual([ana.id, ben.id, ben.id, undefined])
  })

  it('of nobody is limited unless somebody says so', async () => {
    await desk.online(desk.ana)
    const many = Array.from({ length: 12 }, (_, index) => `c${index}`)
    await desk.writeAll(...many)
    expect(await desk.ownersOf(...many)).toEqual(many.map(() => desk.ana.id))
  })

  it.each([
    ['snoozed', { status: 'snoozed', snoozedUntil: '2100-01-01T00:00:00Z' }, 'countSnoozed'],
    ['pending', { status: 'pending' }, 'countPending'],
  ])('is not used by what is %s, unless the setting says so', async (_, command, setting) => {
    const until = new Date(desk.now() + DAY).toISOString()
    const resting = 'snoozedUntil' in command ? { ...command, snoozedUntil: until } : command
    await desk.limit(desk.ana, { capacity: { total: 1 } })
    await desk.online(desk.ana)
    await desk.write('c')
    await desk.patch(desk.ana, 'c', resting)
    await desk.write('d')
    await desk.comesTo('d', desk.ana)
    await desk.settings({ [setting]: true })
    await desk.patch(desk.ana, 'd', { status: 'resolved' })
    await desk.restLoads()
    await desk.until(loadOfAna, (load) => load === 1)
    await desk.write('e')
    expect(await desk.ownerOf('e')).toBeUndefined()
  })

  it('may be passed by hand, with a warning', async () => {
    await desk.limit(desk.ana, { capacity: { total: 1 } })
    await desk.online(desk.ana)
    await desk.writeAll('c', 'd')
    const { status, body } = await desk.assign(desk.sue, 'd', { assigneeId: desk.ana.id })
    expect([status, body.warning, body.assigneeId]).toEqual([200, 'over-capacity', desk.ana.id])
  })
})

describe('fair cap', () => {
  it('gives nobody more than so many within a window', async () => {
    await desk.limit(desk.ana, { fairCap: { most: 2, windowMs: 10 * MINUTE } })
    await desk.online(desk.ana)
    await desk.writeAll('c', 'd', 'e')
    expect(await desk.ownersOf('c', 'd', 'e')).toEqual([desk.ana.id, desk.ana.id, undefined])
    for (const who of ['c', 'd']) await desk.patch(desk.ana, who, { status: 'resolved' })
    expect([await desk.ownerOf('e'), await reasonFor('e')]).toEqual([undefined, 'fair-cap'])
    desk.passMs(11 * MINUTE)
    await desk.comesTo('e', desk.ana)
  })

  it('of the workspace holds for whoever has none of his own', async () => {
    await desk.settings({ fairCap: { most: 1, windowMs: DAY } })
    await desk.online(desk.ana)
    await desk.writeAll('c', 'd')
    expect([await desk.ownerOf('d'), await reasonFor('d')]).toEqual([undefined, 'fair-cap'])
  })
})

describe('skills', () => {
  it.each(['channel', 'category', 'tag', 'policy'])('may be required by the %s, at a level', async (by) => {
    const skill = await desk.make('skills')
    const skills = [{ skill: skill.name, level: 3, mode: 'require' }]
    if (by === 'channel') await change({ skills })
    if (by === 'policy') await change({ policy: { steps: [stepOver('all')], skills } })
    else await change({ policy: { steps: [stepOver('all')] } })
    if (by === 'category') await change({ categoryId: (await desk.make('categories', { skills })).id })
    if (by === 'tag') await desk.settings({ tagSkills: [{ tag: 'vip', skills }] })
    await desk.limit(desk.ana, { skills: { [skill.name]: 2 } })
    if (by === 'tag') {
      await desk.write('c')
      await desk.patch(desk.sue, 'c', { tags: ['vip'] })
      await desk.online(desk.ana)
    } else {
      await desk.online(desk.ana)
      await desk.write('c')
    }
    await desk.until(
      () => desk.why('c'),
      ({ text }) => text.includes(`no ${skill.name} at level 3`),
    )
    expect(await desk.ownerOf('c')).toBeUndefined()
    await desk.limit(desk.ana, { skills: { [skill.name]: 3 } })
    await desk.comesTo('c', desk.ana)
  })

  it('preferred put those first who have them, and exclude nobody', async () => {
    const skill = await desk.make('skills')
    const skills = [{ skill: skill.name, level: 1, mode: 'prefer' }]
    await change({ policy: { steps: [stepOver('all')], skills } })
    await desk.limit(desk.ben, { skills: { [skill.name]: 1 }, capacity: { total: 2 } })
    await desk.online(desk.ana, desk.ben)
    await desk.writeAll('c', 'd', 'e')
    expect(await desk.ownersOf('c', 'd', 'e')).toEqual([desk.ben.id, desk.ben.id, desk.ana.id])
  })

  it('required relax to preferred after so many minutes', async () => {
    const skill = await desk.make('skills')
    const asked = { skill: skill.name, level: 1, mode: 'require', relaxAfterMs: 5 * MINUTE }
    await change({ policy: { steps: [stepOver('all')], skills: [asked] } })
    await desk.online(desk.ana)
    await desk.write('earlier')
    desk.passMs(3 * MINUTE)
    await desk.write('c')
    desk.passMs(3 * MINUTE)
    await desk.givenTo('earlier', desk.ana)
    expect(await desk.ownerOf('c')).toBeUndefined()
    desk.passMs(3 * MINUTE)
    await desk.comesTo('c', desk.ana)
  })

  it('the language of the first message is detected and may be required, and relaxes', async () => {
    const policy = { steps: [stepOver('all')], requireLanguage: { relaxAfterMs: 5 * MINUTE } }
    await change({ policy })
    await desk.limit(desk.ben, { skills: { 'language:es': 1 } })
    await desk.online(desk.ana)
    const spanish = 'Hola, buenos días, ¿dónde está mi pedido? No lo tengo.'
    await desk.write('c', spanish)
    expect((await desk.why('c')).text).toContain('no Spanish')
    await desk.online(desk.ben)
    await desk.comesTo('c', desk.ben)
    await desk.choose(desk.ben, 'away')
    await desk.write('d', spanish)
    desk.passMs(6 * MINUTE)
    await desk.comesTo('d', desk.ana)
  })
})

const always = (more: object = {}) => ({
  timeZone: 'UTC',
  weekly: [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, fromMinute: 0, toMinute: 1_440 })),
  timeOff: [],
  holidays: [],
  ...more,
})
const today = () => new Date(desk.now()).toISOString().slice(0, 10)

describe('available', () => {
  it.each(['away', 'offline'] as const)('is not who chose %s', async (availability) => {
    await desk.choose(desk.ana, availability)
    await desk.write('c')
    expect(await reasonFor('c')).toBe(availability)
  })

  it('is not whom no device sees beyond the grace period', async () => {
    await desk.online(desk.ana)
    await desk.disconnect(desk.ana)
    await desk.write('c')
    expect(await reasonFor('c')).toBe('not-connected')
    await desk.connect(desk.ana)
    await desk.comesTo('c', desk.ana)
  })

  it('is who is reachable by push, until that ends, at most thirty days', async () => {
    await desk.online(desk.ana)
    await desk.disconnect(desk.ana)
    await desk.write('c')
    const put = (until: string | null) =>
      desk.ana.call<{ pushReachableUntil?: string }>('put', '/profile/push-reachability', { until })
    const inMs = (ms: number) => new Date(desk.now() + ms).toISOString()
    for (const until of [inMs(31 * DAY), inMs(-MINUTE), 'tomorrow'])
      expect((await put(until)).body).toMatchObject({ code: 'invalid-input', field: 'until' })
    const until = inMs(10 * MINUTE)
    expect((await put(until)).body.pushReachableUntil).toBe(until)
    await desk.comesTo('c', desk.ana)
    desk.passMs(11 * MINUTE)
    await desk.write('d')
    expect([await desk.ownerOf('d'), await reasonFor('d')]).toEqual([undefined, 'not-connected'])
    await put(inMs(10 * MINUTE))
    await desk.comesTo('d', desk.ana)
    expect((await put(null)).body).not.toHaveProperty('pushReachableUntil')
    await desk.write('e')
    expect(await reasonFor('e')).toBe('not-connected')
  })

  it.each([
    [
      'time off',
      'time-off',
      () => ({ timeOff: [{ fromMs: desk.now() - MINUTE, toMs: desk.now() + MINUTE }] }),
    ],
    ['a holiday', 'holiday', () => ({ holidays: [today()] })],
    ['out of his hours', 'out-of-hours', () => ({ weekly: [] })],
  ])('is not who has %s', async (_, reason, more) => {
    await desk.online(desk.ana)
    await desk.limit(desk.ana, { schedule: always(more()) })
    await desk.write('c')
    expect([await desk.ownerOf('c'), await reasonFor('c')]).toEqual([undefined, reason])
  })

  it('is not who works the hours of a team that is closed, or of a workspace on holiday', async () => {
    const team = await desk.make<{ id: string; name: string; version: number }>('teams', {
      memberIds: [desk.ana.id],
    })
    await desk.online(desk.ana)
    await desk.limit(desk.ana, { primaryTeamId: team.id })
    const closed = { schedule: always({ weekly: [] }), version: team.version }
    await desk.ok(desk.boss, 'patch', `/teams/${team.id}`, closed)
    await desk.write('c')
    expect(await reasonFor('c')).toBe('out-of-hours')
    await desk.ok(desk.boss, 'patch', `/teams/${team.id}`, { schedule: null, version: team.version + 1 })
    await desk.comesTo('c', desk.ana)
    const holidays = [{ name: 'Today', dates: [today()] }]
    await desk.settings({ holidays, schedule: always() })
    await desk.write('d')
    expect(await reasonFor('d')).toBe('holiday')
  })

  it('is who says online outside his hours', async () => {
    await desk.limit(desk.ana, { schedule: always({ weekly: [] }) })
    await desk.write('c')
    await desk.online(desk.ana)
    await desk.comesTo('c', desk.ana)
  })
})
