import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PaceLimit } from './capabilities.ts'
import { afterAnswer, afterSending, earliestMs, isRested, RESTED, shareOf } from './pacing.ts'

const limits = fc
  .record({
    messages: fc.integer({ min: 1, max: 100 }),
    perMs: fc.integer({ min: 200, max: 60_000 }),
    burst: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  })
  .map(({ burst, ...limit }): PaceLimit => (burst === undefined ? limit : { ...limit, burst }))

/** Sends as soon as it may, or later by what a timer is late; answers when each message went. */
function run(limit: PaceLimit, wishes: readonly number[], lateMs: readonly number[]): number[] {
  let state = RESTED
  let nowMs = 0
  return wishes.map((wishMs, index) => {
    const late = lateMs.length === 0 ? 0 : (lateMs[index % lateMs.length] ?? 0)
    nowMs = Math.max(nowMs, wishMs, earliestMs(limit, state)) + late
    state = afterSending(limit, state, nowMs)
    return nowMs
  })
}

const lateness = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 })

describe('pacing', () => {
  it('lets never more than the limit go within its time, whatever the burst and whenever they come', () => {
    const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })), { maxLength: 300 })
    fc.assert(
      fc.property(limits, gaps, lateness, (limit, waits, late) => {
        let at = 0
        const went = run(
          limit,
          waits.map((wait) => (at += wait)),
          late,
        )
        for (const [index, first] of went.entries()) {
          const beyond = went[index + limit.messages]
          if (beyond !== undefined) expect(beyond - first).toBeGreaterThanOrEqual(limit.perMs)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('reaches at least 95 % of the limit while there is always work', () => {
    fc.assert(
      fc.property(limits, (limit) => {
        const count = limit.messages * 5 + 1
        const went = run(limit, Array(count).fill(0), [])
        const rate = (count - 1) / (went.at(-1) ?? 0)
        expect(rate).toBeGreaterThanOrEqual((0.95 * limit.messages) / limit.perMs)
      }),
    )
  })

  it('reaches it also when every timer is late', () => {
    fc.assert(
      fc.property(lateness, (late) => {
        const limit = { messages: 80, perMs: 1_000 }
        const went = run(limit, Array(801).fill(0), late)
        expect(800 / (went.at(-1) ?? 0)).toBeGreaterThanOrEqual(0.95 * 0.08)
      }),
    )
  })

  it('keeps the limit at the platform’s end, where messages arrive later than they went', () => {
    const onTheWay = fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(onTheWay, fc.integer({ min: 0, max: 500 }), (jitterMs, quickestMs) => {
        const limit = { messages: 80, perMs: 1_000 }
        const arrivals: number[] = []
        const answers: { readonly atMs: number; readonly wentAtMs: number; readonly lateMs: number }[] = []
        let state = RESTED
        let nowMs = 0
        for (let sent = 0; sent < 480; ) {
          const mayMs = earliestMs(limit, state)
          const [answer] = answers
          if (answer && answer.atMs <= Math.max(nowMs, mayMs)) {
            answers.shift()
            nowMs = Math.max(nowMs, answer.atMs)
            state = afterAnswer(limit, state, answer.wentAtMs, answer.lateMs)
            continue
          }
          nowMs = Math.max(nowMs, mayMs)
          state = afterSending(limit, state, nowMs)
          const lateMs = jitterMs[sent % jitterMs.length] ?? 0
          arrivals.push(nowMs + quickestMs + lateMs)
          answers.push({ atMs: nowMs + quickestMs + lateMs, wentAtMs: nowMs, lateMs })
          answers.sort((a, b) => a.atMs - b.atMs)
          sent += 1
        }
        arrivals.sort((a, b) => a - b)
        for (const [index, first] of arrivals.entries()) {
          const beyond = arrivals[index + limit.messages]
          if (beyond !== undefined) expect(beyond - first).toBeGreaterThanOrEqual(limit.perMs)
        }
        // What is on its way for longer at its worst is lost, and no more than that.
        const worstMs = Math.max(...jitterMs)
        const spanMs = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)
        expect(spanMs).toBeLessThanOrEqual(5 * (limit.perMs * 1.01 + worstMs) + limit.perMs)
      }),
    )
  })

  it('takes no more than a tenth of the limit’s time for lateness, and none for what it does not know', () => {
    const limit = { messages: 1, perMs: 1_000 }
    const state = afterSending(limit, RESTED, 5_000)
    expect(earliestMs(limit, afterAnswer(limit, state, 5_000, 40))).toBe(6_050)
    expect(earliestMs(limit, afterAnswer(limit, state, 5_000, 20_000))).toBe(6_110)
    expect(afterAnswer(limit, state, 5_000, 0)).toBe(state)
    expect(afterAnswer(limit, state, 4_000, 40)).toBe(state)
  })

  it('spreads evenly, but for a burst and 100 ms', () => {
    const went = run({ messages: 20, perMs: 60_000, burst: 3 }, Array(20).fill(0), [])
    expect(went.slice(0, 3)).toEqual([0, 0, 0])
    for (const [index, at] of went.slice(3).entries())
      expect(at).toBeGreaterThanOrEqual((index + 1) * 3_030 - 100)
  })

  it('knows when it may forget', () => {
    const limit = { messages: 2, perMs: 1_000 }
    const state = afterSending(limit, RESTED, 5_000)
    expect(isRested(limit, state, 5_500)).toBe(false)
    expect(isRested(limit, state, 6_030)).toBe(true)
    expect(isRested(limit, RESTED, 0)).toBe(true)
  })

  it('divides a limit among nodes so that together they keep it', () => {
    expect(shareOf({ messages: 80, perMs: 1_000, burst: 5 }, 2)).toEqual({
      messages: 80,
      perMs: 2_000,
      burst: 2,
    })
    expect(shareOf({ messages: 1, perMs: 1_000 }, 3)).toEqual({ messages: 1, perMs: 3_000, burst: 1 })
    const limit = { messages: 1, perMs: 1_000 }
    expect(shareOf(limit, 1)).toBe(limit)
  })
})
