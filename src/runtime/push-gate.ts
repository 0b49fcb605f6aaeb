/** Holds back what a session brings, so that neither memory nor the journal runs full. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { JournalEntryId } from '../domain/ids.ts'

/** Memory for bodies that wait for the disk, shared by all sessions of a node, first come, first served. */
export interface ByteGate {
  /** Resolves with what gives the bytes back. Rejects when `signal` aborts first. */
  enter(bytes: number, signal: AbortSignal): Promise<() => void>
}

/** Creates a gate; what is larger than all of it passes alone. */
export function createByteGate(mostBytes: number): ByteGate {
  let taken = 0
  let waiting: { readonly bytes: number; readonly pass: () => void }[] = []

  const fits = (bytes: number): boolean => taken === 0 || taken + bytes <= mostBytes
  const letIn = (): void => {
    for (let next = waiting[0]; next && fits(next.bytes); next = waiting[0]) {
      waiting = waiting.slice(1)
      taken += next.bytes
      next.pass()
    }
  }

  return {
    enter: (bytes, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const leave = (): void => {
          taken -= bytes
          letIn()
        }
        const onAbort = (): void => {
          waiting = waiting.filter((one) => one !== mine)
          reject(signal.reason)
          letIn()
        }
        const pass = (): void => {
          signal.removeEventListener('abort', onAbort)
          resolve(leave)
        }
        const mine = { bytes, pass }
        signal.addEventListener('abort', onAbort, { once: true })
        waiting = [...waiting, mine]
        letIn()
      }),
  }
}

/** What one session has in the journal and nobody has projected yet. */
export interface Backlog {
  /** Resolves when there is room for an entry. Rejects when `signal` aborts first. */
  room(signal: AbortSignal): Promise<void>
  /** An entry is on its way into the journal. */
  add(id: JournalEntryId, bytes: number): void
  /** It is there. */
  arrived(id: JournalEntryId): void
  /** It never came there. */
  drop(id: JournalEntryId): void
}

export interface BacklogLimits {
  readonly most: number
  readonly mostBytes: number
  /** How often it is looked, once the backlog is full, what became of it. */
  readonly lookEveryMs: number
}

/** Enough to keep the parsing threads busy; a chat's or another mailbox's turn is never further away than this. */
const LIMITS: BacklogLimits = { most: 200, mostBytes: 16 * 1024 * 1024, lookEveryMs: 100 }

/**
 * Creates an empty backlog. Another node may be the one that projects, so it is the journal that is asked, and only
 * when the backlog is full.
 */
export function createBacklog(
  stillPending: (ids: readonly JournalEntryId[]) => Promise<ReadonlySet<JournalEntryId>>,
  limits: Partial<BacklogLimits> = {},
): Backlog {
  const { most, mostBytes, lookEveryMs } = { ...LIMITS, ...limits }
  const pending = new Map<JournalEntryId, { readonly bytes: number; readonly hasArrived: boolean }>()
  let bytes = 0
  let looking: Promise<void> | undefined

  const isFull = (): boolean => pending.size > 0 && (pending.size >= most || bytes >= mostBytes)

  const drop = (id: JournalEntryId): void => {
    bytes -= pending.get(id)?.bytes ?? 0
    pending.delete(id)
  }

  const look = async (): Promise<void> => {
    const asked = [...pending].flatMap(([id, { hasArrived }]) => (hasArrived ? [id] : []))
    const left = await stillPending(asked)
    for (const id of asked) if (!left.has(id)) drop(id)
  }

  const drain = async (signal: AbortSignal): Promise<void> => {
    while (isFull()) {
      await sleep(lookEveryMs, undefined, { signal })
      await look()
    }
  }

  return {
    async room(signal) {
      while (isFull()) {
        signal.throwIfAborted()
        looking ??= drain(signal).finally(() => {
          looking = undefined
        })
        await looking
      }
      signal.throwIfAborted()
    },
    add(id, size) {
      drop(id)
      pending.set(id, { bytes: size, hasArrived: false })
      bytes += size
    },
    arrived(id) {
      const known = pending.get(id)
      if (known) pending.set(id, { ...known, hasArrived: true })
    },
    drop,
  }
}
