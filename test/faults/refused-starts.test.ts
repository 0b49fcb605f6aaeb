import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BUILDS } from '../../src/launch/build.mjs'
import { hashInputs } from '../../src/launch/staleness.mjs'
import { type BareServer, MAIN, startBareServer, temporaryFolder } from '../harness/real-server.ts'
import { LONG } from './fault-run.ts'

interface Ending {
  readonly code: number | null
  readonly complaint: string
}

let folder: { readonly path: string; remove(): Promise<void> }
let other: BareServer
/** Speaks, but not as a MongoDB does. */
let stranger: Server

beforeAll(async () => {
  folder = await temporaryFolder()
  other = await startBareServer(join(folder.path, 'taken'))
  stranger = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\nThis is no MongoDB, it is something else altogether.')
  }).listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  await writeFile(join(folder.path, 'file'), '')
})
afterAll(async () => {
  stranger.close()
  await other.stop()
  await folder.remove()
})

async function start(script: string, env: Readonly<Record<string, string>>): Promise<Ending> {
  const child = spawn(process.execPath, [script], {
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: join(folder.path, 'free'),
      LOG_LEVEL: 'fatal',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, complaint }
}

const strangerPort = (): number => (stranger.address() as { port: number }).port

const CASES: readonly (readonly [string, () => Record<string, string>, number, RegExp])[] = [
  [
    'a port in use',
    () => ({ PORT: new URL(other.url).port }),
    69,
    /^Port \d+ is in use: stop the other program, or set PORT to another one\.$/,
  ],
  [
    'a data folder that cannot be made',
    () => ({ DATA_DIR: join(folder.path, 'file', 'data') }),
    73,
    /^The data folder \S+ cannot be written \(ENOTDIR\): give this user the right .* or set DATA_DIR/,
  ],
  [
    'a data folder in use by another server',
    () => ({ DATA_DIR: join(folder.path, 'taken') }),
    75,
    /^The data folder \S+ is in use by the server with process id \d+: stop it, or set DATA_DIR/,
  ],
  [
    'a setting that cannot be',
    () => ({ PORT: 'eighty' }),
    78,
    /^Setting PORT="eighty" cannot be used: it must/,
  ],
  [
    'a part without its database',
    () => ({ ROLE: 'web' }),
    78,
    /^Setting ROLE=web needs MONGODB_URI: .* Set MONGODB_URI/,
  ],
  [
    'an address that is none of MongoDB',
    () => ({ MONGODB_URI: 'postgres://localhost/inbox' }),
    78,
    /^Setting MONGODB_URI cannot be used: it must/,
  ],
  ...(LONG
    ? [
        [
          'a database that is not there',
          () => ({ MONGODB_URI: 'mongodb://user:secret@127.0.0.1:1/' }),
          69,
          /^MongoDB at 127\.0\.0\.1:1 cannot be reached \(.*\): start it, or correct MONGODB_URI\.$/,
        ] as const,
        [
          'a database that is something else',
          () => ({ MONGODB_URI: `mongodb://127.0.0.1:${strangerPort()}/` }),
          69,
          /^MongoDB at 127\.0\.0\.1:\d+ cannot be (reached|used) \(.*\): .*MONGODB_URI\.$/,
        ] as const,
      ]
    : []),
]

it.each(CASES)('%s is refused with one line that says what to do', async (_, env, code, line) => {
  const ending = await start(MAIN, env())
  expect(ending.code).toBe(code)
  expect(ending.complaint.endsWith('\n')).toBe(true)
  expect(ending.complaint.trimEnd().split('\n')).toEqual([expect.stringMatching(line)])
  expect(ending.complaint).not.toContain('secret')
})

it('by `npm start`, too', async () => {
  const root = await mkdtemp(join(tmpdir(), 'checkout-'))
  await makeReadyCheckout(root)
  const ending = await start(join(root, 'src/launch/start.mjs'), { PORT: 'eighty' })
  expect(ending).toEqual({
    code: 78,
    complaint: expect.stringMatching(/^Setting PORT="eighty" cannot .*\n$/),
  })
  await rm(root, { recursive: true })
})

/** A checkout in which nothing is left to do: this one's server behind its own start script. */
async function makeReadyCheckout(root: string): Promise<void> {
  await cp(fileURLToPath(new URL('../../src/launch', import.meta.url)), join(root, 'src/launch'), {
    recursive: true,
  })
  await mkdir(join(root, 'node_modules'))
  const lock = { packages: { '': {} } }
  await writeFile(join(root, 'package.json'), JSON.stringify({ type: 'module' }))
  await writeFile(join(root, 'package-lock.json'), JSON.stringify(lock))
  await writeFile(join(root, 'node_modules/.package-lock.json'), JSON.stringify(lock))
  await mkdir(join(root, 'dist/.stamps'), { recursive: true })
  await symlink(dirname(MAIN), join(root, 'dist/src'))
  for (const { name, inputs, output } of BUILDS) {
    if (!output.startsWith('dist/src/')) {
      await mkdir(dirname(join(root, output)), { recursive: true })
      await writeFile(join(root, output), '')
    }
    await writeFile(join(root, 'dist/.stamps', name), await hashInputs(root, inputs))
  }
}
