import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import type { ChannelId } from '../../src/domain/ids.ts'
import { openStores } from '../../src/runtime/open-stores.ts'
import { connectStore } from '../../src/store/connect.ts'
import { startEmbeddedEngine } from '../../src/store/engine/embedded-engine.ts'
import { type ServerUnderTest, startServer, temporaryFolder } from '../harness/real-server.ts'
import { keepAgent } from '../harness/stored-agent.ts'
import { waitingConversation } from '../harness/stored-conversation.ts'

const SEED_BATCH = 2_000
const LOOK_MS = 50
/** Longer than any run: the devices of the agents stay connected to a node that is not there. */
const PRESENT_MS = 3_600_000
const WAITING = 'tributary_routing_waiting'
/** Counted with each assignment, whereas what waits is counted seldom. */
const ASSIGNED = 'tributary_routing_wait_seconds_count'
const PATIENCE_MS = 300_000
const NEVER = { timeZone: 'UTC', weekly: [], timeOff: [], holidays: [] }

/** How a real server gives everything that waits to agents who all begin at the same moment. */
export async function measureDrain(
  waiting: number,
  agents: number,
): Promise<{ readonly seconds: number; readonly firstMs: number; readonly assigned: number }> {
  const folder = await temporaryFolder()
  try {
    const first = await startServer(folder.path)
    const { channelId } = first
    const { version } = (await first.call('GET', `/channels/${channelId}`)).body
    const everyone = { target: { kind: 'agents-and-teams', agentIds: 'all' }, strategy: 'least-open' }
    await change(first, `/channels/${channelId}`, { policy: { steps: [everyone] }, version })
    await settings(first, { schedule: NEVER, defaultCapacity: { total: Math.ceil(waiting / agents) } })
    await first.stop()
    await seed(folder.path, waiting, agents, channelId as ChannelId)
    const server = await startServer(folder.path)
    const measured = await drain(server, waiting)
    await server.stop()
    return { ...measured, assigned: await countAssigned(folder.path) }
  } finally {
    await folder.remove()
  }
}

async function drain(server: ServerUnderTest, waiting: number) {
  // The start has looked at everything once and found nobody.
  while ((await server.metric(WAITING)) < waiting) await sleep(LOOK_MS)
  await sleep(2_000)
  const startedAt = performance.now()
  await settings(server, { schedule: null })
  let firstMs: number | undefined
  for (let assigned = 0; assigned < waiting; ) {
    assigned = await server.metric(ASSIGNED)
    const passedMs = performance.now() - startedAt
    if (assigned > 0) firstMs ??= passedMs
    if (passedMs > PATIENCE_MS) break
    await sleep(LOOK_MS)
  }
  return { seconds: (performance.now() - startedAt) / 1_000, firstMs: firstMs ?? Number.NaN }
}

async function settings(server: ServerUnderTest, body: object): Promise<void> {
  const { version } = (await server.call('GET', '/routing/settings')).body
  await change(server, '/routing/settings', { ...body, version })
}

async function change(server: ServerUnderTest, path: string, body: object): Promise<void> {
  const { status, body: answer } = await server.call('PATCH', path, body)
  if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(answer)}`)
}

async function openData(dataDir: string) {
  const log = pino({ level: 'warn' })
  const engine = await startEmbeddedEngine({ dataDir, log })
  const store = await connectStore({ uri: engine.uri, dbName: 'tributary', embedded: true, log })
  return {
    db: store.db,
    stores: await openStores(store.connection),
    close: async () => {
      await store.close()
      await engine.stop()
    },
  }
}

async function seed(dataDir: string, waiting: number, agents: number, channelId: ChannelId): Promise<void> {
  const { stores, close } = await openData(dataDir)
  for (let index = 0; index < agents; index += 1) {
    const agentId = await keepAgent(stores, `Agent ${index}`, `agent-${index}@example.com`)
    await stores.presence.record('bench', [{ agentId, sockets: 1 }], PRESENT_MS)
  }
  const nowMs = Date.now()
  for (let done = 0; done < waiting; done += SEED_BATCH) {
    const part = Math.min(SEED_BATCH, waiting - done)
    await stores.conversations.createMissing(
      Array.from({ length: part }, (_, index) => {
        const atMs = nowMs - waiting + done + index
        return waitingConversation(channelId, atMs, { routing: { status: 'pending', sinceMs: atMs } })
      }),
    )
  }
  await close()
}

async function countAssigned(dataDir: string): Promise<number> {
  const { db, close } = await openData(dataDir)
  const assigned = await db.collection('conversations').countDocuments({ assigneeId: { $ne: null } })
  await close()
  return assigned
}
