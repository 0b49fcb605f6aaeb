/** Parses in threads, each of which may run out of time or memory without harm to the rest. */
import type { ParseJob, ParseOutcome } from '../services/parse-entries.ts'
import { type ApartTask, type ApartWorker, startApartWorker } from './apart-worker.ts'

export interface ApartParser {
  /**
   * Undefined when a thread cannot be had, or does not know the channel's type.
   * @throws ParsingStoppedError when the parser is stopped meanwhile
   */
  parse(job: ParseJob): Promise<ParseOutcome | undefined>
  stop(): Promise<void>
}

export interface ApartParserDeps {
  /** The module that exports `registry`. */
  readonly registryUrl: string
  readonly onError: (error: unknown, message: string) => void
  /** Most threads at a time; one by default. */
  readonly threads?: number
  /**
   * Entries given to one thread before the first is answered, so that it never waits for this one; one by default.
   * One that has to be broken off takes the thread with it, and the others begin anew elsewhere.
   */
  readonly inFlight?: number
  readonly limitMs?: number
  readonly memoryMegabytes?: number
  /** Node options of the threads; by default this process's own. */
  readonly execArgv?: readonly string[]
}

/** The process stops; nobody is to blame. */
export class ParsingStoppedError extends Error {
  override readonly name = 'ParsingStoppedError'

  constructor() {
    super('parsing was stopped')
  }
}

const LIMIT_MS = 2_000
const MEMORY_MEGABYTES = 256
const IDLE_MS = 30_000
/** A thread with so much to do is not given more while another could be started. */
const BUSY = 2

/** Creates the parser; threads start when there is work for them, and end when none came for a while. */
export function createApartParser(deps: ApartParserDeps): ApartParser {
  const { threads = 1, inFlight = 1, limitMs = LIMIT_MS, memoryMegabytes = MEMORY_MEGABYTES } = deps
  const workers = new Set<ApartWorker>()
  const rejections = new Set<(error: Error) => void>()
  let waiting: ApartTask[] = []
  let idle: NodeJS.Timeout | undefined
  let stopped = false

  const start = (): ApartWorker => {
    const worker = startApartWorker({
      registryUrl: deps.registryUrl,
      limitMs,
      memoryMegabytes,
      execArgv: deps.execArgv,
      onAnswered: feed,
      onEnded: (left) => {
        workers.delete(worker)
        waiting = [...left, ...waiting]
        feed()
      },
      onNoStart: (error) =>
        deps.onError(error, 'a thread for parsing did not start; what it was given is parsed here'),
    })
    workers.add(worker)
    return worker
  }

  const free = (): ApartWorker | undefined => {
    const [least] = [...workers].sort((a, b) => a.load - b.load)
    if (!least || (least.load >= Math.min(BUSY, inFlight) && workers.size < threads)) return start()
    return least.load < inFlight ? least : undefined
  }

  const feed = (): void => {
    clearTimeout(idle)
    while (!stopped) {
      const [next] = waiting
      const worker = next && free()
      if (!next || !worker) break
      waiting = waiting.slice(1)
      worker.give(next)
    }
    if (workers.size > 0 && [...workers].every(({ load }) => load === 0)) {
      idle = setTimeout(() => void endAll(), IDLE_MS)
      idle.unref()
    }
  }

  const endAll = async (): Promise<void> => {
    clearTimeout(idle)
    const ending = [...workers]
    workers.clear()
    await Promise.all(ending.map((worker) => worker.end()))
  }

  return {
    parse: (job) =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(new ParsingStoppedError())
        rejections.add(reject)
        const settle = (outcome: ParseOutcome | undefined): void => {
          rejections.delete(reject)
          resolve(outcome)
        }
        waiting.push({ job, settle })
        feed()
      }),
    async stop() {
      stopped = true
      waiting = []
      for (const reject of rejections) reject(new ParsingStoppedError())
      rejections.clear()
      await endAll()
    },
  }
}
