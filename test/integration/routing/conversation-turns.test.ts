/** What a conversation leaves behind when its team, topic or owner changes, over real stores. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { TeamId } from '../../../src/domain/ids.ts'
import { policyOf } from '../../../src/domain/routing/policy.ts'
import { assignConversation } from '../../../src/services/assign-conversation.ts'
import { wakeConversation } from '../../../src/services/change-conversation.ts'
import { routeConversations } from '../../../src/services/route-conversations.ts'
import { sendBack } from '../../../src/services/send-back.ts'
import { freshDatabase } from '../../harness/database.ts'
import { type Desk, everybody, openDesk } from '../../harness/routing-desk.ts'
import { stepOf } from '../../harness/routing-state.ts'

const MINUTE = 60_000

const database = freshDatabase()
let desk: Desk

beforeEach(() => {
  desk = openDesk(database.stores, everybody('least-open'))
})

const told = () => desk.events.map(({ type }) => type)
const toTeam = (teamId: TeamId) => stepOf({ target: { kind: 'team', teamId }, strategy: 'pick' })
const anybody = stepOf({ strategy: 'least-open' })
const aCategory = async () => {
  const category = await database.stores.categories.insert('Billing', { skills: [] }, new Date())
  if (!category) throw new Error('the name is taken')
  desk.rulesChanged()
  return category.id
}
const removeTeam = async (teamId: TeamId) => {
  await database.stores.teams.remove(teamId, 1)
  desk.rulesChanged()
}

describe('a team that was removed', () => {
  it('holds up no conversation that was resolved with it', async () => {
    const ana = await desk.hire('Ana')
    const team = await desk.team('Sales', [ana])
    await desk.write('a')
    await desk.give('a', ana, team)
    await desk.patch('a', { status: 'resolved' })
    await removeTeam(team)
    await desk.choose(ana, 'away')
    const ben = await desk.hire('Ben')
    await desk.write('a')
    const after = await desk.of('a')
    expect(after).toMatchObject({ assigneeId: ben })
    expect([after.teamId, after.teamByHand]).toEqual([undefined, undefined])
  })

  it('gives way to the team that the policy names, which is nobody’s choice by hand', async () => {
    const [old, next] = [await desk.team('Old', []), await desk.team('Next', [])]
    await desk.write('a')
    await desk.give('a', null, old)
    await removeTeam(old)
    desk.shared.policy = policyOf([toTeam(next)])
    await desk.route([await desk.of('a')], 'rules')
    const after = await desk.of('a')
    expect([after.teamId, after.teamByHand]).toEqual([next, undefined])
  })
})

describe('a conversation that opens again', () => {
  it('is not left with the team that the router chose before', async () => {
    desk.shared.policy = policyOf([toTeam(await desk.team('Sales', []))])
    await desk.write('a')
    await desk.patch('a', { status: 'resolved' })
    desk.shared.policy = policyOf([])
    await desk.write('a')
    expect((await desk.of('a')).teamId).toBeUndefined()
  })

  it('stays with the team that a person chose', async () => {
    const team = await desk.team('Sales', [])
    await desk.write('a')
    await desk.give('a', null, team)
    await desk.patch('a', { status: 'resolved' })
    await desk.write('a')
    expect(await desk.of('a')).toMatchObject({ teamId: team, teamByHand: true })
  })

  it('stays with its team when it returns to whoever had it', async () => {
    const ana = await desk.hire('Ana')
    const team = await desk.team('Sales', [ana])
    desk.shared.policy = policyOf([toTeam(team), anybody])
    await desk.write('a')
    await desk.patch('a', { status: 'resolved' })
    await desk.write('a')
    expect(await desk.of('a')).toMatchObject({ assigneeId: ana, teamId: team })
  })

  it.each(['resolved', 'pending'])(
    'by hand from %s leaves an owner whose account is closed',
    async (status) => {
      const ana = await desk.hire('Ana')
      await desk.write('a')
      await desk.patch('a', { status })
      await database.stores.agents.change(ana, { state: 'deactivated' })
      const ben = await desk.hire('Ben')
      await desk.patch('a', { status: 'open' })
      await desk.work()
      expect(await desk.ownerOf('a')).toBe(ben)
      expect(await desk.eventsOf('a')).toContain('unassigned')
    },
  )

  it('at the end of a snooze leaves an owner whose account is closed, and no other', async () => {
    const ana = await desk.hire('Ana')
    await desk.write('a', 'b')
    const snoozedUntil = new Date(desk.shared.nowMs + MINUTE).toISOString()
    for (const who of ['a', 'b']) await desk.patch(who, { status: 'snoozed', snoozedUntil })
    await wakeConversation(await desk.of('b'), desk.serviceDeps)
    expect(await desk.ownerOf('b')).toBe(ana)
    await database.stores.agents.change(ana, { state: 'deactivated' })
    const ben = await desk.hire('Ben')
    await wakeConversation(await desk.of('a'), desk.serviceDeps)
    await desk.work()
    expect(await desk.ownerOf('a')).toBe(ben)
  })
})

describe('a change of topic', () => {
  it.each(['nobody', 'somebody'] as const)(
    'leaves the team that the old policy chose, with %s',
    async (who) => {
      const owner = who === 'somebody' ? await desk.hire('Ana') : undefined
      const team = await desk.team('Sales', owner ? [owner] : [])
      desk.shared.policy = policyOf([toTeam(team), anybody], { rerouteOnCategoryChange: true })
      await desk.write('a')
      expect(await desk.of('a')).toMatchObject({ teamId: team, ...(owner ? { assigneeId: owner } : {}) })
      const after = await desk.patch('a', { categoryId: await aCategory() })
      expect([after.teamId, after.assigneeId]).toEqual([undefined, undefined])
    },
  )

  it('leaves the team that a person chose as it is', async () => {
    const team = await desk.team('Sales', [])
    await desk.write('a')
    await desk.give('a', null, team)
    const after = await desk.patch('a', { categoryId: await aCategory() })
    expect(after).toMatchObject({ teamId: team, teamByHand: true })
  })

  it('that takes it from its owner says so', async () => {
    desk.shared.policy = everybody('least-open', { rerouteOnCategoryChange: true })
    await desk.hire('Ana')
    await desk.write('a')
    await desk.patch('a', { categoryId: await aCategory() })
    expect(await desk.eventsOf('a')).toContain('unassigned')
    expect(told()).toContain('conversation.unassigned')
  })
})

it('a resolve that takes it from its owner says so, and one that does not says nothing', async () => {
  await desk.hire('Ana')
  await desk.write('kept')
  await desk.patch('kept', { status: 'resolved' })
  expect([await desk.eventsOf('kept'), told()].flat()).not.toContain('unassigned')
  expect(told()).not.toContain('conversation.unassigned')
  desk.shared.policy = everybody('least-open', { onResolve: 'drop-assignee' })
  await desk.write('dropped')
  await desk.patch('dropped', { status: 'resolved' })
  expect(await desk.eventsOf('dropped')).toContain('unassigned')
  expect(told()).toEqual(expect.arrayContaining(['conversation.resolved', 'conversation.unassigned']))
})

it('a person who makes the router’s team his own choice wins over the router at work', async () => {
  const team = await desk.team('Sales', [])
  desk.shared.policy = policyOf([toTeam(team), anybody])
  await desk.write('a')
  const waiting = await desk.of('a')
  expect(waiting).toMatchObject({ teamId: team, routing: { status: 'waiting' } })
  await desk.hire('Ben')
  const { routing } = database.stores
  await routeConversations([waiting], 'capacity', {
    ...desk.routeDeps,
    routing: {
      ...routing,
      async recordDecisions(decisions) {
        await routing.recordDecisions(decisions)
        await desk.give('a', null, team)
      },
    },
  })
  const after = await desk.of('a')
  expect([after.assigneeId, after.teamByHand]).toEqual([undefined, true])
})

it.each(['given away', 'sent back'] as const)(
  'a note stands beside what was %s, or neither does',
  async (how) => {
    const ana = await desk.hire('Ana')
    const ben = await desk.hire('Ben', { capacity: { total: 0 } })
    await desk.write('a')
    const { id, version } = await desk.of('a')
    const batches: unknown[] = []
    const { messages } = database.stores
    const deps = {
      ...desk.serviceDeps,
      messages: {
        ...messages,
        async record(batch: Parameters<typeof messages.record>[0]) {
          batches.push(batch.map(({ kind, text, event }) => event?.name ?? [kind, text]))
          return messages.record(batch)
        },
      },
    }
    const note = 'She paid twice.'
    const by = desk.as(ana)
    if (how === 'sent back') await sendBack(id, { version, note }, by, deps)
    else await assignConversation(id, { assigneeId: ben, version, note }, by, deps)
    expect(batches).toEqual([[how === 'sent back' ? 'sent-back' : 'assigned', ['note', note]]])
    expect((await desk.of('a')).lastMessage).toMatchObject({ kind: 'note', preview: note })
    const told = desk.events.flatMap((event) => (event.type === 'message.created' ? event.message.text : []))
    expect(told.filter((text) => text === note)).toHaveLength(1)
  },
)
