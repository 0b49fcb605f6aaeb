/** Each rule of the live router over real stores, named after the rule. The pure rules have tables of their own. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentId } from '../../../src/domain/ids.ts'
import { type AssignmentStep, policyOf } from '../../../src/domain/routing/policy.ts'
import { assignConversation } from '../../../src/services/assign-conversation.ts'
import { changeConversation } from '../../../src/services/change-conversation.ts'
import { sendBack } from '../../../src/services/send-back.ts'
import { sendReply } from '../../../src/services/send-reply.ts'
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts'
import { linesOf } from '../../harness/office.ts'
import { type Desk, everybody, openDesk } from '../../harness/routing-desk.ts'

const MINUTE = 60_000
const DAY = 86_400_000

let database: TestDatabase
let desk: Desk

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.empty()
  desk = openDesk(database.stores, everybody('round-robin'))
})

const step = (change: Partial<AssignmentStep>): AssignmentStep => ({
  target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
  strategy: 'least-open',
  availableOnly: true,
  waitMs: 0,
  ...change,
})
const patch = async (who: string, command: object) => {
  const { id, version } = await desk.of(who)
  return changeConversation(id, { ...command, version }, desk.as(BOSS, 'supervisor'), desk.serviceDeps)
}
const BOSS = 'f'.repeat(24) as AgentId
const give = async (who: string, assigneeId: AgentId | null) => {
  const { id, version } = await desk.of(who)
  return assignConversation(id, { assigneeId, version }, desk.as(BOSS, 'supervisor'), desk.serviceDeps)
}
const eventsOf = async (who: string) =>
  (await linesOf(database.stores, (await desk.of(who)).id)).flatMap(({ event }) => event?.name ?? [])
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describe('capacity', () => {
  it('of all work together is never passed by the router, and what is left waits', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 2 } })
    await desk.write('a', 'b', 'c')
    expect(await Promise.all(['a', 'b', 'c'].map((who) => desk.ownerOf(who)))).toEqual([ana, ana, undefined])
    expect(await desk.of('c')).toMatchObject({ routing: { status: 'waiting' } })
  })

  it('of one work type leaves the others free', async () => {
    const ana = await desk.hire('Ana', { capacity: { perWorkType: { messaging: 1, email: 5 } } })
    await desk.write('a', 'b')
    expect([await desk.ownerOf('a'), await desk.ownerOf('b')]).toEqual([ana, undefined])
  })

  it('may be passed by hand, with a warning', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 1 } })
    await desk.write('a', 'b')
    expect(await give('b', ana)).toMatchObject({ warning: 'over-capacity' })
    expect(await desk.counted()).toEqual(new Map([[ana, 2]]))
    await desk.write('c')
    expect(await desk.ownerOf('c')).toBeUndefined()
  })

  it('has a default of the workspace', async () => {
    await database.stores.routingSettings.replace({
      ...(await database.stores.routingSettings.read()),
      defaultCapacity: { total: 1 },
    })
    await desk.hire('Ana')
    await desk.write('a', 'b')
    expect(await desk.ownerOf('b')).toBeUndefined()
  })
})

describe.each([
  ['resolve', { status: 'resolved' }],
  ['snooze', { status: 'snoozed', snoozedUntil: '2027-06-01T00:00:00Z' }],
  ['wait for the customer', { status: 'pending' }],
])('to %s', (_, command) => {
  it('frees a place, and the next by arrival gets it', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 1 } })
    await desk.write('a')
    desk.passMs(1_000)
    await desk.write('b')
    desk.passMs(1_000)
    await desk.write('c')
    await patch('a', command)
    expect(desk.signals).toContain('routing-wanted')
    await desk.work()
    expect([await desk.ownerOf('b'), await desk.ownerOf('c')]).toEqual([ana, undefined])
    expect(await desk.counted()).toEqual(new Map([[ana, 1]]))
  })
})

describe('what waits', () => {
  it('leaves by priority, then by arrival', async () => {
    for (const who of ['first', 'second', 'third']) {
      await desk.write(who)
      desk.passMs(1_000)
    }
    await patch('third', { priority: 'urgent' })
    const ana = await desk.hire('Ana', { capacity: { total: 2 } })
    await desk.work()
    const owners = await Promise.all(['first', 'second', 'third'].map((who) => desk.ownerOf(who)))
    expect(owners).toEqual([ana, undefined, ana])
  })

  it('is given away when an agent comes online, his limit rises, or the rules change', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 1 } })
    await desk.choose(ana, 'away')
    await desk.write('a', 'b')
    expect(await desk.ownerOf('a')).toBeUndefined()
    await desk.choose(ana, 'online')
    await desk.work()
    expect([await desk.ownerOf('a'), await desk.ownerOf('b')]).toEqual([ana, undefined])
    await desk.limit(ana, { capacity: { total: 2 } })
    await desk.work('rules')
    expect(await desk.ownerOf('b')).toBe(ana)
  })

  it('goes to the next step when the wait of the first is over, and not before', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 0 } })
    const ben = await desk.hire('Ben')
    const only = (agentId: AgentId) => ({ kind: 'fixed-agent', agentId }) as const
    desk.shared.policy = policyOf([
      step({ target: only(ana), waitMs: 5 * MINUTE }),
      step({ target: only(ben) }),
    ])
    await desk.write('a')
    desk.passMs(4 * MINUTE)
    await desk.work()
    expect(await desk.ownerOf('a')).toBeUndefined()
    desk.passMs(MINUTE)
    await desk.work()
    expect(await desk.ownerOf('a')).toBe(ben)
  })

  it('takes whoever has the skill, and anybody once the requirement relaxes', async () => {
    const ana = await desk.hire('Ana')
    desk.shared.policy = everybody('least-open', {
      skills: [{ skill: 'Billing', level: 2, mode: 'require', relaxAfterMs: 10 * MINUTE }],
    })
    await desk.write('a')
    expect(await desk.ownerOf('a')).toBeUndefined()
    const ben = await desk.hire('Ben', { skills: { Billing: 3 } })
    await desk.write('b')
    expect(await desk.ownerOf('b')).toBe(ben)
    await desk.choose(ben, 'away')
    desk.passMs(10 * MINUTE)
    await desk.work()
    expect(await desk.ownerOf('a')).toBe(ana)
  })

  it('asks for the language of the first message where the policy wants it', async () => {
    await desk.hire('Ana', { skills: { 'language:en': 5 } })
    const eva = await desk.hire('Eva', { skills: { 'language:es': 5 } })
    desk.shared.policy = everybody('least-open', { requireLanguage: {} })
    await desk.say('a', 'Hola, buenos días, ¿dónde está mi pedido? No lo tengo.')
    expect(await desk.of('a')).toMatchObject({ language: 'es', assigneeId: eva })
  })

  it('with a team is only for its members when a person chose it', async () => {
    await desk.hire('Ana')
    const ben = await desk.hire('Ben', { capacity: { total: 0 } })
    const team = await desk.team('Support', [ben])
    await give('a', null).catch(() => undefined)
    await desk.limit(ben, { capacity: { total: 1 } })
    desk.shared.policy = policyOf([])
    await desk.write('a')
    const { id, version } = await desk.of('a')
    desk.shared.policy = everybody('least-open')
    const command = { assigneeId: null, teamId: team, version }
    await assignConversation(id, command, desk.as(BOSS, 'supervisor'), desk.serviceDeps)
    await desk.work()
    expect(await desk.of('a')).toMatchObject({ assigneeId: ben, teamId: team, teamByHand: true })
  })

  it('that a team step named is set to the team and owned by nobody', async () => {
    const team = await desk.team('Support', [await desk.hire('Ana')])
    desk.shared.policy = policyOf([step({ target: { kind: 'team', teamId: team }, strategy: 'pick' })])
    await desk.write('a')
    const conversation = await desk.of('a')
    expect(conversation).toMatchObject({ teamId: team, routing: { status: 'settled' } })
    expect(conversation.assigneeId).toBeUndefined()
    expect(await eventsOf('a')).toEqual(['team-changed'])
  })

  it('is looked at only as far as somebody may get it, however much waits', async () => {
    await desk.write(...names('v', 300))
    const ana = await desk.hire('Ana', { capacity: { total: 1 } })
    desk.figures.length = 0
    await desk.work()
    expect(await desk.counted()).toEqual(new Map([[ana, 1]]))
    expect(desk.figures.length).toBeLessThanOrEqual(16)
  })
})

describe('the fair cap', () => {
  it('gives nobody more than so many within the window', async () => {
    const ana = await desk.hire('Ana', { fairCap: { most: 2, windowMs: 10 * MINUTE } })
    await desk.write('a', 'b', 'c')
    expect(await Promise.all(['a', 'b', 'c'].map((who) => desk.ownerOf(who)))).toEqual([ana, ana, undefined])
    for (const who of ['a', 'b']) await patch(who, { status: 'resolved' })
    await desk.work()
    expect(await desk.ownerOf('c')).toBeUndefined()
    desk.passMs(10 * MINUTE + 1)
    await desk.work()
    expect(await desk.ownerOf('c')).toBe(ana)
  })
})

describe('after the assignment', () => {
  it('a reply to what nobody owns takes it for its author, and counts', async () => {
    desk.shared.policy = policyOf([])
    const ana = await desk.hire('Ana')
    await desk.write('a')
    await desk.agents()
    const { id } = await desk.of('a')
    await sendReply(
      id,
      { text: 'Hi', clientMessageId: 'c1', attachmentIds: [] },
      desk.as(ana),
      desk.serviceDeps,
    )
    expect(await desk.of('a')).toMatchObject({ assigneeId: ana, assignedBy: 'person' })
    expect(await desk.counted()).toEqual(new Map([[ana, 1]]))
  })

  it.each([
    ['keep', 'ana'],
    ['re-route', 'ben'],
  ] as const)('an owner who goes offline beyond the grace period: %s', async (ownerOffline, keeps) => {
    const ana = await desk.hire('Ana')
    desk.shared.policy = everybody('least-open', { ownerOffline })
    await desk.write('a')
    const ben = await desk.hire('Ben')
    await database.stores.presence.remove('desk', ana)
    await desk.offline()
    expect(await desk.ownerOf('a')).toBe(keeps === 'ana' ? ana : ben)
  })

  it('an owner who says himself that he is offline has the grace period too', async () => {
    const ana = await desk.hire('Ana')
    desk.shared.policy = everybody('least-open', { ownerOffline: 're-route' })
    await desk.write('a')
    await desk.choose(ana, 'offline')
    await desk.offline()
    expect(await desk.ownerOf('a')).toBe(ana)
    desk.passMs(3 * MINUTE)
    await desk.offline()
    expect(await desk.ownerOf('a')).toBeUndefined()
    expect(await eventsOf('a')).toContain('owner-left')
  })

  it('an assignee silent for too long loses it to the next, up to so many times, then supervisors are told', async () => {
    const people = [await desk.hire('Ana'), await desk.hire('Ben'), await desk.hire('Cid')]
    desk.shared.policy = everybody('round-robin', { silentAfterMs: 5 * MINUTE, silentMost: 2 })
    await desk.write('a')
    const owners = [await desk.ownerOf('a')]
    for (let time = 0; time < 2; time += 1) {
      desk.passMs(5 * MINUTE)
      await desk.silent()
      owners.push(await desk.ownerOf('a'))
    }
    expect(new Set(owners.slice(0, 2)).size).toBe(2)
    expect(people).toEqual(expect.arrayContaining(owners.slice(0, 2)))
    expect(owners[2]).toBeUndefined()
    expect((await eventsOf('a')).filter((name) => name === 'lapsed')).toHaveLength(2)
    expect(await eventsOf('a')).toContain('escalated')
    expect(desk.events.map(({ type }) => type)).toContain('conversation.escalated')
    expect([...(await desk.counted()).values()]).toEqual([0, 0, 0])
  })

  it('an assignee who answers in time keeps it, until the customer writes and waits again', async () => {
    const ana = await desk.hire('Ana')
    await desk.hire('Ben')
    desk.shared.policy = everybody('round-robin', { silentAfterMs: 5 * MINUTE, silentMost: 3 })
    await desk.write('a')
    const { id } = await desk.of('a')
    await sendReply(
      id,
      { text: 'Hi', clientMessageId: 'c1', attachmentIds: [] },
      desk.as(ana),
      desk.serviceDeps,
    )
    desk.passMs(DAY)
    await desk.silent()
    expect(await desk.ownerOf('a')).toBe(ana)
    await desk.write('a')
    desk.passMs(5 * MINUTE)
    await desk.silent()
    expect(await desk.ownerOf('a')).not.toBe(ana)
  })

  it.each([
    ['keep-assignee', true],
    ['drop-assignee', false],
  ] as const)('on resolve: %s', async (onResolve, keeps) => {
    const ana = await desk.hire('Ana')
    desk.shared.policy = everybody('least-open', { onResolve })
    await desk.write('a')
    await patch('a', { status: 'resolved' })
    expect(await desk.ownerOf('a')).toBe(keeps ? ana : undefined)
    expect(await desk.counted()).toEqual(new Map([[ana, 0]]))
  })

  it('on reopen: the same agent if he is available', async () => {
    const ana = await desk.hire('Ana')
    await desk.write('a')
    await patch('a', { status: 'resolved' })
    const ben = await desk.hire('Ben')
    await desk.write('b')
    expect(await desk.ownerOf('b')).toBe(ben)
    await desk.write('a')
    expect(await desk.of('a')).toMatchObject({ status: 'open', assigneeId: ana })
    expect((await desk.counted()).get(ana)).toBe(1)
  })

  it.each(['away', 'full'])('on reopen: somebody else if he is %s', async (why) => {
    const ana = await desk.hire('Ana', { capacity: { total: 1 } })
    await desk.write('a')
    await patch('a', { status: 'resolved' })
    if (why === 'away') await desk.choose(ana, 'away')
    else await desk.write('other')
    const ben = await desk.hire('Ben')
    await desk.write('a')
    expect(await desk.ownerOf('a')).toBe(ben)
  })

  it('on reopen: re-route, where the policy wants that', async () => {
    const ana = await desk.hire('Ana')
    desk.shared.policy = everybody('round-robin', { onReopen: 're-route' })
    await desk.write('a')
    await patch('a', { status: 'resolved' })
    const ben = await desk.hire('Ben')
    await desk.write('a')
    expect([ana, await desk.ownerOf('a')]).toEqual([ana, ben])
  })

  it('a message long after the resolve opens a new, linked conversation', async () => {
    await desk.hire('Ana')
    desk.shared.policy = everybody('least-open', { newConversationAfterMs: 7 * DAY })
    await desk.write('a')
    const first = await desk.of('a')
    await patch('a', { status: 'resolved' })
    desk.passMs(6 * DAY)
    await desk.write('a')
    expect((await desk.of('a')).id).toBe(first.id)
    await patch('a', { status: 'resolved' })
    desk.passMs(15 * DAY)
    await desk.write('a')
    expect(await desk.of('a')).toMatchObject({ previousId: first.id, status: 'open', unreadCount: 1 })
    expect(await database.stores.conversations.find(first.id)).toMatchObject({ status: 'resolved' })
  })

  it('the customer is told once who has it, through the outbox', async () => {
    const ana = await desk.hire('Ana')
    desk.shared.policy = everybody('least-open', { customerMessage: '{{agent}} helps you, {{contact}}.' })
    await desk.write('a')
    const said = (await linesOf(database.stores, (await desk.of('a')).id)).filter(
      ({ direction, kind }) => direction === 'outbound' && kind === 'message',
    )
    expect(said).toMatchObject([{ status: 'queued', author: { kind: 'agent', id: ana, name: 'Ana' } }])
    expect(said[0]?.text).toMatch(/^Ana helps you, /)
  })
})

describe('by hand', () => {
  it('sent back to the queue: the policy runs afresh, and whoever had it is not asked again', async () => {
    const ana = await desk.hire('Ana')
    await desk.write('a')
    const before = await desk.of('a')
    const back = await sendBack(
      before.id,
      { version: before.version, note: 'Not mine' },
      desk.as(ana),
      desk.serviceDeps,
    )
    expect(back.assigneeId).toBeUndefined()
    await desk.work()
    expect(await desk.ownerOf('a')).toBeUndefined()
    const ben = await desk.hire('Ben')
    await desk.work()
    expect(await desk.of('a')).toMatchObject({ assigneeId: ben, queue: { sentBackBy: [ana] } })
    expect(await eventsOf('a')).toContain('sent-back')
  })

  it('somebody else’s conversation is sent back by supervisors only', async () => {
    await desk.hire('Ana')
    const ben = await desk.hire('Ben')
    desk.shared.policy = everybody('least-open')
    await desk.write('a')
    const { id, version, assigneeId } = await desk.of('a')
    expect(assigneeId).not.toBe(ben)
    const command = { version }
    await expect(sendBack(id, command, desk.as(ben), desk.serviceDeps)).rejects.toMatchObject({
      code: 'permission-denied',
    })
    await sendBack(id, command, desk.as(BOSS, 'supervisor'), desk.serviceDeps)
  })

  it('a transfer counts for the one and no longer for the other', async () => {
    const ana = await desk.hire('Ana')
    await desk.write('a')
    const ben = await desk.hire('Ben')
    await give('a', ben)
    const counted = await desk.counted()
    expect([counted.get(ana), counted.get(ben)]).toEqual([0, 1])
  })
})
