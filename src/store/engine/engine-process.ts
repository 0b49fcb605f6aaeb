/** One run of the engine's child process, from spawn to exit. */
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EngineReport, OpenFailure, OpenOrder } from './protocol.ts'

/** The child inherits nothing that it has no use for, and so none of the server's secrets. */
const INHERITED_ENVIRONMENT = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'LD_LIBRARY_PATH',
  'NODE_OPTIONS',
] as const
const LAST_WORDS_BYTES = 2_000

export interface EngineExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it wrote to its error output. */
  readonly lastWords: string
}

export class EngineOpenError extends Error {
  override readonly name = 'EngineOpenError'
  readonly failure: OpenFailure

  constructor(failure: OpenFailure, message: string) {
    super(message)
    this.failure = failure
  }
}

export interface EngineProcess {
  readonly pid: number | undefined
  /** Settles when the engine serves its socket; rejects with EngineOpenError. */
  readonly ready: Promise<void>
  readonly exited: Promise<EngineExit>
  /** Asks for a clean close and kills the child when that takes longer than `deadlineMs`. */
  stop(deadlineMs: number): Promise<EngineExit>
}

function childEnvironment(bindingPath: string | undefined): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const name of INHERITED_ENVIRONMENT) if (process.env[name] !== undefined) env[name] = process.env[name]
  if (bindingPath !== undefined) env['NAPI_RS_NATIVE_LIBRARY_PATH'] = bindingPath
  return env
}

function watchReady(child: ChildProcess, exited: Promise<EngineExit>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (report: EngineReport) => {
      if (report.type === 'ready') resolve()
      else reject(new EngineOpenError(report.failure, report.message))
    })
    child.once('error', (error) => reject(new EngineOpenError('other', error.message)))
    void exited.then(({ code, signal, lastWords }) =>
      reject(new EngineOpenError('other', `it ended while opening (${signal ?? code}) ${lastWords}`.trim())),
    )
  })
}

export function spawnEngine(options: {
  readonly order: OpenOrder
  readonly bindingPath: string | undefined
  readonly execArgv: readonly string[]
}): EngineProcess {
  // The child's module has this module's ending, so that sources and built files each start their own kind.
  const module = fileURLToPath(new URL(`./engine-child${extname(import.meta.url)}`, import.meta.url))
  const child = fork(module, {
    execArgv: [...options.execArgv],
    env: childEnvironment(options.bindingPath),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  })
  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_BYTES)
  })
  const exited = new Promise<EngineExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal, lastWords: lastWords.trim() }))
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null, lastWords: '' })
    })
  })
  const ready = watchReady(child, exited)
  // A run may be stopped before anyone waits for it.
  ready.catch(() => undefined)
  child.send(options.order, () => undefined)

  return {
    pid: child.pid,
    ready,
    exited,
    async stop(deadlineMs) {
      if (child.connected) child.send({ type: 'stop' }, () => undefined)
      const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
      const exit = await exited
      clearTimeout(timer)
      return exit
    },
  }
}
