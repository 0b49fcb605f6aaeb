import { describe, expect, it } from 'vitest'
import { createKeyedBuckets, createTokenBucket } from './token-bucket.ts'

const ALLOWANCE = { capacity: 3, perSecond: 1, floodAfter: 4 }

describe('a token bucket', () => {
  it('allows a burst, then the long-run rate', () => {
    const bucket = createTokenBucket(ALLOWANCE, 0)
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual(['allowed', 'allowed', 'allowed', 'refused'])
    expect(bucket.take(2500)).toBe('allowed')
    expect(bucket.take(2500)).toBe('refused')
  })

  it('calls it a flood when nobody pauses, and forgives who does', () => {
    const bucket = createTokenBucket(ALLOWANCE, 0)
    const verdicts = Array.from({ length: 8 }, () => bucket.take(0))
    expect(verdicts.slice(3)).toEqual(['refused', 'refused', 'refused', 'flood', 'flood'])
    expect(bucket.take(60_000)).toBe('allowed')
  })

  it('is not moved by a clock that goes back', () => {
    const bucket = createTokenBucket(ALLOWANCE, 10_000)
    for (let i = 0; i < 3; i += 1) bucket.take(10_000)
    expect(bucket.take(0)).toBe('refused')
  })

  it('forgets only keys that have been quiet', () => {
    const buckets = createKeyedBuckets({ capacity: 1, perSecond: 0.1, floodAfter: 4 })
    expect(buckets.take('a', 0)).toBe('allowed')
    buckets.prune(5_000)
    expect(buckets.take('a', 5_000)).toBe('refused')
    buckets.prune(60_000)
    expect(buckets.take('a', 60_000)).toBe('allowed')
  })
})
