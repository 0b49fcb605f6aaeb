/**
 * What `npm run dev` runs: the server over `data/dev`, built anew and restarted on every change, with demo data and
 * the fake providers of the channels that have one.
 */
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DEMO_OWNER, fillWithDemoData } from './demo-data.mjs'
import { joinFakePlatforms } from './fake-platforms.mjs'
import { makeReady } from './make-ready.mjs'
import { createRestarting } from './restarting.mjs'

const root = new URL('../../', import.meta.url)
const cwd = fileURLToPath(root)
const SETTLE_MS = 300

/** Where the page of the fakes stands; they themselves take the ports behind it. */
const FAKES_PORT = Number(process.env.FAKES_PORT ?? 4100)

/**
 * Programs that stand in for providers, as arguments of Node.
 *
 * @type {readonly (readonly string[])[]}
 */
const FAKE_PROVIDERS = [['--import', 'tsx', 'test/fakes/page/run.ts']]

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
/** Longer than the server takes to stop. */
const STOP_LIMIT_MS = 12_000

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @param {'inherit' | 'pipe'} [output]
 */
function runNode(args, env = process.env, output = 'inherit') {
  const child = spawn(process.execPath, [...args], { cwd, env, stdio: ['ignore', output, 'inherit'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

function startServer() {
  const env = {
    DATA_DIR: './data/dev',
    LOG_FORMAT: 'pretty',
    NODE_ENV: 'development',
    // The fakes stand on this machine.
    OUTBOUND_ALLOW: '127.0.0.1',
    ...process.env,
  }
  const child = runNode(['--enable-source-maps', 'dist/src/main.js'], env, 'pipe')
  child.stdout?.on('data', (chunk) => {
    process.stdout.write(chunk)
    const text = String(chunk)
    const link = /(https?:\/\/\S+)\/set-up#token=(\S+)/.exec(text)
    const url = link?.[1] ?? /Tributary\s+(https?:\/\/\S+)/.exec(text)?.[1]
    if (url === undefined) return
    prepare(url, link?.[2]).catch((error) =>
      console.error(`The demo data could not be made: ${error.message}`),
    )
  })
  return child
}

/**
 * @param {string} url of the server
 * @param {string} [token] of its set-up link, when it is new
 */
async function prepare(url, token) {
  if (token !== undefined) {
    await fillWithDemoData(url, token)
    console.log(`  Demo      ${DEMO_OWNER.email} / ${DEMO_OWNER.password}, shop at ${url}/demo`)
  }
  const page = `http://127.0.0.1:${FAKES_PORT}`
  if (await joinFakePlatforms(url, page)) console.log(`  Customers ${page}, writing on every other channel\n`)
}

const server = createRestarting(startServer)

/**
 * Calls back once a folder has come to rest after a change.
 *
 * @param {string} folder below the root
 * @param {(file: string) => boolean} counts
 * @param {() => void} changed
 */
function onChange(folder, counts, changed) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  watch(new URL(folder, root), { recursive: true }, (_event, file) => {
    if (!file || !counts(file)) return
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
  })
}

if (await makeReady(root)) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => {
      server.end()
      for (const child of running) child.kill('SIGTERM')
      setInterval(() => running.size === 0 && process.exit(0), 50)
      setTimeout(() => {
        for (const child of running) child.kill('SIGKILL')
      }, STOP_LIMIT_MS)
    })
  }
  for (const fake of FAKE_PROVIDERS) runNode(fake)
  server.restart()
  runNode(['node_modules/typescript/bin/tsc', '-b', '--watch', '--preserveWatchOutput'])
  runNode(['node_modules/vite/bin/vite.js', 'build', 'web/inbox', '--watch', '--logLevel', 'warn'])
  // The server knows the inbox by the names that its files were built with.
  onChange(
    'dist/',
    (file) => /^((src|connectors)\/.*\.js|web\/inbox\/index\.html)$/.test(file),
    server.restart,
  )
  onChange(
    'web/',
    (file) => /^(widget|shared)\//.test(file),
    () => {
      runNode(['web/widget/build.mjs']).once('exit', (code) => code === 0 && server.restart())
    },
  )
} else {
  process.exitCode = 1
}
