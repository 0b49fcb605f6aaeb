import { randomBytes } from 'node:crypto'
import { startEmbeddedEngine } from '../../../src/store/engine/embedded-engine.ts'
import { temporaryFolder } from '../../harness/real-server.ts'
import { createRedisServer } from '../realtime/redis-server.ts'

/** What several server processes share: one database, one Redis, one key. */
export interface Installation {
  /** Settings of a node. */
  readonly env: Readonly<Record<string, string>>
  /** For what a node writes beside the database. */
  readonly folder: string
  close(): Promise<void>
}

/** Starts a database and a Redis that belong to no server. */
export async function openInstallation(): Promise<Installation> {
  const folder = await temporaryFolder()
  const redis = await createRedisServer()
  await redis.start()
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const engine = await startEmbeddedEngine({ dataDir: folder.path, log, execArgv: ['--import', 'tsx'] })
  return {
    env: {
      MONGODB_URI: engine.uri,
      REDIS_URL: redis.url,
      SECRET_KEY: randomBytes(32).toString('hex'),
    },
    folder: folder.path,
    async close() {
      await engine.stop()
      await redis.kill()
      await folder.remove()
    },
  }
}
