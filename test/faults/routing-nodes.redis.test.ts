/**
 * Two server processes over one database route bursts of new conversations while agents come and go and answer, and
 * one of the processes is killed in the middle. Nobody may ever have too many, nobody who is away may get anything,
 * nothing may have two owners, and nothing may be left lying.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import type { AgentId } from '../../src/domain/ids.ts'
import { openStores, type Stores } from '../../src/runtime/open-stores.ts'
import { connectStore, type StoreConnection } from '../../src/store/connect.ts'
import { freshId, toObjectId } from '../../src/store/object-id.ts'
import type { StoredConversation } from '../../src/store/stored-conversation.ts'
import {
  type BareServer,
  type Call,
  createCall,
  signIn,
  startBareServer,
  startServer,
} from '../harness/real-server.ts'
import { everybody } from '../harness/routing-desk.ts'
import { keepAgent } from '../harness/stored-agent.ts'
import { type Installation, openInstallation } from '../integration/two-nodes/installation.ts'
import { post, type Target } from './customers.ts'

const LONG = process.env['FAULTS'] === 'long'
const AGENTS = LONG ? 50 : 12
const CAPACITY = 5
const CONVERSATIONS = LONG ? 10_000 : 300
const BURST = LONG ? 200 : 30
/** Longer than a dead node's lead, its turns and its capacity last, and the sweep after them, on a busy machine. */
const PATIENCE = { timeout: 60_000, interval: 500 }
/** The lead of a dead node lasts six seconds and the sweep comes every three: whoever is idle for longer was forgotten. */
const MOST_IDLE_MS = 30_000
const TIMEOUT_MS = LONG ? 1_800_000 : 240_000
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Writes the figures of a run, which the closing notes quote. */
const report = (what: string, facts: object): void => {
  process.stdout.write(`${what}: ${JSON.stringify(facts)}\n`)
}

interface Node {
  readonly server: BareServer
  readonly call: Call
  alive: boolean
}

let installation: Installation
let store: StoreConnection
let stores: Stores
let nodes: Node[]
let target: Target

beforeEach(async () => {
  installation = await openInstallation()
  const env = { ...installation.env, LOG_LEVEL: 'error' }
  const first = await startServer(installation.folder, { env })
  const second = await startBareServer(installation.folder, { env })
  const { call } = createCall(() => second.url)
  await signIn(call)
  nodes = [
    { server: first, call: first.call, alive: true },
    { server: second, call, alive: true },
  ]
  target = { url: first.url, channelId: first.channelId, visitorSecret: first.visitorSecret }
  store = await connectStore({
    uri: installation.env['MONGODB_URI'] ?? '',
    dbName: 'tributary',
    embedded: true,
    log: silent,
  })
  stores = await openStores(store.connection)
})
afterEach(async () => {
  for (const { server, alive } of nodes) if (alive) await server.kill()
  await store.close()
  await installation.close()
})

const living = (): readonly Node[] => nodes.filter(({ alive }) => alive)
const someNode = (): Node => living()[Math.floor(Math.random() * living().length)] as Node

async function killOne(): Promise<void> {
  const node = nodes[1] as Node
  node.alive = false
  await node.server.kill()
}

async function hire(count: number, total?: number): Promise<readonly AgentId[]> {
  const ids: AgentId[] = []
  for (let index = 0; index < count; index += 1) {
    const agentId = await keepAgent(stores, `Agent ${index}`, `agent-${index}@example.com`)
    if (total !== undefined) await stores.agentRouting.change(agentId, 0, { capacity: { total } })
    ids.push(agentId)
  }
  await stores.presence.record(
    'test',
    ids.map((agentId) => ({ agentId, sockets: 1 })),
    7_200_000,
  )
  return ids
}

async function usePolicy(policy: object): Promise<void> {
  const { call } = nodes[0] as Node
  const { version } = (await call('GET', `/channels/${target.channelId}`)).body
  const { status, body } = await call('PATCH', `/channels/${target.channelId}`, { policy, version })
  if (status !== 200) throw new Error(JSON.stringify(body))
}

/** New customers write, each once, at whichever node answers. */
async function arrive(count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const visitorId = `anon:${freshId()}${freshId().slice(0, 8)}`
      const token = issueToken(
        { visitorId, verified: false, expiresAtMs: Date.now() + 86_400_000 },
        target.visitorSecret,
      )
      const body = JSON.stringify({ type: 'message', clientMessageId: 'm0', text: 'Hello' })
      while (!(await post({ ...target, url: someNode().server.url }, token, body))) await sleep(50)
    }),
  )
}

const collection = () => store.db.collection('conversations')
/** Conversations that more than one agent is said to have been given. */
const decidedTwice = () =>
  store.db
    .collection('routing_decisions')
    .aggregate([
      { $match: { outcome: 'assigned' } },
      { $group: { _id: '$conversationId', winners: { $addToSet: '$winner' } } },
      { $match: { 'winners.1': { $exists: true } } },
    ])
    .toArray()
const everything = async (): Promise<readonly StoredConversation[]> =>
  stores.lists.page({ channels: 'all' }, CONVERSATIONS * 2)

describe('two nodes', () => {
  it(
    'pass no limit, give nothing to who is away, and strand nothing, also when one of them is killed',
    async () => {
      const agents = await hire(AGENTS, CAPACITY)
      await usePolicy(everybody('round-robin'))
      const state = { done: false, idleMs: 0 }
      const away = new Map<AgentId, { fromMs: number; toMs: number }[]>(agents.map((id) => [id, []]))
      const half = agents.length / 2
      const startedAt = performance.now()

      const flip = async (some: readonly AgentId[]): Promise<void> => {
        while (!state.done) {
          const agentId = some[Math.floor(Math.random() * some.length)] as AgentId
          await stores.agents.change(agentId, { availability: 'away' })
          const time = { fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY }
          away.get(agentId)?.push(time)
          await sleep(200 + Math.random() * 800)
          time.toMs = Date.now()
          await stores.agents.change(agentId, { availability: 'online' })
          await sleep(100)
        }
      }
      // How long somebody stood there with room and got nothing, while something waited.
      const idle = new Map<string, { fromMs: number; last: number }>()
      const watchIdle = async (): Promise<void> => {
        const waits = await collection().countDocuments({ 'routing.open': true }, { limit: 1 })
        const staff = await store.db
          .collection('agents')
          .find({ _id: { $in: agents.map((id) => toObjectId(id)) }, availability: 'online' })
          .toArray()
        const free = staff.filter(({ load }) => waits > 0 && (load?.total ?? CAPACITY) < CAPACITY)
        const nowMs = Date.now()
        const before = new Map(idle)
        idle.clear()
        for (const { _id, load } of free) {
          const known = before.get(_id.toHexString())
          const last = load.lastAssignedAt?.getTime() ?? 0
          const fromMs = known && known.last === last ? known.fromMs : nowMs
          idle.set(_id.toHexString(), { fromMs, last })
          state.idleMs = Math.max(state.idleMs, nowMs - fromMs)
        }
      }
      const audit = async (): Promise<void> => {
        while (!state.done) {
          await watchIdle()
          await sleep(100)
        }
      }
      const answer = async (): Promise<void> => {
        while (!state.done) {
          const owned = await collection()
            .find({ status: 'open', assigneeId: { $ne: null } }, { projection: { version: 1 } })
            .limit(100)
            .toArray()
          if (owned.length === 0) await sleep(50)
          for (let from = 0; from < owned.length; from += 10) {
            await Promise.all(
              owned.slice(from, from + 10).map(({ _id, version }) =>
                someNode()
                  .call('PATCH', `/conversations/${_id.toHexString()}`, { status: 'resolved', version })
                  .catch(() => undefined),
              ),
            )
          }
        }
      }
      const others = [flip(agents.slice(0, half)), flip(agents.slice(half)), audit(), answer()]
      for (let arrived = 0; arrived < CONVERSATIONS; arrived += BURST) {
        await arrive(BURST)
        if (arrived <= CONVERSATIONS / 2 && arrived + BURST > CONVERSATIONS / 2) await killOne()
      }
      const arrivedMs = performance.now() - startedAt
      while ((await collection().countDocuments({ status: 'resolved' })) < CONVERSATIONS) await sleep(200)
      const doneMs = performance.now() - startedAt
      state.done = true
      await Promise.all(others)

      const all = await everything()
      const decisionIds = all.flatMap(({ routing }) => routing.decisionId ?? [])
      const decisions = new Map(
        [...(await stores.routing.briefDecisions(decisionIds, 1)).values()].map((decision) => [
          decision.conversationId,
          decision,
        ]),
      )
      // Decided and given while he was away all the time: a run may outlast his absence.
      const toAway = all.filter(({ id, assigneeId, assignedAtMs = 0 }) => {
        const decision = decisions.get(id)
        const times = (assigneeId && away.get(assigneeId)) ?? []
        return times.some(
          ({ fromMs, toMs }) => decision && decision.decidedAtMs > fromMs && assignedAtMs < toMs,
        )
      })
      const inconsistent = all.filter(({ id, assigneeId }) => decisions.get(id)?.winner !== assigneeId)
      const over = agents.filter(
        (id) => mostAtOnce(all.filter(({ assigneeId }) => assigneeId === id)) > CAPACITY,
      )
      report('two nodes', {
        conversations: all.length,
        agents: AGENTS,
        arrivedMs: Math.round(arrivedMs),
        doneMs: Math.round(doneMs),
        toAway: toAway.length,
        over: over.length,
        inconsistent: inconsistent.length,
        decidedTwice: (await decidedTwice()).length,
        longestIdleMs: state.idleMs,
      })
      expect(all).toHaveLength(CONVERSATIONS)
      const faults = { toAway, over, inconsistent }
      for (const one of [...toAway, ...inconsistent].slice(0, 5)) {
        report('at fault', {
          ...one,
          decision: decisions.get(one.id),
          away: away.get(one.assigneeId as AgentId),
        })
      }
      expect(faults).toEqual({ toAway: [], over: [], inconsistent: [] })
      expect(state.idleMs).toBeLessThan(MOST_IDLE_MS)
      // What the dead node had taken is given back by the reconciler, and its decisions are said to be lost.
      await expect
        .poll(async () => (await stores.loads.list(agents)).every(({ total }) => total === 0), PATIENCE)
        .toBe(true)
      await expect.poll(decidedTwice, PATIENCE).toEqual([])
    },
    TIMEOUT_MS,
  )

  it(
    'give everybody who was always there the same number, within one, also when one of them is killed',
    async () => {
      const agents = await hire(7)
      await usePolicy(everybody('round-robin'))
      const share = Math.ceil(CONVERSATIONS / 2 / BURST) * BURST
      for (let arrived = 0; arrived < share; arrived += BURST) {
        const burst = arrive(BURST)
        if (arrived === Math.floor(share / BURST / 2) * BURST) await killOne()
        await burst
      }
      while ((await collection().countDocuments({ assigneeId: { $ne: null } })) < share) await sleep(100)
      // Turns that the dead node took are given back some seconds later; the next conversations make up for them.
      const owing = () => store.db.collection('routing_rings').countDocuments({ 'open.0': { $exists: true } })
      await expect.poll(owing, PATIENCE).toBe(0)
      await arrive(20)
      while ((await collection().countDocuments({ assigneeId: { $ne: null } })) < share + 20) await sleep(100)
      const all = await everything()
      const counts = agents.map((id) => all.filter(({ assigneeId }) => assigneeId === id).length)
      report('spread', { conversations: all.length, counts })
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    },
    TIMEOUT_MS,
  )
})

/** The most conversations that an agent had at the same moment, by when each was assigned and resolved. */
function mostAtOnce(conversations: readonly StoredConversation[]): number {
  const changes = conversations
    .flatMap(({ assignedAtMs = 0, resolvedAtMs = Number.POSITIVE_INFINITY }) => [
      { atMs: assignedAtMs, by: 1 },
      { atMs: resolvedAtMs, by: -1 },
    ])
    .sort((one, other) => one.atMs - other.atMs || one.by - other.by)
  let now = 0
  let most = 0
  for (const { by } of changes) {
    now += by
    most = Math.max(most, now)
  }
  return most
}
