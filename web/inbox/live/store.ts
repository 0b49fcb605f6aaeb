import type { DomainEvent } from '../../../src/domain/events.ts'
import type { Overlay } from './overlay.ts'
import { absorb, EMPTY_OVERLAY, isFull } from './overlay.ts'

/** A value that screens may watch. */
export interface Watchable<T> {
  get(): T
  set(next: T): void
  subscribe(listener: () => void): () => void
}

/** The smallest store that `useSyncExternalStore` needs. */
export function watchable<T>(initial: T): Watchable<T> {
  let current = initial
  const listeners = new Set<() => void>()
  return {
    get: () => current,
    set: (next) => {
      if (Object.is(next, current)) return
      current = next
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The overlay that all screens share. */
export interface LiveStore extends Watchable<Overlay> {
  absorb(events: readonly DomainEvent[]): void
}

/** @param onFull called after the overlay was emptied: read what is on the screen again */
export function createLiveStore(onFull: () => void): LiveStore {
  const store = watchable(EMPTY_OVERLAY)
  return {
    ...store,
    absorb: (events) => {
      const next = absorb(store.get(), events)
      const full = isFull(next)
      store.set(full ? { ...EMPTY_OVERLAY, seq: next.seq } : next)
      if (full) onFull()
    },
  }
}
