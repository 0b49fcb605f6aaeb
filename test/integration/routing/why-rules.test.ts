/** What people are told of why, over real stores: it holds now, agrees with itself, and only those see runs who may. */
import { beforeEach, expect, it } from 'vitest'
import type { Permission } from '../../../src/domain/permissions.ts'
import { assignConversation } from '../../../src/services/assign-conversation.ts'
import { explainConversation } from '../../../src/services/explain-routing.ts'
import { readQueue } from '../../../src/services/read-queue.ts'
import { freshDatabase } from '../../harness/database.ts'
import { type Desk, everybody, openDesk } from '../../harness/routing-desk.ts'

const HOUR = 3_600_000

const database = freshDatabase()
let desk: Desk

beforeEach(() => {
  desk = openDesk(database.stores, everybody('least-open'))
})

const without = (...left: readonly Permission[]) => {
  const { boss } = desk
  return { ...boss, permissions: new Set([...boss.permissions].filter((one) => !left.includes(one))) }
}
const why = async (who: string, principal = without()) =>
  explainConversation((await desk.of(who)).id, principal, desk.serviceDeps)
const queue = (principal = without()) =>
  readQueue(principal, { ...desk.serviceDeps, agents: database.stores.agents })

it('the run beside the words is the one that the words are about', async () => {
  const ana = await desk.hire('Ana', { capacity: { total: 0 } })
  await desk.write('a')
  await desk.choose(ana, 'away')
  const { text, decision } = await why('a')
  expect(text).toContain('Ana (away')
  expect(decision).toMatchObject({ outcome: 'waiting', candidates: [{ agentId: ana, excluded: 'away' }] })
})

it('a run that chose the owner is told with its words, one that a person overruled is not', async () => {
  const ana = await desk.hire('Ana')
  await desk.write('a')
  const { id, version, routing } = await desk.of('a')
  expect((await why('a')).decision).toMatchObject({ id: routing.decisionId, winner: ana })
  const ben = await desk.hire('Ben')
  await assignConversation(id, { assigneeId: ben, version }, without(), desk.serviceDeps)
  expect(await why('a')).toEqual(expect.not.objectContaining({ decision: expect.anything() }))
})

it('runs are shown to those who may read them, the words to whoever may read the conversation', async () => {
  await desk.hire('Ana', { capacity: { total: 0 } })
  await desk.write('a')
  const told = await why('a', without('routing.read'))
  expect(told.text).toContain('Ana (0 of 0)')
  expect(told).not.toHaveProperty('decision')
})

it.each(['routing.queue', 'conversation.read', 'agent.read'] as const)(
  'the queue is closed to a token without %s',
  async (missing) => {
    expect(await queue()).toMatchObject({ teams: [] })
    await expect(queue(without(missing))).rejects.toMatchObject({ code: 'permission-denied' })
  },
)

it('the queue says as of when, with the zone where it is nobody’s own', async () => {
  desk.shared.nowMs = Date.UTC(2027, 2, 1, 9, 5)
  await desk.hire('Ana', { capacity: { total: 0 } })
  await desk.write('a')
  desk.passMs(HOUR)
  expect((await queue()).teams[0]?.waiting[0]?.why).toBe('Step 1: Ana (0 of 0). As of 09:05 UTC.')
  desk.passMs(24 * HOUR)
  expect((await queue()).teams[0]?.waiting[0]?.why).toContain('As of 09:05 UTC on 1 Mar 2027.')
})
