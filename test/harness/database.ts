/** One real embedded engine for a test file, with every collection and index of the product. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStores, type Stores } from '../../src/runtime/open-stores.ts'
import { connectStore, type StoreConnection } from '../../src/store/connect.ts'
import { startEmbeddedEngine } from '../../src/store/engine/embedded-engine.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

export interface TestDatabase {
  readonly store: StoreConnection
  readonly stores: Stores
  /** Removes every document and keeps the indexes. */
  empty(): Promise<void>
  close(): Promise<void>
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'database-test-'))
  const engine = await startEmbeddedEngine({
    dataDir: folder,
    log: silent,
    execArgv: ['--import', import.meta.resolve('tsx')],
  })
  const store = await connectStore({ uri: engine.uri, dbName: 'test', embedded: true, log: silent })
  return {
    store,
    stores: await openStores(store.connection),
    async empty() {
      const collections = await store.db.collections()
      await Promise.all(
        collections.map((collection) => collection.deleteMany({}, { writeConcern: { w: 1 } })),
      )
    },
    async close() {
      await store.close()
      await engine.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
