/** What waits and when the live router looks at it, over real stores; each test is named after its rule. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AgentId } from '../../../src/domain/ids.ts'
import { policyOf } from '../../../src/domain/routing/policy.ts'
import { freshDatabase } from '../../harness/database.ts'
import { type Desk, everybody, names, openDesk } from '../../harness/routing-desk.ts'
import { stepOf } from '../../harness/routing-state.ts'

const MINUTE = 60_000

const database = freshDatabase()
let desk: Desk

beforeEach(() => {
  desk = openDesk(database.stores, everybody('round-robin'))
})

describe('what waits', () => {
  it('leaves by priority, then by arrival', async () => {
    for (const who of ['first', 'second', 'third']) {
      await desk.write(who)
      desk.passMs(1_000)
    }
    await desk.patch('third', { priority: 'urgent' })
    const ana = await desk.hire('Ana', { capacity: { total: 2 } })
    await desk.work()
    const owners = await Promise.all(['first', 'second', 'third'].map((who) => desk.ownerOf(who)))
    expect(owners).toEqual([ana, undefined, ana])
  })

  it('is given away when an agent comes online, his limit rises, or the rules change', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 1 } })
    await desk.choose(ana, 'away')
    await desk.write('a')
    desk.passMs(1_000)
    await desk.write('b')
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
    const only = (agentId: AgentId, waitMs: number) =>
      stepOf({ target: { kind: 'fixed-agent', agentId }, strategy: 'least-open', waitMs })
    desk.shared.policy = policyOf([only(ana, 5 * MINUTE), only(ben, 0)])
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
    await desk.give('a', null).catch(() => undefined)
    await desk.limit(ben, { capacity: { total: 1 } })
    desk.shared.policy = policyOf([])
    await desk.write('a')
    desk.shared.policy = everybody('least-open')
    await desk.give('a', null, team)
    await desk.work()
    expect(await desk.of('a')).toMatchObject({ assigneeId: ben, teamId: team, teamByHand: true })
  })

  it('that a team step named is set to the team and owned by nobody', async () => {
    const team = await desk.team('Support', [await desk.hire('Ana')])
    desk.shared.policy = policyOf([stepOf({ target: { kind: 'team', teamId: team }, strategy: 'pick' })])
    await desk.write('a')
    const conversation = await desk.of('a')
    expect(conversation).toMatchObject({ teamId: team, routing: { status: 'settled' } })
    expect(conversation.assigneeId).toBeUndefined()
    expect(await desk.eventsOf('a')).toEqual(['team-changed'])
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
