import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The built server. */
export const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))
const OWNER = { email: 'owner@example.com', password: 'correct horse battery staple' }

/** A JSON answer of the API. */
export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Calls the API as whoever signed in through it. */
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>

/** How a server process differs from a plain one. */
export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Options of Node itself, such as a module to load first. */
  readonly nodeOptions?: readonly string[]
}

/** The built server in a process of its own. */
export interface BareServer {
  readonly url: string
  /** The token of the set-up link; undefined when there is an owner. */
  readonly setUpToken: string | undefined
  readonly child: ChildProcess
  /** What it logged as an error of its own, a line each. */
  readonly errors: readonly string[]
  /** Ends the process in the ordinary way. @returns its exit code */
  stop(): Promise<number | null>
  /** Kills it without a word, and waits until it is gone. */
  kill(): Promise<void>
}

/** A server with one signed-in owner and one web chat channel whose secret is known. */
export interface ServerUnderTest extends BareServer {
  readonly cookie: string
  readonly channelId: string
  readonly visitorSecret: string
  readonly call: Call
  /** Megabytes of memory that the server process holds, without the engine. */
  residentMegabytes(): Promise<number>
  /** The value of a metric without labels. */
  metric(name: string): Promise<number>
}

/** A server ended before it was up. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted'
  /** What it was killed by; null where it ended by itself. */
  readonly signal: NodeJS.Signals | null

  constructor(signal: NodeJS.Signals | null, printed: string) {
    super(`the server did not start: ${printed}`)
    this.signal = signal
  }
}

/** A fresh data folder, removed by the returned function. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }) }
}

/** A process whose output has ended has ended itself, unless something holds it. */
const ENDS_MS = 20_000

/** A test that fails leaves its servers to us. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the server over a data folder and waits until it says where it is. */
export async function startBareServer(dataDir: string, options: ServerOptions = {}): Promise<BareServer> {
  const child = spawn(process.execPath, [...(options.nodeOptions ?? []), MAIN], {
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  running.add(child)
  child.once('exit', () => running.delete(child))
  const printed = await readOutput(child)
  if (typeof printed === 'string') {
    // Its output ends a moment before it does; nobody may find it alive over the same folder.
    await Promise.race([gone, sleep(ENDS_MS, undefined, { ref: false })])
    const { signalCode } = child
    child.kill('SIGKILL')
    await gone
    throw new NotStarted(signalCode, printed)
  }
  const { url, setUpToken, errors } = printed
  return {
    url,
    setUpToken,
    child,
    errors,
    async stop() {
      child.kill('SIGTERM')
      await gone
      return child.exitCode
    },
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Calls the API with whatever session it is given on the way. */
export function createCall(url: () => string): { readonly call: Call; readonly cookie: () => string } {
  let cookie = ''
  return {
    cookie: () => cookie,
    call: async (method, path, body) => {
      const response = await fetch(`${url()}/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', origin: url(), cookie },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
      const text = await response.text()
      return {
        status: response.status,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      }
    },
  }
}

/** Starts the server, sets it up and learns the secret of its first channel. */
export async function startServer(dataDir: string, options: ServerOptions = {}): Promise<ServerUnderTest> {
  const server = await startBareServer(dataDir, options)
  const { call, cookie } = createCall(() => server.url)
  if (server.setUpToken === undefined) await expectStatus(200, call('POST', '/session', OWNER))
  else {
    const command = { token: server.setUpToken, workspaceName: 'Test', name: 'Olga Owner', ...OWNER }
    await expectStatus(201, call('POST', '/set-up', command))
  }
  const channels = (await call('GET', '/channels')).body['items'] as { id: string }[]
  const channelId = channels[0]?.id ?? ''
  const { version } = (await call('GET', `/channels/${channelId}`)).body
  const rotated = await expectStatus(
    200,
    call('POST', `/channels/${channelId}/secrets/visitorSecret/rotate`, { version }),
  )
  return {
    ...server,
    get cookie() {
      return cookie()
    },
    channelId,
    visitorSecret: String(rotated.body['value']),
    call,
    residentMegabytes: () => residentMegabytes(server.child.pid ?? 0),
    async metric(name) {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
    },
  }
}

/** What a process holds in memory. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

/** Signs the owner in at a server that was set up before. */
export async function signIn(call: Call): Promise<void> {
  await expectStatus(200, call('POST', '/session', OWNER))
}

/** The process ids of a process's children: a server's is its database engine. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const children: number[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
    if (Number(/^\d+ \(.*\) \S (\d+)/.exec(stat)?.[1]) === pid) children.push(Number(entry))
  }
  return children
}

/** How long an engine may be on its way on a busy machine. */
const ENGINE_MS = 60_000

/** The process id of a server's database engine; waits while one that died is followed by the next. */
export async function engineOf({ child }: Pick<BareServer, 'child'>): Promise<number> {
  const deadline = performance.now() + ENGINE_MS
  for (;;) {
    const [engine] = await childrenOf(child.pid ?? 0)
    if (engine !== undefined) return engine
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('the server has ended')
    if (performance.now() > deadline) throw new Error('the server has no engine')
    await sleep(20)
  }
}

async function expectStatus(status: number, answer: Promise<Answer>): Promise<Answer> {
  const got = await answer
  if (got.status !== status) throw new Error(`answered ${got.status}: ${JSON.stringify(got.body)}`)
  return got
}

interface Printed {
  readonly url: string
  readonly setUpToken: string | undefined
  readonly errors: readonly string[]
}

/**
 * Reads the block that tells where the server is, and from then on what it logs.
 * @returns what was printed instead, when nothing comes any more
 */
async function readOutput(child: ChildProcess): Promise<Printed | string> {
  let printed = ''
  let found = false
  const errors: string[] = []
  const lines = createInterface({ input: child.stdout ?? process.stdin })
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith('{"level":"error"')) errors.push(line)
      if (found) return
      printed += `${line}\n`
      const url = /Tributary\s+(\S+)/.exec(printed)?.[1]
      found = url !== undefined && /\n\s+Data\s/.test(printed)
      if (url !== undefined && found) resolve({ url, setUpToken: /#token=(\S+)/.exec(printed)?.[1], errors })
    })
    lines.once('close', () => resolve(printed))
  })
}
