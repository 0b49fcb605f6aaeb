/** One thread that parses, as the main thread sees it. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ParseJob, ParseOutcome } from '../services/parse-entries.ts'
import type { SanitisedEvent } from '../services/sanitise-events.ts'

/** What the thread is told of an entry. */
export interface ApartRequest {
  readonly id: number
  readonly type: string
  readonly body: Uint8Array
  readonly contentType: string
  readonly facts: Readonly<Record<string, string>>
  readonly receivedAtMs: number
}

/** What it made of it. */
export type ApartResult =
  | 'unknown-type'
  | { readonly events: readonly SanitisedEvent[] }
  | { readonly error: string }

/** What the thread says; its first word is that it is ready. */
export type ApartAnswer = 'ready' | { readonly id: number; readonly result: ApartResult }

/** An entry with somebody who waits for what becomes of it. */
export interface ApartTask {
  readonly job: ParseJob
  readonly settle: (outcome: ParseOutcome | undefined) => void
}

export interface ApartWorker {
  /** Entries given to it and not answered. */
  readonly load: number
  give(task: ApartTask): void
  /** Ends the thread; what was not answered stays so. */
  end(): Promise<void>
}

export interface ApartWorkerDeps {
  readonly registryUrl: string
  readonly limitMs: number
  readonly memoryMegabytes: number
  readonly execArgv: readonly string[] | undefined
  readonly onAnswered: () => void
  /** It ended by itself, or had to be ended; `left` are those that are not to blame. */
  readonly onEnded: (left: readonly ApartTask[]) => void
  readonly onNoStart: (error: Error) => void
}

const START_LIMIT_MS = 30_000
/** The limits count in looks: when this thread is held up itself, all its delay makes one look. */
const LOOKS = 8

/** Starts a thread. */
export function startApartWorker(deps: ApartWorkerDeps): ApartWorker {
  const { limitMs, memoryMegabytes } = deps
  // The thread's module has this module's ending, so that sources and built files each start their own kind.
  const thread = new Worker(new URL(`./apart-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: deps.registryUrl,
    resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes },
    ...(deps.execArgv ? { execArgv: [...deps.execArgv] } : {}),
  })
  thread.unref()
  /** In the order given, which is the order in which they are answered. */
  const tasks = new Map<number, ApartTask>()
  let lastId = 0
  let isReady = false
  let isOver = false
  let timer: NodeJS.Timeout | undefined

  const watch = (): void => {
    clearInterval(timer)
    if (isOver || (isReady && tasks.size === 0)) return
    const patienceMs = isReady ? limitMs : START_LIMIT_MS
    let looks = 0
    timer = setInterval(() => {
      looks += 1
      if (looks <= LOOKS) return
      fail(
        isReady
          ? new Error(`parsing took longer than ${limitMs} ms`)
          : new Error('the thread did not start in time'),
      )
    }, patienceMs / LOOKS)
  }

  const take = (): readonly ApartTask[] => {
    isOver = true
    clearInterval(timer)
    thread.removeAllListeners()
    // What still comes from a thread that is being ended is of no interest, and must not end the process.
    thread.on('error', () => undefined)
    const left = [...tasks.values()]
    tasks.clear()
    return left
  }

  const fail = (error: Error): void => {
    if (isOver) return
    const left = take()
    void thread.terminate()
    if (!isReady) {
      deps.onNoStart(error)
      for (const { settle } of left) settle(undefined)
      return deps.onEnded([])
    }
    const [culprit, ...innocent] = left
    culprit?.settle({ error: wordsOf(error) })
    deps.onEnded(innocent)
  }

  const wordsOf = ({ code, message }: NodeJS.ErrnoException): string =>
    code === 'ERR_WORKER_OUT_OF_MEMORY' ? `parsing needed more than ${memoryMegabytes} MB of memory` : message

  thread.on('message', (answer: ApartAnswer) => {
    if (answer === 'ready') isReady = true
    else {
      const task = tasks.get(answer.id)
      tasks.delete(answer.id)
      task?.settle(typeof answer.result === 'string' ? undefined : answer.result)
    }
    watch()
    if (answer !== 'ready') deps.onAnswered()
  })
  thread.on('messageerror', fail)
  thread.on('error', fail)
  thread.on('exit', () => fail(new Error('the thread ended while parsing')))
  watch()

  return {
    get load() {
      return tasks.size
    },
    give(task) {
      lastId += 1
      tasks.set(lastId, task)
      const { entry, channel } = task.job
      const { contentType, facts, receivedAtMs } = entry
      // A copy of exactly its bytes moves over; left alone, all of a shared buffer would be copied with them.
      const body = new Uint8Array(entry.body)
      const request: ApartRequest = {
        id: lastId,
        type: channel.connector.type,
        body,
        contentType,
        facts,
        receivedAtMs,
      }
      thread.postMessage(request, [body.buffer])
      if (tasks.size === 1) watch()
    },
    async end() {
      take()
      await thread.terminate()
    },
  }
}
