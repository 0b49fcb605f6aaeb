/** Opens the one database connection that a process shares. */
import { setTimeout as sleep } from 'node:timers/promises'
import mongoose, { type Connection, type ConnectOptions } from 'mongoose'
import { endWaitsOfClosedConnections } from './driver-drain.ts'
import type { StoreLog } from './log.ts'

const { MongoNetworkError, MongoServerError, MongoServerSelectionError } = mongoose.mongo
const { MongooseServerSelectionError } = mongoose.Error

const POOL_SIZE = 20
/** How long an operation looks for a server: a request must fail while its sender still waits. */
const SERVER_SELECTION_MS = 3_000
const CONNECT_MS = 3_000
/** Also bounds how long a frozen server can hold requests: a failed heartbeat interrupts them. */
const HEARTBEAT_MS = 2_000
const RETRY_MS = 1_000
const AUTHENTICATION_FAILED = 18

export type Topology = 'standalone' | 'replica-set' | 'sharded'

/** The native database, from which the hot paths take collections. */
export type Db = NonNullable<Connection['db']>

export interface StoreConnection {
  readonly connection: Connection
  readonly db: Db
  readonly topology: Topology
  /**
   * How often a connection to the server was lost. Writes that were not waited for on disk are certain to be there
   * only if this stood still between them and a later write that was.
   */
  readonly interruptions: () => number
  close(): Promise<void>
}

/** The database cannot be used. The message is one line that says what to do. */
export class StoreConnectError extends Error {
  override readonly name = 'StoreConnectError'
  readonly exitCode = 69
}

/** Whether an operation failed because no server could be reached, and may succeed when tried again later. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongooseServerSelectionError
  )
}

/** Host names only: the connection string may hold a password. */
function hostsOf(uri: string): string {
  return /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/?]*)/.exec(uri)?.[1] || 'the given address'
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

function explain(uri: string, error: unknown): StoreConnectError {
  const where = hostsOf(uri)
  if (error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED) {
    return new StoreConnectError(
      `MongoDB at ${where} refused the credentials: check user and password in MONGODB_URI.`,
    )
  }
  if (isUnreachable(error)) {
    return new StoreConnectError(
      `MongoDB at ${where} cannot be reached (${firstLine(error)}): start it, or correct MONGODB_URI.`,
      { cause: error },
    )
  }
  return new StoreConnectError(
    `MongoDB at ${where} cannot be used (${firstLine(error)}): check MONGODB_URI.`,
    {
      cause: error,
    },
  )
}

/**
 * What "acknowledged" means: on disk, and on a replica set with the majority. Operations must inherit it and
 * never name a write concern of their own: the embedded engine takes `w: "majority"` as leave to answer
 * before the journal is written, `j: true` or not, and then loses acknowledged writes on kill -9 (measured).
 */
const DURABLE_ALONE = { w: 1, j: true } as const
const DURABLE_IN_A_SET = { w: 'majority', j: true } as const

function optionsFor(dbName: string, topology: Topology): ConnectOptions {
  const alone = topology === 'standalone'
  return {
    dbName,
    appName: 'tributary',
    maxPoolSize: POOL_SIZE,
    serverSelectionTimeoutMS: SERVER_SELECTION_MS,
    connectTimeoutMS: CONNECT_MS,
    heartbeatFrequencyMS: HEARTBEAT_MS,
    writeConcern: alone ? DURABLE_ALONE : DURABLE_IN_A_SET,
    // Retried writes need sessions, which only a set has.
    retryWrites: !alone,
    // Fail at once rather than hold operations back while the database is away.
    bufferCommands: false,
    // Indexes and collections are made in one known place at start, not whenever a model is first touched.
    autoIndex: false,
    autoCreate: false,
  }
}

async function open(uri: string, options: ConnectOptions): Promise<Connection> {
  const connection = mongoose.createConnection(uri, options)
  try {
    return await connection.asPromise()
  } catch (error) {
    await connection.close(true).catch(() => undefined)
    throw error
  }
}

async function readTopology({ db }: Connection): Promise<Topology> {
  const hello = (await db?.command({ hello: 1 })) ?? {}
  if (hello['msg'] === 'isdbgrid') return 'sharded'
  return typeof hello['setName'] === 'string' ? 'replica-set' : 'standalone'
}

/**
 * Connects, and waits up to `waitMs` for a server that is still starting. Throws StoreConnectError. Once
 * connected, the driver finds its way back after every loss by itself.
 */
export async function connectStore(options: {
  readonly uri: string
  readonly dbName: string
  readonly embedded: boolean
  readonly log: StoreLog
  readonly waitMs?: number
  /** Aborts the waiting. */
  readonly stopping?: AbortSignal
}): Promise<StoreConnection> {
  const { uri, dbName, embedded, log, waitMs = 30_000, stopping } = options
  endWaitsOfClosedConnections()
  const startedAt = performance.now()
  let connection: Connection | undefined
  while (connection === undefined) {
    try {
      connection = await open(uri, optionsFor(dbName, 'standalone'))
    } catch (error) {
      const mayPass = isUnreachable(error) && performance.now() - startedAt < waitMs
      if (!mayPass) throw explain(uri, error)
      log.warn({ hosts: hostsOf(uri) }, 'waiting for MongoDB')
      await sleep(RETRY_MS, undefined, stopping ? { signal: stopping } : {})
    }
  }
  const topology = await readTopology(connection)
  if (topology !== 'standalone') {
    // How to write safely is a setting of the client, and only now it is known which.
    await connection.close()
    connection = await open(uri, optionsFor(dbName, topology))
  }
  const { db } = connection
  if (!db) throw new StoreConnectError('MongoDB was connected without a database: check MONGODB_URI.')
  if (!embedded) log.info({ topology, hosts: hostsOf(uri) }, 'connected to MongoDB')
  connection.on('disconnected', () => log.warn({}, 'the database connection was lost'))
  connection.on('reconnected', () => log.info({}, 'the database connection is back'))

  let interruptions = 0
  const client = connection.getClient()
  const interrupted = (): void => {
    interruptions += 1
  }
  client.on('connectionPoolCleared', interrupted)
  client.on('connectionClosed', ({ reason }) => {
    if (reason !== 'idle') interrupted()
  })
  client.on('serverHeartbeatFailed', interrupted)
  client.on('topologyDescriptionChanged', interrupted)

  const opened = connection
  return {
    connection: opened,
    db,
    topology,
    interruptions: () => interruptions,
    close: async () => {
      opened.removeAllListeners('disconnected')
      await opened.close()
    },
  }
}
