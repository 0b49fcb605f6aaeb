/** A database of its own for a test file, on a real embedded engine, with every collection and index of the product. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import { openStores, type Stores } from '../../src/runtime/open-stores.ts'
import { connectStore, type StoreConnection } from '../../src/store/connect.ts'
import { startTestEngine } from './test-engine.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** An empty database, named as no other, and the engine that it is on. */
export interface Place {
  readonly uri: string
  readonly dbName: string
  /** To be called when nobody is connected to it any more and it was dropped. */
  leave(): Promise<void>
}

/** A place on the engine that all files of the suite share, or where the suite has none, on one of this file's own. */
export async function openPlace(): Promise<Place> {
  const dbName = `test-${randomUUID()}`
  const uri = inject('engineUri')
  if (uri !== undefined) return { uri, dbName, leave: async () => undefined }
  const engine = await startTestEngine()
  return { uri: engine.uri, dbName, leave: engine.stop }
}

export interface TestDatabase {
  readonly store: StoreConnection
  readonly stores: Stores
  /** Removes every document and keeps the indexes. */
  empty(): Promise<void>
  close(): Promise<void>
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const { uri, dbName, leave } = await openPlace()
  const store = await connectStore({ uri, dbName, embedded: true, log: silent })
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
      await store.db.dropDatabase()
      await store.close()
      await leave()
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
