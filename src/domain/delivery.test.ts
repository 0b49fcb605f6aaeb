import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterFailure, backoffMs, DEFAULT_RETRY_SCHEDULE, type RetrySchedule } from './delivery.ts'

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const schedule: fc.Arbitrary<RetrySchedule> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 50 }),
  firstDelayMs: fc.integer({ min: 1, max: 60_000 }),
  longestDelayMs: fc.integer({ min: 60_000, max: 86_400_000 }),
})

describe('backoffMs', () => {
  it('lies between half the step and the whole of it, and never beyond the longest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), schedule, random, (attempts, plan, chance) => {
        const delay = backoffMs(attempts, plan, chance)
        const step = Math.min(plan.longestDelayMs, plan.firstDelayMs * 2 ** Math.min(attempts - 1, 40))
        expect(delay).toBeGreaterThanOrEqual(Math.floor(step / 2))
        expect(delay).toBeLessThanOrEqual(step)
        expect(Number.isSafeInteger(delay)).toBe(true)
      }),
    )
  })

  it('never undercuts what the platform asked for', () => {
    fc.assert(
      fc.property(fc.nat(20), schedule, random, fc.nat(10_000_000), (attempts, plan, chance, asked) => {
        expect(backoffMs(attempts + 1, plan, chance, asked)).toBeGreaterThanOrEqual(asked)
      }),
    )
  })

  it('spreads failures of the same moment over half the step', () => {
    const delays = Array.from({ length: 100 }, (_, index) =>
      backoffMs(5, DEFAULT_RETRY_SCHEDULE, index / 100),
    )
    expect(new Set(delays).size).toBe(100)
  })

  it('lasts one to two hours in all by default', () => {
    const hoursAt = (chance: number): number => {
      let ms = 0
      for (let attempt = 1; attempt < DEFAULT_RETRY_SCHEDULE.maxAttempts; attempt += 1)
        ms += backoffMs(attempt, DEFAULT_RETRY_SCHEDULE, chance)
      return ms / 3_600_000
    }
    expect([0, 0.5, 0.999_999].map((chance) => hoursAt(chance).toFixed(1))).toEqual(['1.1', '1.6', '2.1'])
  })
})

describe('afterFailure', () => {
  const failure = fc.record({
    retry: fc.constantFrom('never', 'later'),
    delivery: fc.constantFrom('not-sent', 'unknown'),
  })

  it('never repeats by itself what may have been sent', () => {
    fc.assert(
      fc.property(
        failure,
        fc.integer({ min: 1, max: 60 }),
        schedule,
        random,
        (facts, attempts, plan, chance) => {
          const { next } = afterFailure(facts as Parameters<typeof afterFailure>[0], attempts, plan, chance)
          if (facts.delivery === 'unknown') expect(next).toBe('unknown')
          else if (facts.retry === 'never' || attempts >= plan.maxAttempts) expect(next).toBe('dead')
          else expect(next).toBe('retry')
        },
      ),
    )
  })
})
