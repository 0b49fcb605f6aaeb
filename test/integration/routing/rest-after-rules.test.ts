/** What holds once somebody has a conversation, and what people do by hand, through REST; each test is named after its rule. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY, MINUTE, openRestDesk, type RestDesk, stepOver } from './rest-desk.ts'

let desk: RestDesk

beforeAll(async () => {
  desk = await openRestDesk()
})
afterAll(() => desk.close())
beforeEach(() => desk.reset())

const everybody = (settings: object = {}) => desk.channel({ steps: [stepOver('all')], ...settings })
/** The two who could have it, by who has it. */
const others = async (who: string) => {
  const owner = await desk.ownerOf(who)
  const found = [desk.ana, desk.ben].find(({ id }) => id === owner)
  const other = [desk.ana, desk.ben].find(({ id }) => id !== owner)
  if (!found || !other) throw new Error('one of two has it')
  return { owner: found, other }
}
const told = (type: string) => desk.inbox.events.filter((event) => event.type === type).length

describe('after assignment', () => {
  it('a reply assigns what nobody owns to the replier', async () => {
    await desk.channel({ steps: [] })
    await desk.write('c')
    await desk.reply(desk.ben, 'c')
    expect(await desk.ownerOf('c')).toBe(desk.ben.id)
    expect((await desk.why('c')).pieces.map(({ code }) => code)).toEqual(['by-hand'])
  })

  it('the owner goes offline beyond the grace period: kept or routed again, as each policy says', async () => {
    await desk.online(desk.ana)
    await everybody({ ownerOffline: 'keep' })
    const kept = await desk.write('kept')
    await everybody({ ownerOffline: 're-route' })
    await desk.write('c')
    await desk.write('of Cid')
    await desk.assign(desk.sue, 'of Cid', { assigneeId: desk.cid.id })
    await desk.online(desk.ben)
    // Cid is gone for longer than the grace period, Ana for less.
    await desk.choose(desk.cid, 'offline')
    desk.passMs(3 * MINUTE)
    await desk.choose(desk.ana, 'offline')
    await desk.comesTo('of Cid', desk.ben)
    expect(await desk.ownerOf('c')).toBe(desk.ana.id)
    desk.passMs(3 * MINUTE)
    await desk.comesTo('c', desk.ben)
    await expect.poll(() => desk.linesOf('c')).toContain('owner-left')
    expect(await desk.ok(desk.boss, 'get', `/conversations/${kept.id}`)).toMatchObject({
      assigneeId: desk.ana.id,
    })
  })

  it('an owner whom only push reaches has not left, until that ends', async () => {
    await everybody({ ownerOffline: 're-route' })
    await desk.online(desk.ana)
    await desk.write('c')
    const until = new Date(desk.now() + 30 * MINUTE).toISOString()
    await desk.ok(desk.ana, 'put', '/profile/push-reachability', { until })
    await desk.disconnect(desk.ana)
    await desk.online(desk.cid)
    await desk.write('of Cid')
    await desk.comesTo('of Cid', desk.cid)
    await desk.disconnect(desk.cid)
    await desk.online(desk.ben)
    desk.passMs(20 * MINUTE)
    // Cid, whom nothing reaches, has left: the router has looked.
    await desk.comesTo('of Cid', desk.ben)
    expect(await desk.ownerOf('c')).toBe(desk.ana.id)
    desk.passMs(11 * MINUTE)
    await desk.comesTo('c', desk.ben)
  })

  it('an assignee silent for too long loses it to the next, up to so many times, then supervisors are told', async () => {
    const next = stepOver([desk.cid])
    const both = stepOver([desk.ana, desk.ben])
    await desk.channel({ steps: [{ ...both, waitMs: DAY }, next], silentAfterMs: 5 * MINUTE, silentMost: 2 })
    await desk.online(desk.ana, desk.ben, desk.cid)
    await desk.write('c')
    const { other } = await others('c')
    desk.passMs(6 * MINUTE)
    await desk.comesTo('c', other)
    expect(told('conversation.escalated')).toBe(0)
    desk.passMs(6 * MINUTE)
    await desk.comesTo('c', desk.cid)
    await expect.poll(() => told('conversation.escalated')).toBe(1)
    const lines = async () => (await desk.linesOf('c')).filter((name) => /lapsed|escalated/.test(name)).sort()
    await expect.poll(lines).toEqual(['escalated', 'lapsed', 'lapsed'])
  })

  it('an assignee who answers keeps it', async () => {
    await everybody({ silentAfterMs: 5 * MINUTE })
    await desk.online(desk.ana)
    await desk.write('c')
    await desk.reply(desk.ana, 'c')
    await desk.online(desk.ben)
    await desk.write('d')
    desk.passMs(6 * MINUTE)
    // Somebody else's lapses: the router has looked.
    await desk.comesTo('d', desk.ana)
    expect(await desk.ownerOf('c')).toBe(desk.ana.id)
  })

  it.each([
    ['keep-assignee', true],
    ['drop-assignee', false],
  ] as const)('on resolve: %s', async (onResolve, keeps) => {
    await everybody({ onResolve })
    await desk.online(desk.ana)
    await desk.write('c')
    const { body } = await desk.patch(desk.ana, 'c', { status: 'resolved' })
    expect([body.status, body.assigneeId]).toEqual(['resolved', keeps ? desk.ana.id : undefined])
  })

  it('on reopen: the same agent if available', async () => {
    await everybody()
    await desk.online(desk.ana)
    await desk.write('c')
    await desk.patch(desk.ana, 'c', { status: 'resolved' })
    await desk.online(desk.ben)
    await desk.write('d')
    await desk.write('c')
    expect(await desk.of('c')).toMatchObject({ status: 'open', assigneeId: desk.ana.id })
  })

  it('on reopen: re-route when the same agent is not available', async () => {
    await everybody()
    await desk.online(desk.ana)
    await desk.write('c')
    await desk.patch(desk.ana, 'c', { status: 'resolved' })
    await desk.choose(desk.ana, 'away')
    await desk.online(desk.ben)
    await desk.write('c')
    expect(await desk.ownerOf('c')).toBe(desk.ben.id)
  })

  it('on reopen: re-route, where the policy says so', async () => {
    await everybody({ onReopen: 're-route' })
    await desk.online(desk.ana)
    await desk.write('c')
    await desk.patch(desk.ana, 'c', { status: 'resolved' })
    await desk.online(desk.ben)
    await desk.write('d')
    await desk.patch(desk.sue, 'd', { status: 'resolved' })
    await desk.write('busy')
    const { owner, other } = await others('busy')
    await desk.write('c')
    expect([owner.id, await desk.ownerOf('c')]).toEqual([owner.id, other.id])
  })

  it('a message after so many days opens a new, linked conversation', async () => {
    await everybody({ newConversationAfterMs: 7 * DAY })
    await desk.online(desk.ana)
    const first = await desk.write('c')
    await desk.patch(desk.ana, 'c', { status: 'resolved' })
    desk.passMs(6 * DAY)
    expect((await desk.write('c')).id).toBe(first.id)
    await desk.patch(desk.ana, 'c', { status: 'resolved' })
    desk.passMs(8 * DAY)
    const next = await desk.write('c')
    expect(next).toMatchObject({ status: 'open', previousId: first.id, unreadCount: 1 })
    const before = await desk.ok<{ status: string }>(desk.boss, 'get', `/conversations/${first.id}`)
    expect(before.status).toBe('resolved')
  })

  it('the customer is told who has it, with variables, once', async () => {
    const team = await desk.make('teams', { memberIds: [desk.ana.id] })
    const toTeam = stepOver('all', { target: { kind: 'team', teamId: team.id }, strategy: 'pick' })
    const customerMessage = '{{agent}} of {{team}} is here.'
    await desk.channel({ steps: [toTeam, stepOver('all')], customerMessage })
    await desk.online(desk.ana)
    await desk.write('c')
    const said = async () =>
      (await desk.thread('c')).filter(({ direction, kind }) => direction === 'outbound' && kind === 'message')
    const messages = await desk.until(said, ([first]) => first?.status === 'sent')
    expect(messages.map(({ text }) => text).join(' ')).toBe(`${desk.ana.name} of ${team.name} is here.`)
    desk.passMs(MINUTE)
    await desk.patch(desk.ana, 'c', { status: 'resolved' })
    await desk.write('c')
    expect(await desk.ownerOf('c')).toBe(desk.ana.id)
    expect(await said()).toHaveLength(messages.length)
  })
})

describe('by hand', () => {
  it('assigned to an agent', async () => {
    await desk.channel({ steps: [] })
    await desk.write('c')
    const { status, body } = await desk.assign(desk.sue, 'c', { assigneeId: desk.ben.id })
    expect([status, body.assigneeId]).toEqual([200, desk.ben.id])
    expect(await desk.linesOf('c')).toEqual(['assigned'])
  })

  it('assigned to a team: one of its members has it', async () => {
    await desk.channel({ steps: [] })
    await desk.write('c')
    const { version } = await desk.ok<{ version: number }>(desk.boss, 'get', `/channels/${desk.channelId}`)
    const policy = { steps: [stepOver('all')] }
    await desk.ok(desk.boss, 'patch', `/channels/${desk.channelId}`, { policy, version })
    const team = await desk.make('teams', { memberIds: [desk.ben.id] })
    await desk.online(desk.ana, desk.ben)
    await desk.assign(desk.sue, 'c', { assigneeId: null, teamId: team.id })
    expect(await desk.comesTo('c', desk.ben)).toMatchObject({ teamId: team.id, teamByHand: true })
  })

  it('taken by an agent, and only by a supervisor from somebody else', async () => {
    await desk.channel({ steps: [] })
    await desk.write('c')
    expect((await desk.assign(desk.ana, 'c', { assigneeId: desk.ana.id })).status).toBe(200)
    expect((await desk.assign(desk.ben, 'c', { assigneeId: desk.ben.id }, 403)).status).toBe(403)
    expect((await desk.assign(desk.sue, 'c', { assigneeId: desk.ben.id })).status).toBe(200)
  })

  it('transferred with a note', async () => {
    await everybody()
    await desk.online(desk.ana)
    await desk.write('c')
    const note = 'She paid twice.'
    expect((await desk.assign(desk.ana, 'c', { assigneeId: desk.ben.id, note })).status).toBe(200)
    expect(await desk.ownerOf('c')).toBe(desk.ben.id)
    const notes = (await desk.thread('c')).filter(({ kind }) => kind === 'note')
    expect(notes.map(({ text }) => text)).toEqual([note])
  })

  it('unassigned', async () => {
    await everybody()
    await desk.online(desk.ana)
    await desk.write('c')
    expect((await desk.assign(desk.ana, 'c', { assigneeId: null })).body).not.toHaveProperty('assigneeId')
    expect(await desk.linesOf('c')).toContain('unassigned')
  })

  it('sent back to the queue with a note: the policy runs afresh', async () => {
    await everybody()
    await desk.online(desk.ana)
    await desk.write('c')
    await desk.online(desk.ben)
    expect((await desk.sendBack(desk.ben, 'c', {}, 403)).status).toBe(403)
    await desk.sendBack(desk.ana, 'c', { note: 'Not mine.' })
    await desk.comesTo('c', desk.ben)
    await expect.poll(() => desk.linesOf('c')).toEqual(expect.arrayContaining(['sent-back', 'assigned']))
  })

  it('a person’s choice wins over the router at work', async () => {
    await everybody()
    for (let round = 0; round < 5; round += 1) {
      const who = `r${round}`
      await desk.choose(desk.ana, 'away')
      const { id, version } = await desk.write(who)
      const [chosen] = await Promise.all([
        desk.sue.call('put', `/conversations/${id}/assignment`, { assigneeId: desk.cid.id, version }),
        desk.online(desk.ana),
      ])
      const winner = chosen.status === 200 ? desk.cid : desk.ana
      expect([200, 409]).toContain(chosen.status)
      await desk.comesTo(who, winner)
      await desk.write('later')
      expect(await desk.ownerOf(who)).toBe(winner.id)
    }
  })
})
