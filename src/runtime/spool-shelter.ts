/** The way of deliveries into the journal, round a database that is away or does not answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../domain/errors.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import type { JournalWriter } from './journal-writer.ts'
import type { Logger } from './logger.ts'
import type { Spool, SpoolSegment } from './spool.ts'

/** Takes deliveries in. */
export interface Shelter {
  /**
   * Resolves once the entry is on disk, the database's or this machine's.
   * @param spooled whether it may wait on this machine; one that may not is refused at once while the database is away
   * @throws AppError `unavailable`; what the database throws
   */
  append(entry: JournalEntry, spooled: boolean): Promise<void>
  /** Resolves when nothing is kept on this machine and the database answers, or when the signal or a stop ends it. */
  settled(until?: AbortSignal): Promise<void>
  stop(): Promise<void>
}

export interface ShelterDeps {
  readonly writer: Pick<JournalWriter, 'append'>
  readonly spool: Spool
  /** Keeps a delivery elsewhere that the journal refuses. */
  readonly setAside: (entry: JournalEntry) => Promise<void>
  /** A write that waits for the disk: resolves when the database can take entries. */
  readonly probe: () => Promise<void>
  readonly isUnavailable: (error: unknown) => boolean
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly onSpooled: () => void
  readonly onDrained: (entries: number) => void
  /** The database was away and is back, and has all that came in meanwhile. */
  readonly onRecovered: () => void
  readonly monotonic: () => number
  readonly waits?: Partial<ShelterWaits>
}

/** How long, in milliseconds. */
export interface ShelterWaits {
  /** For the journal to take one delivery before it goes to this machine's disk. */
  readonly patience: number
  /** The same for one that must not go there, or finds no room. */
  readonly longest: number
  /** Between two looks whether the database is back. */
  readonly betweenProbes: number
  /** For one such look. */
  readonly probe: number
  /** For what is drained: a burst of 500 large entries takes its time. */
  readonly drain: number
  /** Silence that counts as being away. */
  readonly away: number
  /** Between two looks at what other processes left behind. */
  readonly look: number
}

const WAITS: ShelterWaits = {
  patience: 400,
  longest: 5_000,
  betweenProbes: 250,
  probe: 2_000,
  drain: 60_000,
  away: 2_000,
  look: 5_000,
}

/** `slow`: something was not answered in time. `away`: it said so, or has been silent for long. */
type State = 'well' | 'slow' | 'away'

const SETTLED_LOOK_MS = 10

const OVERDUE = Symbol('overdue')

/**
 * Creates the shelter. After one failure all that may goes to this machine's disk, until a probe succeeds; and while
 * anything is there, what comes next goes behind it, so that nobody's messages overtake each other.
 */
export function createShelter(deps: ShelterDeps): Shelter {
  const { writer, spool, log } = deps
  const waits = { ...WAITS, ...deps.waits }
  let state: State = 'well'
  let sinceMs = 0
  let spooledSince = 0
  let wasAway = false
  let draining: Promise<void> | undefined
  const stopping = new AbortController()
  const { signal } = stopping

  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined)

  const leave = (next: 'slow' | 'away'): void => {
    if (state === 'well') sinceMs = deps.monotonic()
    if (state !== 'away' && next === 'away') log.warn({}, 'the database is away: deliveries are kept on disk')
    if (state !== 'away') state = next
    wasAway ||= next === 'away'
    wake()
  }

  const toSpool = async (entry: JournalEntry): Promise<void> => {
    const kept = spool.append(entry)
    wake()
    await kept
    spooledSince += 1
    deps.onSpooled()
  }

  const wake = (): void => {
    if (signal.aborted) return
    draining ??= drain()
      .catch((error: unknown) => log.error({ err: error }, 'the spool could not be drained'))
      .finally(() => {
        draining = undefined
        if (isBusy() && !signal.aborted) void pause(waits.betweenProbes).then(wake)
      })
  }

  const isBusy = (): boolean => state !== 'well' || !spool.isEmpty

  const drain = async (): Promise<void> => {
    const startedMs = deps.monotonic()
    let entries = 0
    const hasMissed = (): boolean => wasAway || spooledSince > 0 || entries > 0
    while (isBusy() && !signal.aborted) {
      if (state !== 'well' && !(await isBack())) {
        if (deps.monotonic() - sinceMs > waits.away) leave('away')
        await pause(waits.betweenProbes)
        continue
      }
      const segment = await spool.oldest()
      if (segment) entries += await drainSegment(segment)
    }
    if (isBusy() || !hasMissed()) return
    log.info(
      { entries, durationMs: Math.round(deps.monotonic() - startedMs) },
      'the database has all deliveries',
    )
    spooledSince = 0
    wasAway = false
    deps.onRecovered()
  }

  const isBack = async (): Promise<boolean> => {
    try {
      if ((await inTime(deps.probe(), waits.probe)) === OVERDUE) return false
    } catch (error) {
      if (!deps.isUnavailable(error))
        log.warn({ err: error }, 'the database cannot be asked whether it is back')
      leave('away')
      return false
    }
    state = 'well'
    return true
  }

  const drainSegment = async ({ entries, remove }: SpoolSegment): Promise<number> => {
    const appended = Promise.allSettled(entries.map((entry) => writer.append(entry)))
    const results = await inTime(appended, waits.drain)
    if (results === OVERDUE) {
      leave('away')
      return 0
    }
    const failures = results.flatMap((result, index) => {
      const entry = entries[index]
      return result.status === 'rejected' && entry ? [{ entry, error: result.reason as unknown }] : []
    })
    if (failures.some(({ error }) => deps.isUnavailable(error))) {
      leave('away')
      return 0
    }
    // Whoever shared a write with one that the journal refuses was refused with it.
    for (const { entry } of failures) await appendAlone(entry)
    await remove()
    deps.onDrained(entries.length)
    return entries.length
  }

  /** The database is there and does not want it: it waits elsewhere, and nobody waits for it. */
  const appendAlone = async (entry: JournalEntry): Promise<void> => {
    try {
      await writer.append(entry)
    } catch (error) {
      if (deps.isUnavailable(error)) throw error
      await deps.setAside(entry)
      log.error(
        { err: error, entryId: entry.id },
        'the journal refuses a delivery; it waits in the spool’s folder',
      )
    }
  }

  const direct = async (entry: JournalEntry): Promise<void> => {
    if (state === 'away') throw new AppError('unavailable')
    try {
      if ((await inTime(writer.append(entry), waits.longest)) !== OVERDUE) return
    } catch (error) {
      if (deps.isUnavailable(error)) leave('away')
      throw error
    }
    leave('slow')
    throw new AppError('unavailable')
  }

  const sheltered = async (entry: JournalEntry): Promise<void> => {
    if (isBusy()) return toSpoolOrJournal(entry)
    const writing = writer.append(entry)
    try {
      // One that is written all the same, only later, is the same entry.
      if ((await inTime(writing, waits.patience)) !== OVERDUE) return
      leave('slow')
    } catch (error) {
      if (!deps.isUnavailable(error)) throw error
      leave('away')
    }
    await toSpoolOrJournal(entry, writing)
  }

  /** Where there is no room on this machine and nobody to be overtaken, a journal that is only slow may take it yet. */
  const toSpoolOrJournal = async (entry: JournalEntry, writing?: Promise<unknown>): Promise<void> => {
    try {
      await toSpool(entry)
    } catch (error) {
      if (state === 'away' || !spool.isEmpty) throw error
      if ((await inTime(writing ?? writer.append(entry), waits.longest)) === OVERDUE) throw error
    }
  }

  const looking = setInterval(() => {
    spool
      .look()
      .then(() => {
        if (isBusy()) wake()
      })
      .catch((error: unknown) => log.error({ err: error }, 'looking after the spool failed'))
  }, waits.look)
  if (isBusy()) wake()

  return {
    append: (entry, spooled) => (spooled ? sheltered(entry) : direct(entry)),
    async settled(until = signal) {
      while (isBusy() && !signal.aborted && !until.aborted) await pause(SETTLED_LOOK_MS)
    },
    async stop() {
      clearInterval(looking)
      stopping.abort()
      // A database that does not answer must not hold up the stopping.
      if (draining) await inTime(draining, waits.probe)
      await spool.close()
    },
  }
}

/** What it comes to, or that it took too long; how it ends then is nobody's concern. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T | typeof OVERDUE> {
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<typeof OVERDUE>((resolve) => {
    timer = setTimeout(() => resolve(OVERDUE), ms)
  })
  try {
    return await Promise.race([work, overdue])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
