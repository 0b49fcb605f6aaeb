/** Customers who wait are told their place where the policy says so, and how long it may take where that is known. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AgentId, ChannelId, ConversationId } from '../../../src/domain/ids.ts'
import { createQueuePlaces } from '../../../src/services/queue-places.ts'
import type { VisitorHistory } from '../../../src/services/visitor-history.ts'
import { freeAgent } from '../../harness/free-hands.ts'
import type { Someone } from '../http/test-server.ts'
import { startWidgetServer, type Visitor, type WidgetServer } from './widget-server.ts'

const MINUTE = 60_000
const EVERYONE = { target: { kind: 'agents-and-teams', agentIds: 'all' }, strategy: 'least-open' }
const TELLING = { steps: [EVERYONE], showQueuePlace: true }

let server: WidgetServer
let owner: Someone

beforeAll(async () => {
  server = await startWidgetServer()
  owner = await server.owner()
})
afterAll(() => server.close())

/** The line is kept for two seconds; each test reads its own, and has agents of its own. */
const places = (channelIds: readonly string[], free: number) => {
  const agents = [1, 2].map((digit) =>
    freeAgent(String(digit).repeat(24) as AgentId, 'Ana', {
      channels: new Set(channelIds as readonly ChannelId[]),
      capacity: { total: 5 + free },
      load: { messaging: 5 },
    }),
  )
  return createQueuePlaces({
    ...server.core.stores,
    findChannel: server.core.directory.get,
    rules: server.core.rules,
    routingAgents: async () => agents,
    clock: Date.now,
  })
}
const waits = async (channelId: string, atMs: number, more: object = {}): Promise<Visitor> => {
  const visitor = await server.visitor(channelId)
  await server.conversation(visitor, { routing: { status: 'waiting', sinceMs: atMs }, ...more })
  return visitor
}
const channelOf = async (policy?: object) =>
  (await server.channel(owner.agent, {}, policy ? { policy } : {})).id
const placesIn = async (
  channelId: string,
  visitors: readonly Visitor[],
  { free = 0, alsoServing = [] as readonly string[] } = {},
) => {
  const found = await places([channelId, ...alsoServing], free)(
    channelId as ChannelId,
    visitors.map(({ visitorId }) => visitorId),
  )
  return visitors.map(({ visitorId }) => found?.places.get(visitorId))
}
const resolved = async (channelId: string, minutes: readonly number[]): Promise<void> => {
  for (const [index, took] of minutes.entries()) {
    await server.conversation(await server.visitor(channelId), {
      status: 'resolved',
      assignedAtMs: index,
      resolvedAtMs: index + took * MINUTE,
    })
  }
}

describe('the place in the queue', () => {
  it('counts those before under the same policy, the urgent first', async () => {
    const channelId = await channelOf(TELLING)
    const other = await channelOf(TELLING)
    await waits(other, 1)
    const visitors = [
      await waits(channelId, 30),
      await waits(channelId, 20),
      await waits(channelId, 40, { priority: 'urgent' }),
    ]
    const gone = await waits(channelId, 5, { assigneeId: owner.profile.id as AgentId })
    expect(await placesIn(channelId, [...visitors, gone])).toEqual([
      { place: 3 },
      { place: 2 },
      { place: 1 },
      undefined,
    ])
  })

  it('comes with an estimate once it is known how long conversations take', async () => {
    const channelId = await channelOf(TELLING)
    await resolved(channelId, [10, 10, 10, 10, 20, 20])
    const visitors = [await waits(channelId, 1), await waits(channelId, 2), await waits(channelId, 3)]
    expect(await placesIn(channelId, visitors)).toEqual([
      { place: 1, waitMs: [2 * MINUTE, 2 * MINUTE] },
      { place: 2, waitMs: [3 * MINUTE, 4 * MINUTE] },
      { place: 3, waitMs: [4 * MINUTE, 6 * MINUTE] },
    ])
  })

  it('promises somebody soon to who just came where agents are free, and no time to whom the router passed over', async () => {
    const channelId = await channelOf(TELLING)
    await resolved(channelId, [10, 10, 10, 10, 20, 20])
    const passedOver = await waits(channelId, 1)
    const came = await waits(channelId, 2, { routing: { status: 'pending', sinceMs: 2 } })
    expect(await placesIn(channelId, [passedOver, came], { free: 1 })).toEqual([
      { place: 1 },
      { place: 2, waitMs: [0, 0] },
    ])
  })

  it('reckons with all who wait before for the same agents, under whatever policies they came', async () => {
    const channelId = await channelOf(TELLING)
    await resolved(channelId, [10, 10, 10, 10, 10, 10])
    const [busy, elsewhere] = [await channelOf({ steps: [EVERYONE] }), await channelOf(TELLING)]
    for (const atMs of [1, 1, 3]) await waits(busy, atMs)
    await waits(elsewhere, 1)
    const visitor = await waits(channelId, 2, { routing: { status: 'pending', sinceMs: 2 } })
    const place = async (more: object) => (await placesIn(channelId, [visitor], more))[0]
    expect(await place({ free: 1 })).toEqual({ place: 1, waitMs: [0, 0] })
    expect(await place({ free: 1, alsoServing: [busy] })).toEqual({ place: 1, waitMs: [MINUTE, MINUTE] })
    expect(await place({})).toEqual({ place: 1, waitMs: [MINUTE, MINUTE] })
    expect(await place({ alsoServing: [busy] })).toEqual({ place: 1, waitMs: [3 * MINUTE, 3 * MINUTE] })
  })

  it('is told to nobody unless the policy says so, and then nothing is read', async () => {
    const channelId = await channelOf()
    const visitor = await waits(channelId, 1)
    const line = vi.spyOn(server.core.stores.queueViews, 'line')
    expect(await placesIn(channelId, [visitor])).toEqual([undefined])
    expect(line).not.toHaveBeenCalled()
    line.mockRestore()
  })

  it('is told by the policy of the category where there is one', async () => {
    const channelId = await channelOf(TELLING)
    const { body } = await owner.agent
      .post('/api/v1/categories')
      .send({ name: 'Quiet', policy: { steps: [EVERYONE] } })
      .expect(201)
    const visitors = [await waits(channelId, 1, { categoryId: body.id }), await waits(channelId, 2)]
    expect(await placesIn(channelId, visitors)).toEqual([undefined, { place: 1 }])
  })

  it('stands in the newest page of the own thread, and goes when somebody has it', async () => {
    const channelId = await channelOf(TELLING)
    const first = await waits(channelId, 1)
    const second = await server.visitor(channelId)
    const conversation = await server.conversation(second, { routing: { status: 'waiting', sinceMs: 2 } })
    await server.message(conversation)
    const last = await server.message(conversation)
    const history = async ({ token }: Visitor, query = ''): Promise<VisitorHistory> => {
      const answer = await fetch(`${server.url}/widget/v1/${channelId}/messages${query}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      expect(answer.status).toBe(200)
      return (await answer.json()) as VisitorHistory
    }
    await expect.poll(async () => (await history(second)).queue).toEqual({ place: 2 })
    expect((await history(first)).queue).toEqual({ place: 1 })
    const page = await history(second, '?limit=1')
    expect(page.items[0]?.id).toBe(last.id)
    expect(await history(second, `?before=${page.nextCursor}`)).not.toHaveProperty('queue')
    const { id, version } = conversation
    await server.core.stores.conversations.change(id as ConversationId, version, {
      assigneeId: owner.profile.id as AgentId,
    })
    await expect.poll(() => history(second)).not.toHaveProperty('queue')
  })
})
