/** What a policy tells customers when somebody gets their conversation: once, whatever breaks off. */
import { beforeEach, expect, it } from 'vitest'
import { routeConversations } from '../../../src/services/route-conversations.ts'
import { freshDatabase } from '../../harness/database.ts'
import { type Desk, everybody, openDesk } from '../../harness/routing-desk.ts'

const database = freshDatabase()
let desk: Desk

beforeEach(() => {
  desk = openDesk(database.stores, everybody('least-open', { customerMessage: '{{agent}} is here.' }))
})

const SECONDS = 1_000
const toldTo = async (who: string) => (await desk.toldTo(who)).map(({ text }) => text)
const owes = async (who: string) => (await desk.of(who)).greeting !== undefined
/** A node that loses the database when it is about to tell customers something. */
const dying = () => {
  const { messages } = database.stores
  return { ...desk.routeDeps, messages: { ...messages, record: () => Promise.reject(new Error('away')) } }
}
const leaveUntold = async (who: string) => {
  await desk.write(who)
  await desk.hire('Ana')
  await expect(routeConversations([await desk.of(who)], 'capacity', dying())).rejects.toThrow('away')
  expect(await desk.ownerOf(who)).toBeDefined()
}

it('the customer is told at once, and nothing is owed after', async () => {
  await desk.hire('Ana')
  await desk.write('a')
  expect([await toldTo('a'), await owes('a')]).toEqual([['Ana is here.'], false])
  desk.passMs(60 * SECONDS)
  expect(await desk.greetLeft()).toBe(0)
})

it('a claim whose node broke off before telling is told by the sweep, once', async () => {
  await leaveUntold('a')
  expect([await toldTo('a'), await owes('a')]).toEqual([[], true])
  expect(await desk.greetLeft()).toBe(0)
  desk.passMs(6 * SECONDS)
  const both = await Promise.all([desk.greetLeft(), desk.greetLeft()])
  expect(both).toContain(1)
  expect([await toldTo('a'), await owes('a')]).toEqual([['Ana is here.'], false])
  expect((await desk.of('a')).lastMessage).toMatchObject({ preview: 'Ana is here.' })
  expect(await desk.greetLeft()).toBe(0)
})

it('what was recorded and not noted as told is not said twice', async () => {
  await desk.hire('Ana')
  const deps = { ...desk.routeDeps, greetings: { settle: () => Promise.reject(new Error('away')) } }
  await desk.choose((await desk.agents())[0]?.id as never, 'away')
  await desk.write('a')
  await desk.choose((await desk.agents())[0]?.id as never, 'online')
  await expect(routeConversations([await desk.of('a')], 'capacity', deps)).rejects.toThrow('away')
  expect([await toldTo('a'), await owes('a')]).toEqual([['Ana is here.'], true])
  desk.passMs(6 * SECONDS)
  await desk.greetLeft()
  expect([await toldTo('a'), await owes('a')]).toEqual([['Ana is here.'], false])
})

it.each([
  ['somebody else has it by now', { assigneeId: 'e'.repeat(24) }],
  ['it is resolved by now', { status: 'resolved' }],
])('nothing untrue is said when %s', async (_, change) => {
  await leaveUntold('a')
  const { id, version } = await desk.of('a')
  await database.stores.conversations.change(id, version, change as never)
  desk.passMs(6 * SECONDS)
  await desk.greetLeft()
  expect([await toldTo('a'), await owes('a')]).toEqual([[], false])
})

it('nothing is said while the channel is paused, nor later, when it may be untrue', async () => {
  const findChannel: typeof desk.routeDeps.findChannel = async (id) => {
    const channel = await desk.routeDeps.findChannel(id)
    return channel && { ...channel, paused: true }
  }
  await desk.write('a')
  await desk.hire('Ana')
  await routeConversations([await desk.of('a')], 'capacity', { ...desk.routeDeps, findChannel })
  expect(await desk.ownerOf('a')).toBeDefined()
  expect([await toldTo('a'), await owes('a')]).toEqual([[], false])
})

it('an opening bears what it owes from its insert on', async () => {
  await desk.hire('Ana')
  const before = desk.shared.nowMs
  const owed: unknown[] = []
  const { createMissing } = database.stores.conversations
  database.stores.conversations.createMissing = (openings) => {
    owed.push(...openings.map(({ greeting }) => greeting))
    return createMissing(openings)
  }
  try {
    await openDesk(database.stores, desk.shared.policy, desk).write('a')
  } finally {
    database.stores.conversations.createMissing = createMissing
  }
  const { assigneeId: agentId, routing } = await desk.of('a')
  expect(owed).toEqual([
    { agentId, decisionId: routing.decisionId, text: '{{agent}} is here.', atMs: before },
  ])
})
