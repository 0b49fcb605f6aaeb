import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { connectStore } from './connect.ts'
import { isDatabaseUnavailable } from './database-error.ts'
import { startEmbeddedEngine } from './engine/embedded-engine.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
/** More than the system's buffers on both sides hold, so that some of it waits in the driver's socket. */
const LARGE_BYTES = 12 * 2 ** 20

interface Gate {
  readonly uri: string
  /** Reads no more from any client. */
  stall(): void
  /** Ends each connection the way a killed process does. */
  cut(): void
  close(): Promise<void>
}

/** Stands between the driver and the engine. */
async function openGate(socketPath: string): Promise<Gate> {
  const clients = new Set<Socket>()
  const server = createServer((client) => {
    const engine = connect(socketPath)
    clients.add(client)
    client.on('error', () => undefined).on('close', () => engine.destroy())
    engine.on('error', () => undefined).on('close', () => client.destroy())
    client.pipe(engine).pipe(client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    stall: () => {
      for (const client of clients) client.unpipe().pause()
    },
    cut: () => {
      for (const client of clients) client.destroy()
    },
    close: async () => {
      for (const client of clients) client.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

it.each([
  ['closes it', (gate: Gate) => gate.cut()],
  ['is silent until the driver gives it up', () => undefined],
])(
  'a large write ends when the server reads no more of it and %s',
  async (_what, end) => {
    const folder = await mkdtemp(join(tmpdir(), 'drain-test-'))
    const engine = await startEmbeddedEngine({
      dataDir: folder,
      log: silent,
      execArgv: ['--import', import.meta.resolve('tsx')],
    })
    const socketPath = decodeURIComponent(/^mongodb:\/\/([^/?]*)/.exec(engine.uri)?.[1] ?? '')
    const gate = await openGate(socketPath)
    const store = await connectStore({ uri: gate.uri, dbName: 'test', embedded: true, log: silent })
    const large = { text: 'x'.repeat(LARGE_BYTES) }
    await store.db.collection('drain').insertOne({ ...large })
    gate.stall()
    const writing = store.db
      .collection('drain')
      .insertOne({ ...large })
      .then(
        () => 'written',
        (error: unknown) => error,
      )
    await sleep(200)
    end(gate)
    const outcome = await Promise.race([writing, sleep(30_000, 'still waiting')])
    expect(outcome).toSatisfy(isDatabaseUnavailable)
    await store.close()
    await gate.close()
    await engine.stop()
    await rm(folder, { recursive: true, force: true })
  },
  60_000,
)
