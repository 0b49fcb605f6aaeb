/** Several routers over one database: no two owners, nobody over his limit, the ring exact, nothing lost by a crash. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AgentId, ConversationId, RoutingDecisionId } from '../../../src/domain/ids.ts'
import { assignConversation } from '../../../src/services/assign-conversation.ts'
import { changeConversation } from '../../../src/services/change-conversation.ts'
import { decideInTurn } from '../../../src/services/decide-in-turn.ts'
import { pruneRings } from '../../../src/services/prune-rings.ts'
import { countFirst, reconcileLoads } from '../../../src/services/reconcile-loads.ts'
import { toDecision } from '../../../src/services/record-run.ts'
import { recoverRings } from '../../../src/services/recover-rings.ts'
import { toWanted } from '../../../src/services/route-conversations.ts'
import { freshDatabase } from '../../harness/database.ts'
import { type Desk, everybody, names, openDesk } from '../../harness/routing-desk.ts'

const database = freshDatabase()
let desk: Desk
let other: Desk

beforeEach(() => {
  desk = openDesk(database.stores, everybody('round-robin'))
  other = openDesk(database.stores, everybody('round-robin'), desk)
})

const everyone = () => database.stores.lists.page({ channels: 'all' }, 10_000)
const totals = async (): Promise<ReadonlyMap<AgentId | undefined, number>> => {
  const owned = new Map<AgentId | undefined, number>()
  for (const { assigneeId, status } of await everyone()) {
    if (status === 'open') owned.set(assigneeId, (owned.get(assigneeId) ?? 0) + 1)
  }
  return owned
}
const resolve = async (who: string, by = desk): Promise<void> => {
  const { id, version } = await by.of(who)
  await changeConversation(id, { status: 'resolved', version }, by.boss, by.serviceDeps).catch(
    () => undefined,
  )
}

describe('two routers at once', () => {
  it('never pass a limit together, and fill every place there is', async () => {
    const agents = []
    for (const name of names('Agent', 6)) agents.push(await desk.hire(name, { capacity: { total: 5 } }))
    await Promise.all(
      names('v', 8).map((prefix, lane) => (lane % 2 === 0 ? desk : other).write(...names(prefix, 10))),
    )
    const owned = await totals()
    for (const agentId of agents) expect(owned.get(agentId)).toBe(5)
    expect(owned.get(undefined)).toBe(50)
    expect([...(await desk.counted()).values()]).toEqual([5, 5, 5, 5, 5, 5])
  })

  it('count nobody for the first time again, who was given work in the meantime', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 2 } })
    const { loads } = database.stores
    const now = desk.routeDeps.now
    await countFirst([ana], { ...database.stores, now })
    await loads.reserve(
      [{ agentId: ana, counts: { messaging: 2 }, capacity: { total: 2 }, onlineOnly: true }],
      'a run whose claims are still to come',
      now(),
    )
    await countFirst([ana], { ...database.stores, now })
    expect(await desk.counted()).toEqual(new Map([[ana, 2]]))
  })

  it('count for the first time what a person is giving at the same moment', async () => {
    const ana = await desk.hire('Ana')
    const now = desk.routeDeps.now
    await database.stores.loads.add(ana, 'messaging', now())
    await countFirst([ana], { ...database.stores, now })
    expect(await desk.counted()).toEqual(new Map([[ana, 1]]))
  })

  it('that look at the same queue by turns do not decide the same conversations', async () => {
    const agents = []
    for (const name of names('Agent', 7)) agents.push(await desk.hire(name))
    for (const id of agents) await desk.choose(id, 'away')
    await desk.write(...names('v', 100))
    for (const id of agents) await desk.choose(id, 'online')
    await Promise.all([desk.work(), other.work(), desk.work(), other.work()])
    const owned = await totals()
    const counts = agents.map((id) => owned.get(id) ?? 0)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })

  it('drain one queue as places become free: counts stay true, nobody has too many, everything is given away', async () => {
    const agents = new Set<AgentId>()
    for (const name of names('Agent', 5)) agents.add(await desk.hire(name, { capacity: { total: 3 } }))
    const customers = names('v', 60)
    await desk.write(...customers)
    const open = new Set(customers)
    while (open.size > 0) {
      const owned: string[] = []
      for (const who of open) if ((await desk.of(who)).assigneeId) owned.push(who)
      for (const [agentId, count] of await totals()) {
        if (agentId) expect(count, `of ${agentId}`).toBeLessThanOrEqual(3)
      }
      await Promise.all([
        ...owned.map((who, index) => resolve(who, index % 2 === 0 ? desk : other)),
        desk.work(),
        other.work(),
      ])
      for (const who of owned) if ((await desk.of(who)).status === 'resolved') open.delete(who)
      await desk.work()
    }
    expect(new Set((await desk.counted()).values())).toEqual(new Set([0]))
  })

  it('give everybody who was always there the same number, also where claims are lost to each other', async () => {
    const agents = []
    for (const name of names('Agent', 7)) agents.push(await desk.hire(name))
    desk.shared.policy = { ...desk.shared.policy, steps: [] }
    await desk.write(...names('v', 100))
    desk.shared.policy = everybody('round-robin')
    const all = await everyone()
    for (const { id, version, routing } of all) {
      await database.stores.conversations.change(id, version, { routing: { ...routing, status: 'pending' } })
    }
    await Promise.all([desk.work(), other.work(), desk.work(), other.work()])
    await desk.write(...names('w', 5))
    const owned = await totals()
    const counts = agents.map((id) => owned.get(id) ?? 0)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(105)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })

  it('give nothing to an agent who is away by the time his capacity is taken', async () => {
    const ana = await desk.hire('Ana')
    const seen = await desk.agents()
    await desk.choose(ana, 'away')
    await desk.write('a')
    let looks = 0
    const waiting = [await desk.of('a')]
    const run = await decideInTurn(await toWanted(waiting, desk.routeDeps), {
      ...desk.routeDeps,
      // The first look is from before he went away.
      agents: async () => (looks++ === 0 ? seen : desk.agents()),
    })
    expect(run.decided[0]?.trace.outcome).toBe('waiting')
    expect(run.decided[0]?.trace.candidates).toMatchObject([{ agentId: ana, excluded: 'away' }])
  })
})

describe('a person’s choice', () => {
  it('stands against routers that run at the same moment, and every count stays true', async () => {
    const agents = []
    for (const name of names('Agent', 3)) agents.push(await desk.hire(name, { capacity: { total: 50 } }))
    for (let round = 0; round < 20; round += 1) {
      const [away] = agents
      for (const id of agents) await desk.choose(id, 'away')
      await desk.write(`v${round}`)
      const { id, version } = await desk.of(`v${round}`)
      for (const agentId of agents) await desk.choose(agentId, 'online')
      const [byHand] = await Promise.allSettled([
        assignConversation(id, { assigneeId: away as AgentId, version }, desk.boss, desk.serviceDeps),
        desk.work(),
        other.work(),
      ])
      const { assigneeId, assignedBy } = await desk.of(`v${round}`)
      expect(assigneeId).toBeDefined()
      if (byHand.status === 'fulfilled') expect([assigneeId, assignedBy]).toEqual([away, 'person'])
      else expect(byHand.reason).toMatchObject({ code: 'version-conflict' })
    }
    const owned = await totals()
    const counted = await desk.counted()
    for (const agentId of agents) expect(counted.get(agentId)).toBe(owned.get(agentId) ?? 0)
  })
})

describe('what a crash leaves', () => {
  const crashed = async (...customers: readonly string[]) => {
    const waiting = await Promise.all(customers.map((who) => desk.of(who)))
    // Capacity is taken and the ring has moved on, and then nothing more happens.
    return decideInTurn(await toWanted(waiting, desk.routeDeps), desk.routeDeps)
  }
  const rest = () =>
    database.store.db.collection('agents').updateMany(
      {},
      {
        $set: {
          'load.touchedAt': new Date(Date.now() - 60_000),
          'load.countedAt': new Date(Date.now() - 120_000),
        },
      },
    )
  const reconcile = () => reconcileLoads({ ...database.stores, now: desk.routeDeps.now })

  it('as taken capacity is given back by the reconciler, and counted as drift', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 3 } })
    await desk.choose(ana, 'away')
    await desk.write('a', 'b')
    await desk.choose(ana, 'online')
    await crashed('a', 'b')
    expect(await desk.counted()).toEqual(new Map([[ana, 2]]))
    expect(await reconcile()).toBe(0)
    await rest()
    expect(await reconcile()).toBe(1)
    expect(await desk.counted()).toEqual(new Map([[ana, 0]]))
    await desk.work()
    expect(await desk.ownerOf('a'), 'as long as the run may be alive it is left alone').toBeUndefined()
    desk.passMs(4_000)
    await desk.work()
    expect(await desk.counted()).toEqual(new Map([[ana, 2]]))
    await rest()
    expect(await reconcile()).toBe(0)
  })

  it('as turns of the ring is given back, so that nobody misses one', async () => {
    const agents = [await desk.hire('Ana'), await desk.hire('Ben'), await desk.hire('Cid')]
    await desk.write('v', 'w', 'x', 'y')
    for (const id of agents) await desk.choose(id, 'away')
    await desk.write('a', 'b')
    for (const id of agents) await desk.choose(id, 'online')
    const run = await crashed('a', 'b')
    const { routing } = database.stores
    await routing.recordDecisions(run.decided.map((one) => toDecision(one, 'capacity')))
    const lost = new Set(run.decided.map(({ trace }) => trace.winner))
    expect(await recoverRings({ ...database.stores, now: desk.routeDeps.now })).toBe(0)
    desk.passMs(20_000)
    expect(await recoverRings({ ...database.stores, now: desk.routeDeps.now })).toBe(2)
    for (const { decisionId } of run.decided) {
      expect(await routing.decision(decisionId)).toMatchObject({
        outcome: 'lost-to-a-person',
      })
    }
    await desk.work()
    expect(new Set([await desk.ownerOf('a'), await desk.ownerOf('b')])).toEqual(lost)
    desk.passMs(20_000)
    expect(await recoverRings({ ...database.stores, now: desk.routeDeps.now })).toBe(0)
  })

  it('as lost claims costs nobody his place in the ring', async () => {
    const agents = [await desk.hire('Ana'), await desk.hire('Ben')]
    await desk.write('v', 'w', 'x')
    const before = [...(await desk.counted()).values()]
    for (const id of agents) await desk.choose(id, 'away')
    await desk.write('a')
    for (const id of agents) await desk.choose(id, 'online')
    const run = await crashed('a')
    const [one] = run.decided
    await run.close(new Set([one?.decisionId as RoutingDecisionId]))
    expect([...(await desk.counted()).values()]).toEqual(before)
    await desk.work()
    expect(await desk.ownerOf('a')).toBe(one?.trace.winner)
  })

  it('a change of what counts as load is mended, and is no drift', async () => {
    const ana = await desk.hire('Ana')
    await desk.write('a')
    await desk.patch('a', { status: 'pending' })
    expect(await desk.counted()).toEqual(new Map([[ana, 0]]))
    await database.stores.routingSettings.replace({
      ...(await database.stores.routingSettings.read()),
      countPending: true,
    })
    await rest()
    expect(await reconcile()).toBe(0)
    expect(await desk.counted()).toEqual(new Map([[ana, 1]]))
  })
})

describe('rings', () => {
  it('of a topic that is gone are removed, and of nothing that may turn again', async () => {
    await desk.hire('Ana')
    const { rings, categories, channels } = database.stores
    const kept = await categories.insert('Billing', { skills: [] }, new Date())
    const turned = async (scope: string, open: boolean) => {
      const turn = {
        agentId: desk.boss.agentId,
        turn: 1,
        before: 0,
        conversationId: 'c'.repeat(24) as ConversationId,
        decisionId: 'd'.repeat(24) as RoutingDecisionId,
      }
      await rings.advance(scope, { turn: 0, served: {} }, { run: scope, turns: [turn] }, Date.now())
      if (!open) await rings.close(scope, scope)
    }
    await turned(`category:${kept?.id}`, false)
    await turned('category:gone', false)
    await turned('category:busy', true)
    await turned(`channel:${desk.channelId}`, false)
    const here = { list: async () => [{ id: desk.channelId }] }
    expect(await pruneRings({ rings, categories, channels: here })).toBe(1)
    expect([...(await rings.scopes())].sort()).toEqual(
      ['category:busy', `category:${kept?.id}`, `channel:${desk.channelId}`].sort(),
    )
    expect(await pruneRings({ rings, categories, channels })).toBe(1)
  })
})
