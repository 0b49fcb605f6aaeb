/** When the router looks, and in which order, through REST; each test is named after its rule. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Clerk, DAY, MINUTE, openRestDesk, type RestDesk, stepOver } from './rest-desk.ts'

let desk: RestDesk

beforeAll(async () => {
  desk = await openRestDesk()
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.reset()
  await desk.channel({ steps: [stepOver('all')] })
})

/** Somebody who is there and has room for so many. */
const staff = async (clerk: Clerk, total: number): Promise<void> => {
  await desk.limit(clerk, { capacity: { total } })
  await desk.online(clerk)
}

describe('the router runs', () => {
  it('when a conversation opens', async () => {
    await desk.online(desk.ana)
    expect(await desk.write('c')).toMatchObject({ assigneeId: desk.ana.id })
  })

  it('when a conversation reopens, by its customer or by hand', async () => {
    await desk.channel({ steps: [stepOver('all')], onResolve: 'drop-assignee', onReopen: 're-route' })
    await desk.online(desk.ana)
    await desk.writeAll('c', 'd')
    for (const who of ['c', 'd']) {
      await desk.patch(desk.sue, who, { status: 'resolved' })
      expect(await desk.ownerOf(who)).toBeUndefined()
    }
    await desk.write('c')
    await desk.comesTo('c', desk.ana)
    await desk.patch(desk.sue, 'd', { status: 'open' })
    await desk.comesTo('d', desk.ana)
  })

  it('when it wakes from a snooze without an owner', async () => {
    await desk.write('c')
    const snoozedUntil = new Date(desk.now() + MINUTE).toISOString()
    await desk.patch(desk.sue, 'c', { status: 'snoozed', snoozedUntil })
    await desk.online(desk.ana)
    expect(await desk.of('c')).toMatchObject({ status: 'snoozed', routing: { status: 'settled' } })
    desk.passMs(2 * MINUTE)
    await desk.comesTo('c', desk.ana)
  })

  it('when it changes its team', async () => {
    await desk.channel({ steps: [stepOver([desk.ben])] })
    const team = await desk.make('teams', { memberIds: [desk.ben.id] })
    const other = await desk.make('teams', { memberIds: [desk.ana.id] })
    await desk.write('c')
    await desk.assign(desk.sue, 'c', { assigneeId: null, teamId: other.id })
    await desk.online(desk.ben)
    await desk.comesTo('c', undefined)
    await desk.assign(desk.sue, 'c', { assigneeId: null, teamId: team.id })
    await desk.comesTo('c', desk.ben)
  })

  it('when it loses the team that held it back', async () => {
    const empty = await desk.make('teams')
    await desk.writeAll('c', 'other')
    await desk.assign(desk.sue, 'c', { assigneeId: null, teamId: empty.id })
    await desk.online(desk.ana)
    await desk.givenTo('other', desk.ana)
    expect(await desk.ownerOf('c')).toBeUndefined()
    await desk.assign(desk.sue, 'c', { assigneeId: null, teamId: null })
    await desk.comesTo('c', desk.ana)
  })

  it('when it changes its priority: it goes before those that wait', async () => {
    await desk.writeAll('c', 'd', 'e')
    await desk.patch(desk.sue, 'e', { priority: 'urgent' })
    await staff(desk.ana, 1)
    await desk.comesTo('e', desk.ana)
    expect([await desk.ownerOf('c'), await desk.ownerOf('d')]).toEqual([undefined, undefined])
  })

  it('when its tags ask for less, also behind others that still ask for more', async () => {
    const skill = await desk.make('skills')
    const skills = [{ skill: skill.name, level: 1, mode: 'require' }]
    await desk.settings({ tagSkills: [{ tag: 'vip', skills }] })
    const many = Array.from({ length: 12 }, (_, index) => `c${index}`)
    for (const who of many) {
      await desk.write(who)
      await desk.patch(desk.sue, who, { tags: ['vip'] })
    }
    await desk.online(desk.ana)
    for (const who of many) await desk.comesTo(who, undefined)
    await desk.patch(desk.sue, 'c11', { tags: [] })
    await desk.comesTo('c11', desk.ana)
    expect(await desk.ownerOf('c0')).toBeUndefined()
  })

  it('when it is sent back to the queue, for somebody else', async () => {
    await desk.online(desk.ana)
    await desk.write('c')
    await desk.online(desk.ben)
    await desk.sendBack(desk.ana, 'c')
    await desk.comesTo('c', desk.ben)
  })

  it('when it is unassigned, for somebody else', async () => {
    await desk.online(desk.ana)
    await desk.write('c')
    await desk.assign(desk.sue, 'c', { assigneeId: null })
    await desk.comesTo('c', undefined)
    expect((await desk.why('c')).text).toContain('had it before it went back')
    await desk.online(desk.ben)
    await desk.comesTo('c', desk.ben)
  })

  it('not when it is unassigned under a policy that waits for people', async () => {
    await desk.channel({ steps: [stepOver('all')], onUnassign: 'wait' })
    await desk.online(desk.ana, desk.ben)
    await desk.write('c')
    const { body } = await desk.assign(desk.sue, 'c', { assigneeId: null })
    expect(body).toMatchObject({ routing: { status: 'settled' } })
    expect((await desk.why('c')).pieces.map(({ code }) => code)).toEqual(['unassigned-by-hand'])
    // Neither the customer nor a change of the rules gives it away; what waits behind it shows that the router looked.
    await desk.write('c')
    for (const clerk of [desk.ana, desk.ben]) await desk.choose(clerk, 'away')
    await desk.write('other')
    await desk.make('teams')
    desk.passMs(10 * MINUTE)
    await desk.online(desk.ana)
    await desk.givenTo('other', desk.ana)
    expect(await desk.of('c')).not.toHaveProperty('assigneeId')
    expect((await desk.assign(desk.ana, 'c', { assigneeId: desk.ana.id })).status).toBe(200)
  })
})

describe('a place becomes free', () => {
  it.each([
    ['by a resolve', { status: 'resolved' }],
    ['by a snooze', { status: 'snoozed' }],
    ['by waiting for the customer', { status: 'pending' }],
  ])('%s, and the next by arrival has it', async (_, command) => {
    await staff(desk.ana, 1)
    await desk.writeAll('c', 'd', 'e')
    const snoozedUntil = new Date(desk.now() + DAY).toISOString()
    await desk.patch(desk.ana, 'c', command.status === 'snoozed' ? { ...command, snoozedUntil } : command)
    await desk.comesTo('d', desk.ana)
    expect(await desk.ownerOf('e')).toBeUndefined()
  })

  it('when a person takes work from somebody', async () => {
    await staff(desk.ana, 1)
    await desk.writeAll('c', 'd')
    await desk.assign(desk.sue, 'c', { assigneeId: desk.ben.id })
    await desk.comesTo('d', desk.ana)
  })

  it('when an agent comes online', async () => {
    await desk.write('c')
    await desk.online(desk.ana)
    await desk.comesTo('c', desk.ana)
  })

  it('when a limit rises', async () => {
    await staff(desk.ana, 0)
    await desk.write('c')
    await desk.limit(desk.ana, { capacity: { total: 1 } })
    await desk.comesTo('c', desk.ana)
  })

  it('when working hours begin', async () => {
    const begins = new Date(desk.now() + 2 * MINUTE)
    const fromMinute = begins.getUTCHours() * 60 + begins.getUTCMinutes()
    const weekday = begins.getUTCDay()
    const weekly = [
      { weekday, fromMinute, toMinute: 1_440 },
      { weekday: (weekday + 1) % 7, fromMinute: 0, toMinute: 1_440 },
    ]
    await desk.online(desk.ana)
    const schedule = { timeZone: 'UTC', weekly, timeOff: [], holidays: [] }
    await desk.limit(desk.ana, { schedule })
    await desk.write('c')
    expect((await desk.why('c')).text).toContain('outside working hours until')
    desk.passMs(3 * MINUTE)
    await desk.comesTo('c', desk.ana)
  })
})

describe('what waits', () => {
  it('leaves by priority, then by arrival', async () => {
    await desk.writeAll('c', 'd', 'e', 'f')
    await desk.patch(desk.sue, 'e', { priority: 'high' })
    await desk.patch(desk.sue, 'c', { priority: 'low' })
    await staff(desk.ana, 2)
    await desk.comesTo('e', desk.ana)
    await desk.comesTo('d', desk.ana)
    expect([await desk.ownerOf('c'), await desk.ownerOf('f')]).toEqual([undefined, undefined])
  })

  it('keeps its place by arrival when its topic changes', async () => {
    const topic = await desk.make('categories')
    await desk.writeAll('c', 'd')
    await desk.patch(desk.sue, 'c', { categoryId: topic.id })
    await staff(desk.ana, 1)
    await desk.comesTo('c', desk.ana)
    expect(await desk.ownerOf('d')).toBeUndefined()
  })

  it('goes to the next step when the wait of the step before is over', async () => {
    await desk.channel({ steps: [stepOver([desk.ana], { waitMs: 7 * DAY }), stepOver([desk.ben])] })
    await desk.online(desk.ben)
    await desk.write('earlier')
    desk.passMs(DAY)
    await desk.write('c')
    desk.passMs(6 * DAY)
    await desk.givenTo('earlier', desk.ben)
    expect(await desk.ownerOf('c')).toBeUndefined()
    desk.passMs(DAY)
    await desk.comesTo('c', desk.ben)
  })

  it('is found by the sweep when a crash left it', async () => {
    await desk.online(desk.ana)
    await desk.channel({ steps: [] })
    await desk.write('c')
    const { id } = await desk.of('c')
    const { version } = await desk.ok<{ version: number }>(desk.boss, 'get', `/channels/${desk.channelId}`)
    await desk.ok(desk.boss, 'patch', `/channels/${desk.channelId}`, {
      policy: { steps: [stepOver('all')] },
      version,
    })
    // As the arrival left it, without anybody who was told.
    await desk.inbox.store.db
      .collection('conversations')
      .updateOne({ threadKey: 'c' }, { $set: { 'routing.status': 'pending', 'routing.open': true } })
    expect((await desk.comesTo('c', desk.ana)).id).toBe(id)
  })
})

describe('events', () => {
  it('tell when it is queued, assigned and unassigned', async () => {
    const { id } = await desk.write('c')
    const told = () =>
      desk.inbox.events.flatMap((event) =>
        'conversation' in event && event.conversation.id === id ? event.type : [],
      )
    const moves = () => told().filter((type) => /assigned|queued/.test(type))
    expect(told()).toContain('conversation.created')
    await desk.online(desk.ana)
    await desk.comesTo('c', desk.ana)
    await desk.assign(desk.sue, 'c', { assigneeId: null })
    await expect
      .poll(moves)
      .toEqual([
        'conversation.queued',
        'conversation.assigned',
        'conversation.unassigned',
        'conversation.queued',
      ])
  })

  it.each([
    ['teams', () => desk.make('teams')],
    ['categories', () => desk.make('categories')],
    ['skills', () => desk.make('skills')],
    ['agents', () => desk.limit(desk.ana, { capacity: { total: 3 } })],
    ['settings', () => desk.settings({ countPending: true })],
  ])('tell screens that the %s changed', async (part, act) => {
    const changes = () => desk.inbox.events.filter(({ type }) => type === 'routing.changed')
    const before = changes().length
    await act()
    expect(changes().slice(before)).toEqual([{ type: 'routing.changed', part }])
  })
})
