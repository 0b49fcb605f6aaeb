/** Policies tried over what really happened, by good and bad input. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentId, ChannelId, ContactId } from '../../../src/domain/ids.ts'
import type { DryRunOutcomeView } from '../../../src/domain/queue-views.ts'
import { policyOf } from '../../../src/domain/routing/policy.ts'
import { createDryRun } from '../../../src/services/dry-run.ts'
import type { StoredConversation } from '../../../src/store/stored-conversation.ts'
import { hexId, principalOf } from '../../harness/office.ts'
import { stepOf } from '../../harness/routing-state.ts'
import { waitingConversation } from '../../harness/stored-conversation.ts'
import { type Someone, startTestServer, type TestServer } from './test-server.ts'

const API = '/api/v1'
const MINUTE = 60_000
const NOBODY = '0'.repeat(24)
/** When the first conversation came in. */
const BEGIN = Date.now() - 10 * 60 * MINUTE
const everyone = { kind: 'agents-and-teams', agentIds: 'all' }
const turns = { steps: [{ target: everyone, strategy: 'round-robin' }] }

let server: TestServer
let owner: Someone
let anna: Someone
let boris: Someone
let channelId: ChannelId

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.owner()
  anna = await server.someone(owner.agent, 'agent', 'anna@example.com')
  boris = await server.someone(owner.agent, 'agent', 'boris@example.com')
})
beforeEach(async () => {
  await server.store.db.collection('availability_log').deleteMany({})
  await server.store.db.collection('conversations').deleteMany({})
  channelId = await aChannel({ policy: only(anna) })
})
afterAll(() => server.close())

async function aChannel(more: object): Promise<ChannelId> {
  const { body } = await owner.agent
    .post(`${API}/channels`)
    .send({ type: 'parrot', name: 'Site', config: {}, ...more })
    .expect(201)
  return body.id
}
const only = ({ profile }: Someone) => ({
  steps: [{ target: { kind: 'fixed-agent', agentId: profile.id }, strategy: 'round-robin' }],
})
/** Came in so many minutes after the beginning and took so long. */
const came = (minute: number, handling: number, change: Partial<StoredConversation> = {}) => {
  const atMs = BEGIN + minute * MINUTE
  return waitingConversation(channelId, atMs, {
    status: 'resolved',
    assigneeId: boris.profile.id as AgentId,
    lastAgentId: boris.profile.id as AgentId,
    assignedAtMs: atMs,
    resolvedAtMs: atMs + handling * MINUTE,
    routing: { status: 'settled', sinceMs: atMs },
    ...change,
  })
}
const seed = (...conversations: readonly StoredConversation[]) =>
  server.core.stores.conversations.createMissing(conversations)
const note = (who: Someone, minute: number, why?: string) =>
  server.core.stores.availabilityLog.record([
    {
      agentId: who.profile.id as AgentId,
      atMs: BEGIN + minute * MINUTE,
      available: why === undefined,
      ...(why ? { why } : {}),
    },
  ])
const run = (body: object) => owner.agent.post(`${API}/routing/dry-run`).send(body)
const counts = ({ perAgent }: DryRunOutcomeView) =>
  Object.fromEntries(perAgent.map(({ name, assigned }) => [name, assigned]))

describe('a dry run', () => {
  it('compares the policy of today with the edited one over what came in', async () => {
    await seed(...Array.from({ length: 6 }, (_, index) => came(index, 5)))
    const { body } = await run({ channelId, policy: turns, last: 100 }).expect(200)
    expect(body).toMatchObject({
      conversations: 6,
      fromAt: new Date(BEGIN).toISOString(),
      toAt: new Date(BEGIN + 5 * MINUTE).toISOString(),
      today: { assigned: 6, unassigned: 0, leftToPick: 0, medianWaitMs: 0, p90WaitMs: 0, maxWaitMs: 0 },
      edited: { assigned: 6, spread: 0 },
    })
    expect(body).not.toHaveProperty('historyFrom')
    expect(counts(body.today)).toMatchObject({ 'anna@example.com': 6, 'boris@example.com': 0 })
    expect(counts(body.edited)).toEqual({ 'anna@example.com': 2, 'boris@example.com': 2, Olga: 2 })
  })

  it('takes the last ones only', async () => {
    await seed(...Array.from({ length: 9 }, (_, index) => came(index, 5)))
    const { body } = await run({ channelId, policy: turns, last: 4 }).expect(200)
    expect(body).toMatchObject({ conversations: 4, fromAt: new Date(BEGIN + 5 * MINUTE).toISOString() })
  })

  it('goes by who was available at the time, and says since when that is on record', async () => {
    await seed(came(0, 1), came(10, 1), came(20, 1), came(30, 1))
    for (const someone of [owner, boris]) await note(someone, -60, 'offline')
    await note(anna, -60)
    await note(anna, 5, 'not-connected')
    await note(anna, 15)
    await note(boris, 25)
    await note(anna, 25, 'out-of-hours')
    const { body } = await run({ channelId, policy: turns, last: 100 }).expect(200)
    expect(body.historyFrom).toBe(new Date(BEGIN - 60 * MINUTE).toISOString())
    expect(counts(body.edited)).toEqual({ 'anna@example.com': 3, 'boris@example.com': 1, Olga: 0 })
    expect(body.edited).toMatchObject({ assigned: 4, maxWaitMs: 5 * MINUTE, medianWaitMs: 0 })
    expect(body.today).toMatchObject({ assigned: 3, unassigned: 1 })
  })

  it('holds limits by how long conversations really took', async () => {
    const path = `${API}/agents/${anna.profile.id}/routing`
    const { version } = (await owner.agent.get(path).expect(200)).body
    const limited = await owner.agent
      .patch(path)
      .send({ capacity: { total: 1 }, version })
      .expect(200)
    await seed(came(0, 30), came(1, 10), came(2, 10))
    const { body } = await run({ channelId, policy: turns, last: 10 }).expect(200)
    expect(body.today).toMatchObject({ assigned: 3, maxWaitMs: 38 * MINUTE, medianWaitMs: 29 * MINUTE })
    await owner.agent.patch(path).send({ capacity: null, version: limited.body.version }).expect(200)
  })

  it('knows who had the contact before, but not who had it after', async () => {
    const contactId = hexId<ContactId>('f')
    await seed(
      came(0, 1, { contactId, lastAgentId: anna.profile.id as AgentId }),
      came(10, 1, { contactId, lastAgentId: boris.profile.id as AgentId }),
    )
    const policy = { steps: [{ target: { kind: 'last-agent' }, strategy: 'round-robin' }] }
    const { body } = await run({ channelId, policy, last: 10 }).expect(200)
    expect(counts(body.edited)).toMatchObject({ 'anna@example.com': 1, 'boris@example.com': 0 })
  })

  it('is about one category on all channels, where today each channel may distribute it', async () => {
    const other = await aChannel({ policy: only(boris) })
    const category = await owner.agent.post(`${API}/categories`).send({ name: 'Billing' }).expect(201)
    const categoryId = category.body.id
    await seed(came(0, 1, { categoryId }), came(1, 1, { categoryId, channelId: other }), came(2, 1))
    const { body } = await run({ categoryId, policy: turns, last: 10 }).expect(200)
    expect(body.conversations).toBe(2)
    expect(counts(body.today)).toMatchObject({ 'anna@example.com': 1, 'boris@example.com': 1 })
    const { version } = category.body
    await owner.agent
      .patch(`${API}/categories/${categoryId}`)
      .send({ policy: only(boris), version })
      .expect(200)
    const after = await run({ categoryId, policy: turns, last: 10 }).expect(200)
    expect(counts(after.body.today)).toMatchObject({ 'anna@example.com': 0, 'boris@example.com': 2 })
    expect((await run({ channelId, policy: turns, last: 10 }).expect(200)).body.conversations).toBe(1)
  })

  it('is empty where nothing came in, and changes nothing where something did', async () => {
    const { body } = await run({ channelId, policy: turns, last: 2_000 }).expect(200)
    expect(body).toMatchObject({ conversations: 0, today: { assigned: 0, spread: 0 } })
    const one = came(0, 1)
    await seed(one)
    await run({ channelId, policy: turns, last: 1 }).expect(200)
    expect(await server.core.stores.conversations.find(one.id)).toEqual(one)
  })

  it('sees only channels that whoever asks may see', async () => {
    await seed(came(0, 1))
    const dryRun = createDryRun(server.deps)
    const limited = principalOf(hexId<AgentId>('e'), 'admin', new Set([NOBODY]))
    const command = { channelId, policy: { ...turns, skills: [] } as never, last: 1 }
    await expect(dryRun(command, limited)).rejects.toMatchObject({ code: 'not-found' })
    await anna.agent.post(`${API}/routing/dry-run`).send({ channelId, policy: turns, last: 1 }).expect(403)
  })

  it('is refused with a word about it when finding the conversations takes too long', async () => {
    const routingHistory = { ...server.deps.routingHistory, lastArrivals: async () => undefined }
    const dryRun = createDryRun({ ...server.deps, routingHistory })
    const asked = dryRun(
      { channelId, policy: policyOf([stepOf()]), last: 1 },
      principalOf(hexId<AgentId>('e'), 'admin'),
    )
    await expect(asked).rejects.toMatchObject({ code: 'invalid-input', details: { field: 'last' } })
  })

  it.each([
    ['neither channel nor category', { policy: turns, last: 1 }, 'invalid-input', 'channelId'],
    ['both', { channelId: NOBODY, categoryId: NOBODY, policy: turns, last: 1 }, 'invalid-input', 'channelId'],
    ['none at all', { channelId: NOBODY, policy: turns, last: 0 }, 'invalid-input', 'last'],
    ['too many', { channelId: NOBODY, policy: turns, last: 2_001 }, 'invalid-input', 'last'],
    ['half a one', { channelId: NOBODY, policy: turns, last: 1.5 }, 'invalid-input', 'last'],
    ['no policy', { channelId: NOBODY, last: 1 }, 'invalid-input', 'policy'],
    ['an id that is none', { channelId: 'site', policy: turns, last: 1 }, 'invalid-input', 'channelId'],
  ])('is refused with %s', async (_what, command, code, field) => {
    const { body } = await run(command).expect(400)
    expect(body).toMatchObject({ code, field })
  })

  it('is refused for what is not there, and for a policy that cannot work', async () => {
    await run({ channelId: NOBODY, policy: turns, last: 1 }).expect(404)
    await run({ categoryId: NOBODY, policy: turns, last: 1 }).expect(404)
    const broken = { steps: [{ target: { kind: 'fixed-agent', agentId: NOBODY }, strategy: 'round-robin' }] }
    const { body } = await run({ channelId, policy: broken, last: 1 }).expect(400)
    expect(body).toMatchObject({ code: 'invalid-policy', field: 'policy.steps.0.target.agentId' })
  })
})

describe('the log of availability', () => {
  it('keeps 90 days, and how everybody stood before', async () => {
    const day = 24 * 60
    await note(anna, -200 * day)
    await note(anna, -150 * day, 'offline')
    await note(boris, -120 * day)
    await note(anna, -10 * day)
    const { availabilityLog } = server.core.stores
    expect(await availabilityLog.sweep(new Date(BEGIN))).toBe(1)
    expect(await availabilityLog.sweep(new Date(BEGIN))).toBe(0)
    const ids = [anna, boris].map(({ profile }) => profile.id as AgentId)
    const standing = await availabilityLog.standingAt(BEGIN - 90 * day * MINUTE, ids)
    expect(standing.map(({ available }) => available)).toEqual([false, true])
    expect(await availabilityLog.completeFromMs(BEGIN)).toBe(BEGIN - 90 * day * MINUTE)
  })
})
