import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../../src/domain/events.ts'
import type { AgentId } from '../../../src/domain/ids.ts'
import type { AgentView } from '../../../src/domain/views.ts'
import { createNodeRegistry, type NodeRegistry } from '../../../src/runtime/node-registry.ts'
import { createBus, type Signal } from '../../../src/services/bus.ts'
import { createPresence, type Presence } from '../../../src/services/presence.ts'
import { createNodeRecordStore } from '../../../src/store/node-records.ts'
import { createPresenceStore, type PresenceStore } from '../../../src/store/presence.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { id } from './live-server.ts'

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
const ANN = id<AgentId>('1')
const BOB = id<AgentId>('2')

const database = sharedDatabase()
let store: PresenceStore

beforeAll(() => {
  store = createPresenceStore(database.store.connection)
})
afterEach(async () => {
  await database.store.db.collection('presence').deleteMany({})
  await database.store.db.collection('nodes').deleteMany({})
})

describe('presence on record', () => {
  it('lasts for the time given, on whichever node', async () => {
    expect(await store.record('n1', [{ agentId: ANN, sockets: 2 }], 60_000)).toEqual(new Set([ANN]))
    expect(await store.record('n1', [{ agentId: ANN, sockets: 1 }], 60_000)).toEqual(new Set())
    await store.record('n2', [{ agentId: BOB, sockets: 1 }], -1)
    expect(await store.presentAgents()).toEqual(new Set([ANN]))
    expect(await store.presentAgents([BOB])).toEqual(new Set())
    expect((await store.lastSeen([ANN, BOB])).size).toBe(2)
  })

  it('gives an expired record to one taker only', async () => {
    await store.record('dead', [{ agentId: ANN, sockets: 1 }], -1)
    const takers = await Promise.all(Array.from({ length: 8 }, () => store.takeExpired()))
    expect(takers.filter((taker) => taker !== undefined)).toEqual([{ agentId: ANN, absent: true }])
  })
})

describe('the presence of agents over two nodes', () => {
  const GRACE_MS = 1_000
  let told: string[]
  let running: Presence[]

  beforeEach(() => {
    told = []
    running = []
  })
  afterEach(async () => {
    for (const presence of running) await presence.stop()
  })

  function node(nodeId: string): Presence {
    const bus = createBus((error) => {
      throw error
    })
    bus.onEvents((events: readonly DomainEvent[]) => {
      for (const event of events) {
        if (event.type === 'agent.updated') told.push(`${event.agent.id[0]} ${event.agent.present}`)
      }
    })
    bus.onSignal((signal: Signal) => void told.push(signal.kind))
    const presence = createPresence({
      store,
      bus,
      nodeId,
      log: silent,
      agentView: async (agentId) =>
        ({
          id: agentId,
          present: (await store.presentAgents([agentId])).has(agentId),
        }) as unknown as AgentView,
      heartbeatMs: 200,
      graceMs: async () => GRACE_MS,
    })
    running.push(presence)
    presence.start()
    return presence
  }

  const present = async () => [...(await store.presentAgents())].sort()
  const whoIsTold = () => told.filter((text) => text !== 'availability-changed')

  it('is told once when an agent comes, however many screens he opens, and when he is gone for good', async () => {
    const [one, two] = [node('n1'), node('n2')]
    one.connected(ANN)
    one.connected(ANN)
    await expect.poll(present).toEqual([ANN])
    two.connected(ANN)
    await expect.poll(() => told.length).toBe(2)
    one.disconnected(ANN, { signedOut: false })
    one.disconnected(ANN, { signedOut: false })
    // Longer than the grace period: the other node still sees him.
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS * 1.5))
    expect(await present()).toEqual([ANN])
    two.disconnected(ANN, { signedOut: false })
    await expect.poll(present).toEqual([])
    await expect.poll(whoIsTold).toEqual(['1 true', '1 false'])
    expect(told.filter((text) => text === 'availability-changed')).toHaveLength(2)
  })

  it('is not told when an agent only reloads the page', async () => {
    const one = node('n1')
    one.connected(ANN)
    await expect.poll(whoIsTold).toEqual(['1 true'])
    for (let i = 0; i < 5; i += 1) {
      one.disconnected(ANN, { signedOut: false })
      one.connected(ANN)
    }
    one.connected(BOB)
    await expect.poll(whoIsTold).toEqual(['1 true', '2 true'])
  })

  it('ends at once when the agent signs out', async () => {
    const one = node('n1')
    one.connected(ANN)
    await expect.poll(whoIsTold).toEqual(['1 true'])
    one.disconnected(ANN, { signedOut: true })
    await expect.poll(whoIsTold).toEqual(['1 true', '1 false'])
  })

  it('outlives the crash of a node by the grace period, and is then ended by another node', async () => {
    const one = node('n1')
    one.connected(ANN)
    one.connected(BOB)
    await expect.poll(whoIsTold).toHaveLength(2)
    // A crash says nothing: its heartbeats just end.
    await one.stop()
    const two = node('n2')
    two.connected(BOB)
    expect(await present()).toEqual([ANN, BOB])
    await expect.poll(present).toEqual([BOB])
    await expect.poll(whoIsTold).toEqual(['1 true', '2 true', '1 false'])
  })

  it('comes back after the database was away for longer than the grace period', async () => {
    const one = node('n1')
    one.connected(ANN)
    await expect.poll(whoIsTold).toEqual(['1 true'])
    await database.store.db.collection('presence').deleteMany({})
    await expect.poll(present).toEqual([ANN])
    await expect.poll(whoIsTold).toEqual(['1 true', '1 true'])
  })
})

describe('the register of nodes', () => {
  let clockMs: number
  let running: NodeRegistry[]
  let syncs: string[]

  beforeEach(() => {
    clockMs = 0
    running = []
    syncs = []
  })
  afterEach(async () => {
    for (const registry of running) await registry.stop()
  })

  function node(nodeId: string): NodeRegistry {
    const registry = createNodeRegistry({
      store: createNodeRecordStore(database.store.connection),
      bus: { requireSync: () => void syncs.push(nodeId) },
      nodeId,
      role: 'all',
      log: silent,
      monotonic: () => clockMs,
      heartbeatMs: 20,
    })
    running.push(registry)
    return registry
  }
  const living = (registry: NodeRegistry) => registry.livingNodes().map((one) => one.nodeId)

  /** Lets the clock run for a node's own eyes, with time for heartbeats in between. */
  async function pass(totalMs: number): Promise<void> {
    for (let passed = 0; passed < totalMs; passed += 1_000) {
      clockMs += 1_000
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
  }

  /** A peer that beats until it is told to die. */
  function peer(nodeId: string): () => void {
    const records = createNodeRecordStore(database.store.connection)
    const timer = setInterval(() => void records.beat(nodeId, 'worker'), 20)
    return () => clearInterval(timer)
  }

  it('knows who lives, and takes a clean goodbye calmly', async () => {
    const [a, b] = [node('a'), node('b')]
    await a.start()
    await b.start()
    await expect
      .poll(() => [living(a), living(b)])
      .toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ])
    await b.stop()
    await expect.poll(() => living(a)).toEqual(['a'])
    expect(syncs).toEqual([])
  })

  it('lets every screen read again when a node is gone without a goodbye, once', async () => {
    const [a, b] = [node('a'), node('b')]
    await a.start()
    await b.start()
    const kill = peer('c')
    await expect.poll(() => living(a)).toEqual(['a', 'b', 'c'])
    await pass(10_000)
    expect(syncs).toEqual([])
    kill()
    await pass(7_000)
    expect(syncs).toEqual([])
    await pass(10_000)
    expect(syncs.sort()).toEqual(['a', 'b'])
    expect(living(a)).toEqual(['a', 'b'])
    const again = peer('c')
    await expect.poll(() => living(a)).toEqual(['a', 'b', 'c'])
    again()
    expect(syncs).toHaveLength(2)
  })

  it('is not alarmed by nodes that were gone before it began', async () => {
    await database.store.db
      .collection<{ _id: string; role: string; startedAt: Date; seenAt: Date }>('nodes')
      .insertOne({ _id: 'old', role: 'all', startedAt: new Date(0), seenAt: new Date(0) })
    const a = node('a')
    await a.start()
    expect(living(a)).toEqual(['a'])
    await pass(12_000)
    expect(syncs).toEqual([])
  })

  it('does not blame the others for a time when it was away itself', async () => {
    const a = node('a')
    await a.start()
    const kill = peer('c')
    await expect.poll(() => living(a)).toEqual(['a', 'c'])
    clockMs += 60_000
    await pass(2_000)
    expect(syncs).toEqual([])
    expect(living(a)).toEqual(['a', 'c'])
    kill()
  })
})
