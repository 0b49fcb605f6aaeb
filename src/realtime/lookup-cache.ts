export interface LookupCache<V> {
  /** The remembered answer, or a fresh one. Failures are not remembered. */
  get(key: string): Promise<V | undefined>
  forget(): void
}

/**
 * Remembers answers for a short time, and lets everybody who asks meanwhile wait for the one question. What was not
 * found is asked again: it may be about to exist.
 */
export function createLookupCache<V>(options: {
  readonly lookUp: (key: string) => Promise<V | undefined>
  readonly ttlMs: number
  readonly capacity: number
  readonly now: () => number
}): LookupCache<V> {
  const { lookUp, ttlMs, capacity, now } = options
  const entries = new Map<string, { readonly untilMs: number; readonly answer: Promise<V | undefined> }>()
  return {
    get(key) {
      const known = entries.get(key)
      if (known && known.untilMs > now()) return known.answer
      entries.delete(key)
      const entry = { untilMs: now() + ttlMs, answer: lookUp(key) }
      entries.set(key, entry)
      if (entries.size > capacity) {
        const [oldest] = entries.keys()
        if (oldest !== undefined) entries.delete(oldest)
      }
      const drop = (): void => {
        if (entries.get(key) === entry) entries.delete(key)
      }
      entry.answer.then((value) => {
        if (value === undefined) drop()
      }, drop)
      return entry.answer
    },
    forget: () => entries.clear(),
  }
}
