/** What becomes of a conversation that somebody has, over real stores; each test is named after its rule. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AgentId } from '../../../src/domain/ids.ts'
import { policyOf } from '../../../src/domain/routing/policy.ts'
import { sendBack } from '../../../src/services/send-back.ts'
import { sendReply } from '../../../src/services/send-reply.ts'
import { freshDatabase } from '../../harness/database.ts'
import { type Desk, everybody, openDesk } from '../../harness/routing-desk.ts'

const MINUTE = 60_000
const DAY = 86_400_000

const database = freshDatabase()
let desk: Desk

beforeEach(() => {
  desk = openDesk(database.stores, everybody('round-robin'))
})

const reply = async (who: string, by: AgentId) => {
  const command = { text: 'Hi', clientMessageId: 'c1', attachmentIds: [] }
  return sendReply((await desk.of(who)).id, command, desk.as(by), desk.serviceDeps)
}

describe('after the assignment', () => {
  it('a reply to what nobody owns takes it for its author, and counts', async () => {
    desk.shared.policy = policyOf([])
    const ana = await desk.hire('Ana')
    await desk.write('a')
    await desk.agents()
    await reply('a', ana)
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
    expect(await desk.eventsOf('a')).toContain('owner-left')
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
    expect((await desk.eventsOf('a')).filter((name) => name === 'lapsed')).toHaveLength(2)
    expect(await desk.eventsOf('a')).toContain('escalated')
    expect(desk.events.map(({ type }) => type)).toContain('conversation.escalated')
    expect([...(await desk.counted()).values()]).toEqual([0, 0, 0])
  })

  it('an assignee who answers in time keeps it, until the customer writes and waits again', async () => {
    const ana = await desk.hire('Ana')
    await desk.hire('Ben')
    desk.shared.policy = everybody('round-robin', { silentAfterMs: 5 * MINUTE, silentMost: 3 })
    await desk.write('a')
    await reply('a', ana)
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
    await desk.patch('a', { status: 'resolved' })
    expect(await desk.ownerOf('a')).toBe(keeps ? ana : undefined)
    expect(await desk.counted()).toEqual(new Map([[ana, 0]]))
  })

  it('on reopen: the same agent if he is available', async () => {
    const ana = await desk.hire('Ana')
    await desk.write('a')
    await desk.patch('a', { status: 'resolved' })
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
    await desk.patch('a', { status: 'resolved' })
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
    await desk.patch('a', { status: 'resolved' })
    const ben = await desk.hire('Ben')
    await desk.write('a')
    expect([ana, await desk.ownerOf('a')]).toEqual([ana, ben])
  })

  it('a message long after the resolve opens a new, linked conversation', async () => {
    await desk.hire('Ana')
    desk.shared.policy = everybody('least-open', { newConversationAfterMs: 7 * DAY })
    await desk.write('a')
    const first = await desk.of('a')
    await desk.patch('a', { status: 'resolved' })
    desk.passMs(6 * DAY)
    await desk.write('a')
    expect((await desk.of('a')).id).toBe(first.id)
    await desk.patch('a', { status: 'resolved' })
    desk.passMs(15 * DAY)
    await desk.write('a')
    expect(await desk.of('a')).toMatchObject({ previousId: first.id, status: 'open', unreadCount: 1 })
    expect(await database.stores.conversations.find(first.id)).toMatchObject({ status: 'resolved' })
  })

  it('the customer is told once who has it, through the outbox', async () => {
    const ana = await desk.hire('Ana')
    desk.shared.policy = everybody('least-open', { customerMessage: '{{agent}} helps you, {{contact}}.' })
    await desk.write('a')
    const said = await desk.toldTo('a')
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
    expect(await desk.eventsOf('a')).toContain('sent-back')
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
    await sendBack(id, command, desk.boss, desk.serviceDeps)
  })

  it('a transfer counts for the one and no longer for the other', async () => {
    const ana = await desk.hire('Ana')
    await desk.write('a')
    const ben = await desk.hire('Ben')
    await desk.give('a', ben)
    const counted = await desk.counted()
    expect([counted.get(ana), counted.get(ben)]).toEqual([0, 1])
  })
})
