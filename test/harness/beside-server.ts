/** The database of a running server, seen from beside it, and turned on where a test would else wait for a clock. */
import { join } from 'node:path'
import { connectStore, type StoreConnection } from '../../src/store/connect.ts'
import { readOwner } from '../../src/store/engine/data-folder.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Hands over the database of the server that has a data folder, for as long as `work` takes. */
export async function besideServer<T>(
  dataDir: string,
  work: (db: StoreConnection['db']) => Promise<T>,
): Promise<T> {
  const owner = await readOwner(dataDir)
  if (!owner) throw new Error(`no server has ${dataDir}`)
  const socket = encodeURIComponent(join(owner.socketFolder, 'engine.sock'))
  const store = await connectStore({
    uri: `mongodb://${socket}/?directConnection=true`,
    dbName: 'tributary',
    embedded: true,
    log: silent,
  })
  try {
    return await work(store.db)
  } finally {
    await store.close()
  }
}
