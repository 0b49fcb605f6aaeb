import { connectStore, type StoreConnection } from '../store/connect.ts'
import { type EmbeddedEngine, startEmbeddedEngine } from '../store/engine/embedded-engine.ts'
import type { Config } from './config.ts'
import type { Logger } from './logger.ts'

/** The database of this process. */
export interface Database extends StoreConnection {
  /** The embedded engine serves this process alone; an external database may serve many. */
  readonly embedded: boolean
  /** Where the data lies, for people. */
  readonly place: string
}

/**
 * Opens the external database, or starts the embedded engine and connects to it.
 * @param stopping aborts a start that nobody waits for any more
 * @throws StoreConnectError, EngineError: one line each that says what to do
 */
export async function openDatabase(
  config: Config,
  log: Logger,
  engineEvents: { readonly onDown: () => void; readonly onUp: () => void },
  stopping: AbortSignal,
): Promise<Database> {
  const { mongodbUri, mongodbDb: dbName, dataDir } = config
  if (mongodbUri !== undefined) {
    const store = await connectStore({ uri: mongodbUri, dbName, embedded: false, log, stopping })
    return { ...store, embedded: false, place: `MongoDB (${store.topology}), database ${dbName}` }
  }
  const engine: EmbeddedEngine = await startEmbeddedEngine({ dataDir, log, stopping })
  let deaths = 0
  engine.onDown(() => {
    deaths += 1
    engineEvents.onDown()
  })
  engine.onUp(engineEvents.onUp)
  try {
    const store = await connectStore({ uri: engine.uri, dbName, embedded: true, log, stopping })
    return {
      ...store,
      embedded: true,
      interruptions: () => store.interruptions() + deaths,
      place: dataDir,
      close: async () => {
        await store.close()
        await engine.stop()
      },
    }
  } catch (error) {
    await engine.stop()
    throw error
  }
}
