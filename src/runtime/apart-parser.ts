/** Parses in a thread of its own, which may run out of time or memory without harm to the rest. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { InboundEvent } from '../contract/inbound-event.ts'
import type { ParseJob, ParseOutcome } from '../services/parse-entries.ts'

/** What the thread is told of an entry. */
export interface ApartRequest {
  readonly type: string
  readonly body: Uint8Array
  readonly contentType: string
  readonly facts: Readonly<Record<string, string>>
  readonly receivedAtMs: number
}

/** What it answers; the first word of a thread is that it is ready. */
export type ApartAnswer =
  | 'ready'
  | 'unknown-type'
  | { readonly events: readonly InboundEvent[] }
  | { readonly error: string }

export interface ApartParser {
  /** One at a time. Undefined when the thread cannot be had, or does not know the channel's type. */
  parse(job: ParseJob): Promise<ParseOutcome | undefined>
  stop(): Promise<void>
}

export interface ApartParserDeps {
  /** The module that exports `registry`. */
  readonly registryUrl: string
  readonly onError: (error: unknown, message: string) => void
  readonly limitMs?: number
  readonly memoryMegabytes?: number
  /** Node options of the thread; by default this process's own. */
  readonly execArgv?: readonly string[]
}

const LIMIT_MS = 2_000
const START_LIMIT_MS = 30_000
const MEMORY_MEGABYTES = 256
const IDLE_MS = 30_000
/** The limits count in looks: when this thread is held up itself, all its delay makes one look. */
const LOOKS = 8

/** Creates the parser; its thread starts with the first entry and ends when none came for a while. */
export function createApartParser(deps: ApartParserDeps): ApartParser {
  const { limitMs = LIMIT_MS, memoryMegabytes = MEMORY_MEGABYTES } = deps
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()

  const end = async (): Promise<void> => {
    const ending = worker
    worker = undefined
    clearTimeout(idle)
    await ending?.terminate()
  }

  const started = async (): Promise<Worker> => {
    if (worker) return worker
    // The thread's module has this module's ending, so that sources and built files each start their own kind.
    worker = new Worker(new URL(`./apart-thread${extname(import.meta.url)}`, import.meta.url), {
      workerData: deps.registryUrl,
      resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes },
      ...(deps.execArgv ? { execArgv: [...deps.execArgv] } : {}),
    })
    worker.unref()
    await answerOf(worker, START_LIMIT_MS)
    return worker
  }

  const parseNext = async ({ entry, channel }: ParseJob): Promise<ParseOutcome | undefined> => {
    clearTimeout(idle)
    let thread: Worker
    try {
      thread = await started()
    } catch (error) {
      await end()
      deps.onError(error, 'the thread for suspect entries did not start; they are parsed here')
      return undefined
    }
    const { body, contentType, facts, receivedAtMs } = entry
    const request: ApartRequest = { type: channel.connector.type, body, contentType, facts, receivedAtMs }
    try {
      const answered = answerOf(thread, limitMs)
      thread.postMessage(request)
      const answer = await answered
      return typeof answer === 'string' ? undefined : answer
    } catch (error) {
      await end()
      const { code, message } = error as NodeJS.ErrnoException
      return {
        error:
          code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? `parsing needed more than ${memoryMegabytes} MB of memory`
            : message,
      }
    } finally {
      idle = setTimeout(() => void end(), IDLE_MS)
      idle.unref()
    }
  }

  return {
    parse(job) {
      const result = last.then(() => parseNext(job))
      last = result.catch(() => undefined)
      return result
    },
    stop: end,
  }
}

/** The thread's next word. Rejects when it ends, fails or stays silent. */
function answerOf(thread: Worker, limitMs: number): Promise<ApartAnswer> {
  return new Promise((resolve, reject) => {
    let looks = 0
    const timer = setInterval(() => {
      looks += 1
      if (looks > LOOKS) settle(() => reject(new Error(`parsing took longer than ${limitMs} ms`)))
    }, limitMs / LOOKS)
    const settle = (act: () => void): void => {
      clearInterval(timer)
      thread.off('message', onMessage).off('messageerror', onError).off('error', onError).off('exit', onExit)
      act()
    }
    const onMessage = (answer: ApartAnswer): void => settle(() => resolve(answer))
    const onError = (error: Error): void => settle(() => reject(error))
    const onExit = (): void => settle(() => reject(new Error('the thread ended while parsing')))
    thread.on('message', onMessage).on('messageerror', onError).on('error', onError).on('exit', onExit)
  })
}
