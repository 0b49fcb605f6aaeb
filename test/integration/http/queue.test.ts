/** What supervisors see of the queue: order, teams, totals, reasons, and only what they may see. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AgentId, ChannelId, TeamId } from '../../../src/domain/ids.ts'
import type { QueueView, WaitingTeamView } from '../../../src/domain/queue-views.ts'
import { MOST_SHOWN, readQueue } from '../../../src/services/read-queue.ts'
import type { StoredConversation } from '../../../src/store/stored-conversation.ts'
import { hexId, principalOf } from '../../harness/office.ts'
import { waitingConversation } from '../../harness/stored-conversation.ts'
import { type Someone, startTestServer, type TestServer } from './test-server.ts'

const MINUTE = 60_000
const NOW = Date.now()

let server: TestServer
let owner: Someone
let supervisor: Someone
let anna: Someone
let site: ChannelId
let shop: ChannelId
let billing: TeamId

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.owner()
  supervisor = await server.someone(owner.agent, 'supervisor', 'sue@example.com')
  anna = await server.someone(owner.agent, 'agent', 'anna@example.com')
  site = await aChannel('Site')
  shop = await aChannel('Shop')
  const team = await owner.agent
    .post('/api/v1/teams')
    .send({ name: 'Billing', memberIds: [anna.profile.id] })
    .expect(201)
  billing = team.body.id
})
afterAll(() => server.close())

async function aChannel(name: string): Promise<ChannelId> {
  const { body } = await owner.agent
    .post('/api/v1/channels')
    .send({ type: 'parrot', name, config: {} })
    .expect(201)
  return body.id
}
async function seed(...conversations: readonly StoredConversation[]): Promise<void> {
  await server.store.db.collection('conversations').deleteMany({})
  await server.core.stores.conversations.createMissing(conversations)
}
const queue = async (who = supervisor): Promise<QueueView> =>
  (await who.agent.get('/api/v1/queue').expect(200)).body
const waits = (minutes: number, change: Partial<StoredConversation> = {}) =>
  waitingConversation(site, NOW - minutes * MINUTE, change)
const ids = (team: WaitingTeamView | undefined) => team?.waiting.map(({ conversation }) => conversation.id)

describe('the queue', () => {
  it('shows what waits by priority and arrival, each with its place, step and when it is looked at again', async () => {
    const late = waits(1)
    const early = waits(9, {
      queue: { step: 1, stepSinceMs: NOW, enteredAtMs: NOW - 10 * MINUTE, lapses: [] },
      routing: { status: 'waiting', sinceMs: NOW - 9 * MINUTE, wakeAtMs: NOW + MINUTE },
    })
    const urgent = waits(2, { priority: 'urgent' })
    const owed = waits(5, { routing: { status: 'pending', sinceMs: NOW - 5 * MINUTE } })
    await seed(late, early, urgent, owed)
    const { teams } = await queue()
    expect(teams).toHaveLength(1)
    expect(teams[0]).toMatchObject({ total: 4 })
    expect(teams[0]).not.toHaveProperty('teamId')
    expect(ids(teams[0])).toEqual([urgent.id, early.id, owed.id, late.id])
    expect(teams[0]?.waiting.map(({ position }) => position)).toEqual([1, 2, 3, 4])
    expect(teams[0]?.waiting[1]).toMatchObject({
      step: 1,
      enteredAt: new Date(NOW - 10 * MINUTE).toISOString(),
      wakeAt: new Date(NOW + MINUTE).toISOString(),
    })
    expect(teams[0]?.waiting[2]?.why).toBe('The router has not looked at it yet.')
  })

  it('says why nobody has it, by the last decision', async () => {
    const decisionId = server.core.stores.routing.newDecisionId()
    const one = waits(3, { routing: { status: 'waiting', sinceMs: NOW, decisionId } })
    await seed(one)
    await server.core.stores.routing.recordDecisions([
      {
        id: decisionId,
        conversationId: one.id,
        trigger: 'arrival',
        outcome: 'waiting',
        candidates: Array.from({ length: 60 }, (_, index) => ({
          agentId: hexId<AgentId>('a'),
          name: `Ana ${index}`,
          step: 0,
          excluded: 'at-capacity' as const,
          load: 4,
          limit: 4,
        })),
        tallies: [
          {
            step: 0,
            strategy: 'least-open',
            members: 60,
            eligible: 0,
            excluded: { 'at-capacity': 60 },
            omitted: 0,
          },
        ],
        durationMs: 1,
        decidedAtMs: NOW,
      },
    ])
    const why = (await queue()).teams[0]?.waiting[0]?.why
    expect(why).toMatch(/^Step 1: Ana 0 \(4 of 4\), .*, 55 more\. As of .* UTC/)
  })

  it('shows also what is left to a team, after what waits for no team', async () => {
    const routed = waits(1)
    const left = waits(2, { teamId: billing, routing: { status: 'settled', sinceMs: NOW } })
    const tried = waits(4, { teamId: billing })
    const owned = waits(5, { teamId: billing, assigneeId: anna.profile.id as AgentId })
    const over = waits(6, { teamId: billing, status: 'resolved' })
    const picked = waits(7, { routing: { status: 'settled', sinceMs: NOW } })
    await seed(routed, left, tried, owned, over, picked)
    const { teams } = await queue()
    expect(teams.map(({ teamId, total }) => [teamId, total])).toEqual([
      [undefined, 1],
      [billing, 2],
    ])
    expect(ids(teams[1])).toEqual([tried.id, left.id])
  })

  it('is bounded, and counts what it does not show', async () => {
    const many = Array.from({ length: MOST_SHOWN + 20 }, (_, index) => waits(index + 1))
    await seed(...many, waits(0, { teamId: billing, priority: 'low' }))
    const { teams } = await queue()
    expect(teams.map(({ waiting, total }) => [waiting.length, total])).toEqual([
      [MOST_SHOWN, MOST_SHOWN + 20],
      [0, 1],
    ])
    expect(teams[0]?.waiting[0]?.conversation.id).toBe(many.at(-1)?.id)
  })

  it('holds only channels that the reader may see', async () => {
    const here = waits(1)
    const there = waitingConversation(shop, NOW, { teamId: billing })
    await seed(here, there)
    const limited = principalOf(hexId<AgentId>('e'), 'supervisor', new Set([shop]))
    const { teams } = await readQueue(limited, server.deps)
    expect(teams.map(({ teamId, total, waiting }) => [teamId, total, waiting[0]?.conversation.id])).toEqual([
      [billing, 1, there.id],
    ])
    const blind = principalOf(hexId<AgentId>('e'), 'supervisor', new Set())
    expect((await readQueue(blind, server.deps)).teams).toEqual([])
    await expect(readQueue(principalOf(hexId<AgentId>('e')), server.deps)).rejects.toMatchObject({
      code: 'permission-denied',
    })
    await anna.agent.get('/api/v1/queue').expect(403)
  })

  it('shows everybody who works, with what he has and may have', async () => {
    const path = `/api/v1/agents/${anna.profile.id}/routing`
    const { version } = (await owner.agent.get(path).expect(200)).body
    const capacity = { total: 4, perWorkType: { email: 2 } }
    await owner.agent.patch(path).send({ capacity, version }).expect(200)
    await seed()
    const { agents } = await queue()
    expect(agents.map(({ agent }) => agent.name).sort()).toEqual([
      'Olga',
      'anna@example.com',
      'sue@example.com',
    ])
    const shown = agents.find(({ agent }) => agent.id === anna.profile.id)
    expect(shown).toMatchObject({
      agent: { availability: 'online', present: false },
      load: { total: 0 },
      capacity,
      hours: { within: true },
      // No device of his is connected.
      available: false,
    })
    expect(shown).not.toHaveProperty('lastAssignedAt')
  })
})
