import type { JournalEntry, JournalStore } from '../store/journal-store.ts'
import { reach } from '../store/stations.ts'

/** Appends to the ingress journal with group commit. */
export interface JournalWriter {
  /**
   * Resolves once the entry is journaled on disk; only then may it be acknowledged. Entries are written in the order
   * of the calls. Rejects when the database refused: then nothing is promised.
   */
  append(entry: JournalEntry): Promise<{ readonly repeated: boolean }>
  /** A burst is coming in: writes are full, and every millisecond spent elsewhere is waited for by a sender. */
  readonly isPressed: boolean
  /** Waits until everything appended so far is written. */
  drain(): Promise<void>
}

interface Waiting {
  readonly entry: JournalEntry
  readonly resolve: (result: { readonly repeated: boolean }) => void
  readonly reject: (error: unknown) => void
}

/** Most entries of one write: beyond this a write only gets slower. */
const MOST_PER_WRITE = 500
/** A write of this many entries tells of a burst, for this long. */
const BURST = 8
const BURST_HOLDS_MS = 20
/** Most bytes of one write: the wire protocol carries 48 MB. */
const MOST_BYTES_PER_WRITE = 16 * 1024 * 1024

/**
 * Creates a writer with one write under way at a time: what arrives meanwhile shares the next one, so that the cost
 * of a journaled write is divided by the load.
 */
export function createJournalWriter(deps: {
  readonly journal: Pick<JournalStore, 'append'>
  /** Called with what is now on disk, in order, before the callers hear of it. */
  readonly onWritten: (entries: readonly JournalEntry[]) => void
  readonly observe: (entries: number, durationMs: number) => void
}): JournalWriter {
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let pressedUntilMs = 0

  const writeAll = async (): Promise<void> => {
    // Let everything that this turn of the event loop brings join the first write.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) await writeSome(takeSome())
    writing = undefined
  }

  const takeSome = (): Waiting[] => {
    let count = 0
    let bytes = 0
    for (const { entry } of waiting) {
      bytes += entry.body.byteLength
      if (count > 0 && (count >= MOST_PER_WRITE || bytes > MOST_BYTES_PER_WRITE)) break
      count += 1
    }
    const some = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return some
  }

  const writeSome = async (some: readonly Waiting[]): Promise<void> => {
    const startedAt = performance.now()
    try {
      const repeatedAt = await deps.journal.append(some.map(({ entry }) => entry))
      reach('journaled')
      if (some.length >= BURST) pressedUntilMs = performance.now() + BURST_HOLDS_MS
      deps.onWritten(some.filter((_, position) => !repeatedAt.has(position)).map(({ entry }) => entry))
      for (const [position, { resolve }] of some.entries()) resolve({ repeated: repeatedAt.has(position) })
      deps.observe(some.length, performance.now() - startedAt)
    } catch (error) {
      for (const { reject } of some) reject(error)
    }
  }

  return {
    append: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject })
        writing ??= writeAll()
      }),
    get isPressed() {
      return performance.now() < pressedUntilMs
    },
    drain: async () => {
      while (writing) await writing
    },
  }
}
