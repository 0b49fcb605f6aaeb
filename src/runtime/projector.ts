import { setTimeout as sleep } from 'node:timers/promises'
import type { JournalEntryId } from '../domain/ids.ts'
import type { ReceivedBatch } from '../services/receive-inbound.ts'
import { isDatabaseUnavailable } from '../store/database-error.ts'
import type { JournalEntry, JournalStore } from '../store/journal-store.ts'
import { ParsingStoppedError } from './apart-parser.ts'
import { createWorkQueue, lineOf } from './work-queue.ts'

/** Projects journal entries of the partitions this node holds. */
export interface Projector {
  /** Entries this node has just journaled; those of other nodes' partitions are ignored. */
  offer(entries: readonly JournalEntry[]): void
  /** Looks into the journal for entries that nobody offered: after a start, a crash, a lost lease. */
  scan(): void
  /** Entries waiting here. */
  readonly depth: number
  /** Milliseconds since the oldest waiting entry came in; 0 when none waits. */
  lagMs(): number
  /** Resolves when nothing is under way any more; takes no new work from then on. */
  stop(): Promise<void>
  /** Resolves when everything offered so far is projected; for tests and the shutdown. */
  idle(): Promise<void>
}

export interface ProjectorDeps {
  readonly journal: JournalStore
  readonly held: () => ReadonlySet<number>
  readonly receive: (entries: readonly JournalEntry[]) => Promise<ReceivedBatch>
  /**
   * Runs one attempt at a suspect at a time over all projectors of the process: of two at once, one that kills the
   * process would make the other look guilty.
   */
  readonly oneAtATime: (attempt: () => Promise<void>) => Promise<void>
  /** Whether senders are waiting for the database: their acknowledgements go first, for a while. */
  readonly isPressed: () => boolean
  /** How often the database was away: what was not waited for on disk before is then in doubt. */
  readonly interruptions: () => number
  /** Most entries of one batch. */
  readonly batch?: number
  /** Names this projector's durable barrier. */
  readonly name: string
  readonly keepMs: number
  readonly now: () => number
  readonly onError: (error: unknown, message: string) => void
  readonly observe: (entries: number, durationMs: number) => void
  readonly onQuarantined: (id: JournalEntryId, error: string) => void
}

const BATCH = 512
const SCAN_LIMIT = 1_000
/** Raw messages may be large: what is read from the journal at once must fit into memory beside the rest. */
const SCAN_BYTES = 16 * 1024 * 1024
/** With so much in hand, for it stands behind suspects, the rest waits in the journal. */
const MOST_BYTES_IN_HAND = 2 * SCAN_BYTES
/** Tries that are seen to fail before an entry goes to quarantine. */
const MOST_FAILURES = 3
/**
 * Tries begun, ended by nothing but the end of the process: a crash that comes from elsewhere makes whoever is being
 * tried look guilty, and what is to blame itself nearly always fails in the parsing thread, where it is seen.
 */
const MOST_BEGUN = 10
const RETRY_AFTER_MS = 500
/** During a burst acknowledgements go before projecting, until screens are this far behind. */
const BURST_LAG_MS = 2_000
const BURST_LOOK_MS = 10

/** Creates the one loop that projects on this node. */
export function createProjector(deps: ProjectorDeps): Projector {
  const queue = createWorkQueue()
  let scanWanted = true
  let running: Promise<void> | undefined
  let stopped = false
  let pause: Promise<void> | undefined
  /** Lines whose suspects are tried beside the loop. */
  const aside = new Map<string, Promise<void>>()
  let failure: { readonly error: unknown } | undefined
  let blocked = false
  const mostAtOnce = deps.batch ?? BATCH
  const startedAtMs = deps.now()

  const wake = (): void => {
    blocked = false
    if (stopped || running) return
    running = run()
      .catch(async (error: unknown) => {
        // Who is aside works on what the queue knows: first they end, then all is forgotten.
        await Promise.all(aside.values())
        failure = undefined
        if (!stopped) deps.onError(error, 'projecting failed; trying again')
        queue.clear()
        scanWanted = true
        pause = new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS))
      })
      .finally(() => {
        running = undefined
        const paused = pause
        pause = undefined
        if (paused) void paused.then(wake)
        else if (!blocked && (scanWanted || queue.size > 0)) wake()
      })
  }

  const run = async (): Promise<void> => {
    while (!stopped && !blocked && (scanWanted || queue.size > 0)) {
      if (failure) throw failure.error
      await letBurstPass()
      const isLaden = queue.bytesInHand >= MOST_BYTES_IN_HAND
      if (scanWanted && queue.size < mostAtOnce && !isLaden) await scanOnce()
      const batch = queue.take(mostAtOnce, deps.held(), new Set(aside.keys()))
      if (batch.length > 0) await projectBatch(batch)
      // All that waits stands behind suspects; whoever is done with one wakes this loop.
      else if ((queue.size > 0 || isLaden) && aside.size > 0) blocked = true
    }
    if (failure) throw failure.error
  }

  const letBurstPass = async (): Promise<void> => {
    while (!stopped && deps.isPressed() && lagMs() < BURST_LAG_MS) await sleep(BURST_LOOK_MS)
  }

  const lagMs = (): number => {
    const oldest = queue.oldestReceivedAtMs
    return oldest === undefined ? 0 : Math.max(0, deps.now() - oldest)
  }

  const scanOnce = async (): Promise<void> => {
    scanWanted = false
    // Suspects may be many or large: what is in hand must not stand before the others in every look.
    const { entries: found, isAll } = await deps.journal.pending(
      [...deps.held()],
      SCAN_LIMIT,
      SCAN_BYTES,
      aside.size > 0 ? queue.inHand : [],
    )
    // What an earlier process left behind may be what ended it: its first try here counts before it is made.
    const left = found.filter(({ receivedAtMs, tries }) => tries === 0 && receivedAtMs < startedAtMs)
    await deps.journal.countTries(left.map(({ id }) => id))
    queue.merge(found, isAll)
    if (!isAll) scanWanted = true
  }

  const projectBatch = async (batch: readonly JournalEntry[]): Promise<void> => {
    const startedAt = performance.now()
    const trusted: JournalEntry[] = []
    const slow = new Map<string, JournalEntry[]>()
    for (const entry of batch) {
      const line = lineOf(entry)
      const behind = slow.get(line)
      if (behind) behind.push(entry)
      else if (entry.tries > 0) slow.set(line, [entry])
      else trusted.push(entry)
    }
    const failed = trusted.length > 0 ? await projectTrusted(trusted) : []
    for (const line of failed.map(lineOf)) if (!slow.has(line)) slow.set(line, [])
    const waiting = new Set(failed)
    for (const [line, behind] of slow) {
      for (const entry of behind) waiting.add(entry)
      setAside(
        line,
        failed.filter((entry) => lineOf(entry) === line),
        behind,
      )
    }
    queue.forget(batch.filter((entry) => !waiting.has(entry)))
    deps.observe(batch.length, performance.now() - startedAt)
  }

  /**
   * Tries suspects beside the loop, and then those behind them. Who is in the same line may be of the same sender and
   * must not overtake them; nobody else waits.
   */
  const setAside = (
    line: string,
    suspects: readonly JournalEntry[],
    behind: readonly JournalEntry[],
  ): void => {
    const done = projectLine(suspects, behind)
      .then(
        () => queue.forget([...suspects, ...behind]),
        (error: unknown) => {
          failure ??= { error }
        },
      )
      .finally(() => {
        aside.delete(line)
        scanWanted ||= failure !== undefined
        wake()
      })
    aside.set(line, done)
  }

  const projectLine = async (
    suspects: readonly JournalEntry[],
    behind: readonly JournalEntry[],
  ): Promise<void> => {
    for (const suspect of suspects) await projectSuspect(suspect)
    let trusted: JournalEntry[] = []
    const projectUpTo = async (): Promise<void> => {
      if (trusted.length > 0)
        for (const suspect of await projectTrusted(trusted)) await projectSuspect(suspect)
      trusted = []
    }
    for (const entry of behind) {
      if (entry.tries === 0) {
        trusted.push(entry)
        continue
      }
      await projectUpTo()
      await projectSuspect(entry)
    }
    await projectUpTo()
  }

  /** @returns those that failed by themselves */
  const projectTrusted = async (entries: readonly JournalEntry[]): Promise<readonly JournalEntry[]> => {
    let result: ReceivedBatch
    const interruptions = deps.interruptions()
    try {
      result = await deps.receive(entries)
    } catch (error) {
      if (isOutage(error)) throw error
      // One of them is poison: each on its own, so that the others are not held up.
      deps.onError(error, 'a batch failed; its entries are projected one by one')
      for (const entry of entries) await projectSuspect(entry)
      return []
    }
    await finish(entries, result, interruptions)
    const failed = new Set(result.failed.map(({ id }) => id))
    return entries.filter(({ id }) => failed.has(id))
  }

  /** The try is counted before it is made: an entry that kills the process is told by it after the restart. */
  const projectSuspect = (entry: JournalEntry): Promise<void> => deps.oneAtATime(() => tryOut(entry))

  const tryOut = async (entry: JournalEntry): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      const begun = await deps.journal.countTry(entry.id)
      if (begun === 0) return
      const isDeadly = begun > MOST_BEGUN
      const error = isDeadly
        ? 'the process ended whenever this entry was projected'
        : await attempt({ ...entry, tries: begun })
      if (error === undefined) return
      if (isDeadly || failures >= MOST_FAILURES) {
        await deps.journal.quarantine(entry.id, error)
        deps.onQuarantined(entry.id, error)
        return
      }
    }
  }

  const attempt = async (entry: JournalEntry): Promise<string | undefined> => {
    try {
      const interruptions = deps.interruptions()
      const result = await deps.receive([entry])
      await finish([entry], result, interruptions)
      return result.failed[0]?.error
    } catch (error) {
      if (isOutage(error)) throw error
      return error instanceof Error ? error.message : String(error)
    }
  }

  /**
   * The effects were not waited for on disk. The barrier is, and the database's log is in order, so it covers them,
   * unless the database was away in between: then they may be gone, and the entries must stay for another run.
   */
  const finish = async (
    entries: readonly JournalEntry[],
    { keep, failed }: ReceivedBatch,
    interruptions: number,
  ): Promise<void> => {
    await deps.journal.barrier(deps.name)
    if (deps.interruptions() !== interruptions) throw new InterruptedError()
    const notDone = new Set<JournalEntryId>([...keep, ...failed.map(({ id }) => id)])
    const done = entries.filter(({ id }) => !notDone.has(id)).map(({ id }) => id)
    if (done.length > 0) await deps.journal.finish(done)
    if (keep.length > 0) await deps.journal.keep(keep, new Date(deps.now() + deps.keepMs))
  }

  return {
    offer(entries) {
      if (!queue.offer(entries, deps.held())) scanWanted = true
      wake()
    },
    scan() {
      scanWanted = true
      wake()
    },
    get depth() {
      return queue.size
    },
    lagMs,
    async idle() {
      while (running || aside.size > 0) await Promise.all([running, ...aside.values()])
    },
    async stop() {
      stopped = true
      while (running || aside.size > 0) await Promise.all([running, ...aside.values()])
    },
  }
}

/** The database was away while a batch was projected. */
class InterruptedError extends Error {
  override readonly name = 'InterruptedError'

  constructor() {
    super('the database was away while a batch was projected; the batch is projected again')
  }
}

/** No entry is to blame. */
function isOutage(error: unknown): boolean {
  return (
    error instanceof InterruptedError || error instanceof ParsingStoppedError || isDatabaseUnavailable(error)
  )
}
