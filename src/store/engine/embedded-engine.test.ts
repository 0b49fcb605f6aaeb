import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectStore, isUnreachable, type StoreConnection } from '../connect.ts'
import type { StoreLog } from '../log.ts'
import { readOwner } from './data-folder.ts'
import { type EmbeddedEngine, startEmbeddedEngine } from './embedded-engine.ts'

const MINUTE_MS = 60_000
/** The child is TypeScript here, as this test is. */
const execArgv = ['--import', 'tsx']

let dataDir: string
let lines: string[]
const cleanUps: (() => Promise<unknown>)[] = []

const note = (level: string) => (_fields: object, text: string) => void lines.push(`${level}: ${text}`)
const log: StoreLog = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }

beforeEach(async () => {
  lines = []
  dataDir = await mkdtemp(join(tmpdir(), 'engine-'))
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  await rm(dataDir, { recursive: true, force: true })
}, MINUTE_MS)

async function start(): Promise<EmbeddedEngine> {
  const engine = await startEmbeddedEngine({ dataDir, log, execArgv })
  cleanUps.push(() => engine.stop())
  return engine
}

async function connect(engine: EmbeddedEngine): Promise<StoreConnection> {
  const store = await connectStore({ uri: engine.uri, dbName: 'test', embedded: true, log })
  cleanUps.push(() => store.close())
  return store
}

async function until(condition: () => unknown): Promise<void> {
  while (!condition()) await sleep(10)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const socketOf = (uri: string): string => decodeURIComponent(/^mongodb:\/\/([^/]+)\//.exec(uri)?.[1] ?? '')

/** A server of its own that holds the data folder until it is killed. */
async function startOtherServer(): Promise<{ host: ChildProcess; uri: string; enginePid: number }> {
  const code = `
    import { startEmbeddedEngine } from ${JSON.stringify(new URL('./embedded-engine.ts', import.meta.url).href)}
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const engine = await startEmbeddedEngine({ dataDir: ${JSON.stringify(dataDir)}, log, execArgv: ['--import', 'tsx'] })
    process.stdout.write(JSON.stringify({ uri: engine.uri, enginePid: engine.pid }))
    setInterval(() => undefined, 1_000)`
  const host = spawn(process.execPath, [...execArgv, '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [chunk] = (await once(host.stdout, 'data')) as [Buffer]
  const other = JSON.parse(chunk.toString()) as { uri: string; enginePid: number }
  cleanUps.push(async () => {
    host.kill('SIGKILL')
    await until(() => !isRunning(other.enginePid))
  })
  return { host, ...other }
}

describe('a running engine', () => {
  it(
    'is a standalone server with the parameters that we depend on',
    async () => {
      const engine = await start()
      const store = await connect(engine)
      expect(store.topology).toBe('standalone')
      const parameters = await store.db
        .admin()
        .command({ getParameter: 1, internalQueryPlanRanker: 1, wiredTigerEngineRuntimeConfig: 1 })
      expect(parameters['internalQueryPlanRanker']).toBe('multiPlanning')
      expect(parameters['wiredTigerEngineRuntimeConfig']).toMatch(/^cache_size=\d+M$/)
      const written = await store.db.collection('things').insertOne({ a: 1 })
      expect(written.acknowledged).toBe(true)
      expect(store.db.collection('things').writeConcern).toMatchObject({ w: 1, journal: true })
    },
    MINUTE_MS,
  )

  it(
    'answers a query that two indexes fit over 20,000 documents',
    async () => {
      const store = await connect(await start())
      const things = store.db.collection('things')
      await things.insertMany(Array.from({ length: 20_000 }, (_, i) => ({ a: i % 2, b: i % 3, c: i })))
      await things.createIndexes([{ key: { a: 1, c: 1 } }, { key: { b: 1, c: 1 } }])
      const found = await things
        .find({ a: 1, b: 2, d: { $exists: false } })
        .sort({ c: -1 })
        .limit(25)
        .toArray()
      expect(found).toHaveLength(25)
      expect(await things.find({ a: 1, b: 2, c: { $mod: [20_000, 19_997] } }).toArray()).toHaveLength(1)
      expect(await things.find({ a: 1, b: 2, d: 1 }).toArray()).toHaveLength(0)
    },
    MINUTE_MS,
  )

  it(
    'carries messages larger than one socket read, many at a time',
    async () => {
      const store = await connect(await start())
      const blobs = store.db.collection<{ _id: number; text: string }>('blobs')
      const texts = Array.from({ length: 12 }, (_, i) => String.fromCharCode(97 + i).repeat(1_000_000 + i))
      await Promise.all(texts.map((text, i) => blobs.insertOne({ _id: i, text })))
      const read = await Promise.all(texts.map((_, i) => blobs.findOne({ _id: i })))
      expect(read.map((blob) => blob?.text.length)).toEqual(texts.map((text) => text.length))
    },
    MINUTE_MS,
  )

  it(
    'leaves signals to the server, which closes it when it has drained',
    async () => {
      const engine = await start()
      const { pid } = engine
      if (pid === undefined) throw new Error('no engine')
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal)
      const store = await connect(engine)
      await store.db.collection('things').insertOne({ a: 1 })
      await store.close()
      await engine.stop()
      expect([isRunning(pid), existsSync(dirname(socketOf(engine.uri))), await readOwner(dataDir)]).toEqual([
        false,
        false,
        undefined,
      ])
      expect(lines.filter((line) => !line.startsWith('info'))).toEqual([])
    },
    MINUTE_MS,
  )
})

describe('kill -9 of the engine', () => {
  it(
    'loses no acknowledged write, and the same connection goes on',
    async () => {
      const engine = await start()
      const store = await connect(engine)
      const seen = { downs: 0, ups: 0 }
      engine.onDown(() => void (seen.downs += 1))
      engine.onUp(() => void (seen.ups += 1))
      const numbers = store.db.collection<{ _id: number }>('numbers')
      const acknowledged: number[] = []
      let next = 0
      let writing = true
      const writers = Array.from({ length: 8 }, async () => {
        while (writing) {
          const _id = next++
          await numbers.insertOne({ _id }).then(
            () => void acknowledged.push(_id),
            () => undefined,
          )
        }
      })

      const kills = 3
      for (let kill = 1; kill <= kills; kill++) {
        const before = acknowledged.length
        await until(() => acknowledged.length > before + 200)
        if (engine.pid !== undefined) process.kill(engine.pid, 'SIGKILL')
        await until(() => seen.ups === kill)
      }
      const last = acknowledged.length
      await until(() => acknowledged.length > last)
      writing = false
      await Promise.all(writers)

      const stored = new Set((await numbers.find().toArray()).map(({ _id }) => _id))
      expect(acknowledged.filter((_id) => !stored.has(_id))).toEqual([])
      expect(seen).toEqual({ downs: kills, ups: kills })
      expect(lines.filter((line) => line.startsWith('error'))).toEqual(
        Array(kills).fill('error: the embedded engine died'),
      )
    },
    2 * MINUTE_MS,
  )
})

it(
  'ends an engine that lives but is frozen, and the same connection goes on with the next',
  async () => {
    const engine = await startEmbeddedEngine({ dataDir, log, execArgv, lookEveryMs: 100 })
    cleanUps.push(() => engine.stop())
    const store = await connect(engine)
    const things = store.db.collection('things')
    await things.insertOne({ a: 1 })
    const up = new Promise<void>((resolve) => engine.onUp(resolve))
    const frozen = engine.pid ?? 0
    process.kill(frozen, 'SIGSTOP')
    await up
    expect(engine.pid).not.toBe(frozen)
    expect(await things.countDocuments()).toBe(1)
    expect(lines).toContain('error: the embedded engine does not answer any more; it is ended')
  },
  MINUTE_MS,
)

it(
  'tries again and again while the engine cannot start, and then serves',
  async () => {
    const engine = await start()
    const store = await connect(engine)
    const things = store.db.collection('things')
    await things.insertOne({ a: 1 })
    let ups = 0
    engine.onUp(() => void (ups += 1))

    await rename(join(dataDir, 'db'), join(dataDir, 'moved'))
    await writeFile(join(dataDir, 'db'), 'in the way')
    if (engine.pid !== undefined) process.kill(engine.pid, 'SIGKILL')
    await until(() => lines.filter((line) => line === 'error: the engine did not restart').length >= 2)
    expect(engine.pid).toBeUndefined()
    await expect(things.countDocuments()).rejects.toSatisfy(isUnreachable)

    await rm(join(dataDir, 'db'))
    await rename(join(dataDir, 'moved'), join(dataDir, 'db'))
    await until(() => ups === 1)
    expect(await things.countDocuments()).toBe(1)
  },
  MINUTE_MS,
)

describe('a data folder', () => {
  it(
    'in use by a living server is refused, naming it',
    async () => {
      const { host } = await startOtherServer()
      await expect(start()).rejects.toMatchObject({
        name: 'EngineError',
        reason: 'data-folder-in-use',
        exitCode: 75,
        message: `The data folder ${dataDir} is in use by the server with process id ${host.pid}: stop it, or set DATA_DIR to another folder.`,
      })
    },
    MINUTE_MS,
  )

  it(
    'that is free for a moment, because the engine of a living server died, is not taken from it',
    async () => {
      const { host, enginePid } = await startOtherServer()
      const owner = await readFile(join(dataDir, 'server.json'), 'utf8')
      host.kill('SIGSTOP')
      process.kill(enginePid, 'SIGKILL')
      await expect(start()).rejects.toMatchObject({ reason: 'data-folder-in-use', exitCode: 75 })
      expect(await readFile(join(dataDir, 'server.json'), 'utf8')).toBe(owner)
      host.kill('SIGKILL')
      await once(host, 'exit')
      await connect(await start())
    },
    MINUTE_MS,
  )

  it(
    'of a killed server opens again at once, and its engine does not stay behind',
    async () => {
      const { host, uri, enginePid } = await startOtherServer()
      host.kill('SIGKILL')
      await once(host, 'exit')
      const store = await connect(await start())
      await store.db.collection('things').insertOne({ a: 1 })
      await until(() => !isRunning(enginePid))
      expect(existsSync(dirname(socketOf(uri)))).toBe(false)
    },
    MINUTE_MS,
  )

  it(
    'opens again after server and engine were killed together',
    async () => {
      const { host, uri, enginePid } = await startOtherServer()
      host.kill('SIGKILL')
      process.kill(enginePid, 'SIGKILL')
      await once(host, 'exit')
      await connect(await start())
      expect(existsSync(dirname(socketOf(uri)))).toBe(false)
    },
    MINUTE_MS,
  )

  it(
    'that holds something else is refused with the cause',
    async () => {
      await writeFile(join(dataDir, 'db'), 'not a folder')
      await expect(start()).rejects.toMatchObject({ reason: 'open-failed', exitCode: 70 })
      expect(await readFile(join(dataDir, 'db'), 'utf8')).toBe('not a folder')
    },
    MINUTE_MS,
  )
})
