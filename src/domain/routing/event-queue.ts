/** Something that happens at an instant. */
export interface Timed {
  /** Milliseconds since the epoch. */
  readonly atMs: number
}

/** Hands out what was put in by its instant; what has the same instant in the order in which it was put in. */
export interface EventQueue<Event extends Timed> {
  add(event: Event): void
  /** When the next one happens; undefined = there is none. */
  nextAtMs(): number | undefined
  take(): Event | undefined
}

interface Entry<Event> {
  readonly event: Event
  readonly order: number
}

/** A binary heap: each call costs no more than the logarithm of what is in it. */
export function createEventQueue<Event extends Timed>(): EventQueue<Event> {
  const heap: Entry<Event>[] = []
  let added = 0

  const isBefore = (one: Entry<Event>, other: Entry<Event>): boolean =>
    one.event.atMs !== other.event.atMs ? one.event.atMs < other.event.atMs : one.order < other.order

  const rise = (entry: Entry<Event>): void => {
    let place = heap.length
    while (place > 0) {
      const parentPlace = (place - 1) >> 1
      const parent = heap[parentPlace]
      if (!parent || isBefore(parent, entry)) break
      heap[place] = parent
      place = parentPlace
    }
    heap[place] = entry
  }

  const sink = (entry: Entry<Event>): void => {
    let place = 0
    for (;;) {
      const leftPlace = 2 * place + 1
      const left = heap[leftPlace]
      const right = heap[leftPlace + 1]
      if (!left) break
      const lower = right && isBefore(right, left) ? right : left
      if (isBefore(entry, lower)) break
      heap[place] = lower
      place = lower === left ? leftPlace : leftPlace + 1
    }
    heap[place] = entry
  }

  return {
    add(event) {
      rise({ event, order: added })
      added += 1
    },
    nextAtMs: () => heap[0]?.event.atMs,
    take() {
      const first = heap[0]
      const last = heap.pop()
      if (first && last && heap.length > 0) sink(last)
      return first?.event
    },
  }
}
