import { pino } from 'pino'
import type {
  AgentId,
  ChannelId,
  ContactId,
  ContactIdentityId,
  ConversationId,
} from '../../src/domain/ids.ts'
import { connectStore } from '../../src/store/connect.ts'
import { createConversationStore } from '../../src/store/conversation-store.ts'
import { startEmbeddedEngine } from '../../src/store/engine/embedded-engine.ts'
import { freshId } from '../../src/store/object-id.ts'
import type { StoredConversation } from '../../src/store/stored-conversation.ts'
import { type ServerUnderTest, startServer, temporaryFolder } from '../harness/real-server.ts'
import { quantile } from './measures.ts'

const SEED_BATCH = 2_000

/** Times of reading one page of an agent's open conversations among `total` of the workspace. */
export async function measureList(
  total: number,
  requests: number,
): Promise<{ readonly p50: number; readonly p95: number }> {
  const folder = await temporaryFolder()
  try {
    const first = await startServer(folder.path)
    const owner = (await first.call('GET', '/profile')).body['id'] as AgentId
    const { channelId } = first
    await first.stop()
    await seed(folder.path, total, owner, channelId as ChannelId)
    return await readLists(folder.path, requests)
  } finally {
    await folder.remove()
  }
}

async function seed(dataDir: string, total: number, owner: AgentId, channelId: ChannelId): Promise<void> {
  const log = pino({ level: 'warn' })
  const engine = await startEmbeddedEngine({ dataDir, log })
  const store = await connectStore({ uri: engine.uri, dbName: 'tributary', embedded: true, log })
  const conversations = createConversationStore(store.connection)
  await conversations.ensureIndexes()
  const agents = [owner, ...Array.from({ length: 99 }, () => freshId() as AgentId)]
  for (let done = 0; done < total; done += SEED_BATCH) {
    await conversations.createMissing(
      Array.from({ length: SEED_BATCH }, (_, index) => seeded(done + index, agents, channelId)),
    )
  }
  await store.close()
  await engine.stop()
}

function seeded(index: number, agents: readonly AgentId[], channelId: ChannelId): StoredConversation {
  const atMs = Date.now() - (index % 86_400) * 1_000
  const assigneeId = agents[index % (agents.length + 1)]
  return {
    id: freshId() as ConversationId,
    channelId,
    threadKey: `seed-${index}`,
    identityId: freshId() as ContactIdentityId,
    identityExternalId: `seed-${index}`,
    contactId: freshId() as ContactId,
    contactName: `Customer ${index}`,
    status: index % 5 === 0 ? 'open' : 'resolved',
    ...(assigneeId ? { assigneeId } : {}),
    workType: 'messaging',
    priority: 'normal',
    tags: ['order'],
    unreadCount: index % 3,
    readOrder: 0,
    lastInboundOrder: atMs * 1_000,
    lastInboundAtMs: atMs,
    lastActivityAtMs: atMs,
    createdAtMs: atMs,
    routing: { status: 'settled', sinceMs: atMs },
    version: 1,
  }
}

async function readLists(
  dataDir: string,
  requests: number,
): Promise<{ readonly p50: number; readonly p95: number }> {
  const server: Pick<ServerUnderTest, 'call' | 'stop'> = await startServer(dataDir)
  const samples: number[] = []
  for (let index = 0; index < requests; index += 1) {
    const startedAt = performance.now()
    const { status } = await server.call('GET', '/conversations?view=mine&status=open&limit=25')
    samples.push(performance.now() - startedAt)
    if (status !== 200) throw new Error(`the list answered ${status}`)
  }
  await server.stop()
  return { p50: quantile(samples, 0.5), p95: quantile(samples, 0.95) }
}
