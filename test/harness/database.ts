/** One real embedded engine for a test file, with every collection and index of the product. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
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

/** A database whose closing is seen to. */
export type SharedDatabase = Omit<TestDatabase, 'close'>

/** One database for all tests of the file that calls it: opens before the first, closes after the last. */
export function sharedDatabase(): SharedDatabase {
  let opened: TestDatabase | undefined
  beforeAll(async () => {
    opened = await openTestDatabase()
  })
  afterAll(() => opened?.close())
  const open = (): TestDatabase => {
    if (!opened) throw new Error('the database opens before the first test, and not earlier')
    return opened
  }
  return {
    get store() {
      return open().store
    },
    get stores() {
      return open().stores
    },
    empty: () => open().empty(),
  }
}

/** The same, with nothing in it when a test begins, nor when a later `beforeEach` of the file does. */
export function freshDatabase(): SharedDatabase {
  const database = sharedDatabase()
  beforeEach(() => database.empty())
  return database
}
