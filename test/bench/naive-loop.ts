import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { connectStore } from '../../src/store/connect.ts'
import { startEmbeddedEngine } from '../../src/store/engine/embedded-engine.ts'
import { temporaryFolder } from '../harness/real-server.ts'

/**
 * What a server does that writes each message as it comes: one insert and one update of the conversation, each
 * waited for and each durable, on the raw driver and the same engine, without HTTP.
 * @returns messages per second at each concurrency
 */
export async function measureNaiveLoop(
  count: number,
  concurrencies: readonly number[],
  newConversations: boolean,
): Promise<readonly number[]> {
  const folder = await temporaryFolder()
  const log = pino({ level: 'warn' })
  const engine = await startEmbeddedEngine({ dataDir: folder.path, log })
  const store = await connectStore({ uri: engine.uri, dbName: 'bench', embedded: true, log })
  try {
    const messages = store.db.collection('messages')
    const conversations = store.db.collection<{ _id: string }>('conversations')
    await messages.createIndex({ channelId: 1, externalId: 1 }, { unique: true })
    await messages.createIndex({ conversationId: 1, createdAt: -1 })
    await conversations.createIndex({ status: 1, lastActivityAt: -1 })
    const rates: number[] = []
    for (const concurrency of concurrencies) {
      let next = 0
      const work = async (): Promise<void> => {
        for (let index = next++; index < count; index = next++) {
          const conversationId = newConversations ? randomUUID() : `c${index % 2_000}`
          const text = `Where is my order ${index}? It should have come last week.`
          const at = new Date()
          await messages.insertOne({
            channelId: 'c',
            externalId: randomUUID(),
            conversationId,
            text,
            createdAt: at,
          })
          await conversations.updateOne(
            { _id: conversationId },
            {
              $set: { status: 'open', lastActivityAt: at, preview: text },
              $inc: { unreadCount: 1, version: 1 },
            },
            { upsert: true },
          )
        }
      }
      const startedAt = performance.now()
      await Promise.all(Array.from({ length: concurrency }, work))
      rates.push((count / (performance.now() - startedAt)) * 1_000)
    }
    return rates
  } finally {
    await store.close()
    await engine.stop()
    await folder.remove()
  }
}
