/** How much may come at once, and how much per second in the long run. */
export interface Allowance {
  readonly capacity: number
  readonly perSecond: number
  /** Refusals without a pause after which the sender counts as flooding. */
  readonly floodAfter: number
}

export type Verdict = 'allowed' | 'refused' | 'flood'

export interface TokenBucket {
  take(nowMs: number): Verdict
  /** Nothing was taken for so long that forgetting the bucket changes nothing. */
  isFull(nowMs: number): boolean
}

/** A token bucket that falls below zero with every refusal, so that whoever never pauses is told apart. */
export function createTokenBucket(
  { capacity, perSecond, floodAfter }: Allowance,
  createdMs: number,
): TokenBucket {
  let tokens = capacity
  let countedMs = createdMs
  const refill = (nowMs: number): void => {
    tokens = Math.min(capacity, tokens + (Math.max(0, nowMs - countedMs) / 1000) * perSecond)
    countedMs = nowMs
  }
  return {
    take(nowMs) {
      refill(nowMs)
      const allowed = tokens >= 1
      tokens = Math.max(tokens - 1, -floodAfter)
      if (allowed) return 'allowed'
      return tokens <= -floodAfter ? 'flood' : 'refused'
    },
    isFull(nowMs) {
      refill(nowMs)
      return tokens >= capacity
    },
  }
}

export interface KeyedBuckets {
  take(key: string, nowMs: number): Verdict
  /** Forgets the keys that have been quiet. */
  prune(nowMs: number): void
}

/** One bucket per key, such as an address. */
export function createKeyedBuckets(allowance: Allowance): KeyedBuckets {
  const buckets = new Map<string, TokenBucket>()
  return {
    take(key, nowMs) {
      let bucket = buckets.get(key)
      if (!bucket) {
        bucket = createTokenBucket(allowance, nowMs)
        buckets.set(key, bucket)
      }
      return bucket.take(nowMs)
    },
    prune(nowMs) {
      for (const [key, bucket] of buckets) if (bucket.isFull(nowMs)) buckets.delete(key)
    },
  }
}
