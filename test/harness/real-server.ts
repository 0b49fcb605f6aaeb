import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))
const PASSWORD = 'correct horse battery staple'

/** A JSON answer of the API. */
export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** The built server in a process of its own, set up, with one signed-in owner. */
export interface ServerUnderTest {
  readonly url: string
  readonly cookie: string
  readonly channelId: string
  readonly visitorSecret: string
  call(method: string, path: string, body?: unknown): Promise<Answer>
  /** Megabytes of memory that the server process holds, without the engine. */
  residentMegabytes(): Promise<number>
  /** The value of a metric without labels. */
  metric(name: string): Promise<number>
  stop(): Promise<void>
}

/** A fresh data folder, removed by the returned function. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Starts the server over a data folder and sets it up. */
export async function startServer(dataDir: string): Promise<ServerUnderTest> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { url, token } = await readBlock(child)
  let cookie = ''
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', origin: url, cookie },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
  }
  await expectStatus(
    201,
    call('POST', '/set-up', {
      token,
      workspaceName: 'Bench',
      name: 'Olga Owner',
      email: 'owner@example.com',
      password: PASSWORD,
    }),
  )
  const channels = (await call('GET', '/channels')).body['items'] as { id: string }[]
  const channelId = channels[0]?.id ?? ''
  const { version } = (await call('GET', `/channels/${channelId}`)).body
  const rotated = await expectStatus(
    200,
    call('POST', `/channels/${channelId}/secrets/visitorSecret/rotate`, { version }),
  )
  return {
    url,
    get cookie() {
      return cookie
    },
    channelId,
    visitorSecret: String(rotated.body['value']),
    call,
    async residentMegabytes() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
    },
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text()
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
    },
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

async function expectStatus(status: number, answer: Promise<Answer>): Promise<Answer> {
  const got = await answer
  if (got.status !== status) throw new Error(`answered ${got.status}: ${JSON.stringify(got.body)}`)
  return got
}

async function readBlock(child: ChildProcess): Promise<{ readonly url: string; readonly token: string }> {
  let printed = ''
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk)
    const link = /(http:\/\/\S+)\/set-up#token=(\S+)/.exec(printed)
    if (link && /Data/.test(printed)) {
      child.stdout?.resume()
      return { url: link[1] ?? '', token: link[2] ?? '' }
    }
  }
  throw new Error(`the server did not start: ${printed}`)
}
