import type { JournalEntryId } from '../domain/ids.ts'
import type { JournalEntry } from '../store/journal-store.ts'

/** Beyond this many entries, or this many bytes, in memory the rest waits in the journal. */
const MOST_IN_MEMORY = 10_000
const MOST_BYTES_IN_MEMORY = 16 * 1024 * 1024

const NONE: ReadonlySet<string> = new Set()

/** Entries of one sender have the same. */
export function lineOf({ line, partition }: JournalEntry): string {
  return line === undefined ? `partition ${partition}` : `line ${line}`
}

/** The entries that one projector has in hand: each once, in order of arrival. */
export interface WorkQueue {
  readonly size: number
  /** All that is not done with, those taken included. */
  readonly inHand: readonly JournalEntryId[]
  /** Of their bodies. */
  readonly bytesInHand: number
  readonly oldestReceivedAtMs: number | undefined
  /** Adds entries at the end. False when some were left to the journal, which holds others that come before them. */
  offer(entries: readonly JournalEntry[], held: ReadonlySet<number>): boolean
  /**
   * Adds entries found in the journal, in front of what came later.
   * @param isAll whether these are all that the journal holds for this node
   */
  merge(found: readonly JournalEntry[], isAll: boolean): void
  /**
   * Takes the next entries; those whose partition is no longer held are dropped.
   * @param resting lines whose entries stay where they are; see {@link lineOf}
   */
  take(limit: number, held: ReadonlySet<number>, resting?: ReadonlySet<string>): readonly JournalEntry[]
  /** These are done with: the same may be found in the journal again. */
  forget(entries: readonly JournalEntry[]): void
  clear(): void
}

/** Creates an empty queue. */
export function createWorkQueue(): WorkQueue {
  let entries: JournalEntry[] = []
  let head = 0
  /** Of those that wait, and of those that were taken. */
  let bytes = 0
  let takenBytes = 0
  const known = new Set<JournalEntryId>()
  /**
   * The journal may hold entries that never came here, as after a start; until they are found, newer ones must not
   * overtake them.
   */
  let behind = true

  const compact = (): void => {
    if (head === 0) return
    entries = entries.slice(head)
    head = 0
  }

  return {
    get size() {
      return entries.length - head
    },
    get inHand() {
      return [...known]
    },
    get bytesInHand() {
      return bytes + takenBytes
    },
    get oldestReceivedAtMs() {
      return entries[head]?.receivedAtMs
    },
    offer(offered, held) {
      const mine = offered.filter(({ id, partition }) => held.has(partition) && !known.has(id))
      const isFull =
        entries.length - head + mine.length > MOST_IN_MEMORY || bytes + bytesOf(mine) > MOST_BYTES_IN_MEMORY
      if (behind || isFull) {
        behind = behind || mine.length > 0
        return !behind
      }
      for (const entry of mine) {
        known.add(entry.id)
        entries.push(entry)
      }
      bytes += bytesOf(mine)
      return true
    },
    merge(found, isAll) {
      const fresh = found.filter(({ id }) => !known.has(id))
      behind = !isAll
      if (fresh.length === 0) return
      for (const { id } of fresh) known.add(id)
      bytes += bytesOf(fresh)
      compact()
      entries = [...entries, ...fresh].sort((a, b) => a.order - b.order)
    },
    take(limit, held, resting = NONE) {
      const taken: JournalEntry[] = []
      const left: JournalEntry[] = []
      while (taken.length < limit && head < entries.length) {
        const entry = entries[head]
        head += 1
        if (!entry) continue
        if (resting.size > 0 && resting.has(lineOf(entry))) {
          left.push(entry)
          continue
        }
        bytes -= entry.body.byteLength
        if (held.has(entry.partition)) taken.push(entry)
        else known.delete(entry.id)
      }
      if (left.length > 0) {
        entries = [...left, ...entries.slice(head)]
        head = 0
      } else if (head > MOST_IN_MEMORY || head === entries.length) compact()
      takenBytes += bytesOf(taken)
      return taken
    },
    forget(done) {
      for (const { id, body } of done) if (known.delete(id)) takenBytes -= body.byteLength
    },
    clear() {
      entries = []
      head = 0
      bytes = 0
      takenBytes = 0
      known.clear()
      behind = true
    },
  }
}

function bytesOf(entries: readonly JournalEntry[]): number {
  return entries.reduce((sum, { body }) => sum + body.byteLength, 0)
}
