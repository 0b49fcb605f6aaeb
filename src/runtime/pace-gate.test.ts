import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPaceGate, type PaceGate } from './pace-gate.ts'

let gate: PaceGate
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  gate = createPaceGate({ now: Date.now })
})
afterEach(() => {
  gate.close()
  vi.useRealTimers()
})

const passes = (count: number) => {
  const went: number[] = []
  let refused = 0
  for (let index = 0; index < count; index += 1) {
    void gate.pass().then((passage) => (passage ? went.push(passage.wentAtMs) : (refused += 1)))
  }
  return { went, refused: () => refused }
}

describe('the gate before a platform', () => {
  it('lets those who come late in a bunch go one by one all the same', async () => {
    gate.setLimit({ messages: 10, perMs: 1_000 })
    const { went } = passes(10)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(went).toHaveLength(10)
    for (const [index, at] of went.entries()) {
      const next = went[index + 1]
      if (next !== undefined && index > 0) expect(next - at).toBeGreaterThanOrEqual(90)
    }
  })

  it('sends back whoever would wait for long, also when that turns out later', async () => {
    gate.setLimit({ messages: 1, perMs: 1_000 })
    const { went, refused } = passes(2)
    await vi.advanceTimersByTimeAsync(0)
    expect([went.length, refused()]).toEqual([1, 0])
    gate.hold(Date.now() + 30_000)
    await vi.advanceTimersByTimeAsync(0)
    expect([went.length, refused()]).toEqual([1, 1])
    expect(gate.earliestMs()).toBe(Date.now() + 30_000)
  })

  it('waits out a short hold', async () => {
    gate.hold(Date.now() + 1_500)
    const { went } = passes(1)
    await vi.advanceTimersByTimeAsync(1_499)
    expect(went).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(went).toHaveLength(1)
  })

  it('is open without a limit, and shut once it is closed', async () => {
    const passages = await Promise.all([gate.pass(), gate.pass()])
    expect(passages.map((passage) => passage?.wentAtMs)).toEqual([1_000_000, 1_000_000])
    expect(gate.ahead).toBe(Number.POSITIVE_INFINITY)
    gate.close()
    expect(await gate.pass()).toBeUndefined()
  })

  it('lets what was answered late count from later, measured by the quickest answer of the last minutes', async () => {
    gate.setLimit({ messages: 1, perMs: 1_000 })
    const answeredAfter = async (tookMs: number): Promise<number> => {
      const passage = gate.pass()
      await vi.advanceTimersByTimeAsync(2_000)
      const { wentAtMs, answered } = (await passage) ?? { wentAtMs: 0, answered: () => Number.NaN }
      vi.setSystemTime(wentAtMs + tookMs)
      const lateMs = answered()
      expect(gate.earliestMs()).toBe(wentAtMs + 1_010 + Math.min(100, lateMs))
      return lateMs
    }
    expect(await answeredAfter(200)).toBe(0)
    expect(await answeredAfter(230)).toBe(30)
    expect(await answeredAfter(180)).toBe(0)
    expect(await answeredAfter(900)).toBe(720)
    // Slower for good.
    vi.setSystemTime(Date.now() + 121_000)
    expect(await answeredAfter(500)).toBe(0)
  })

  it('has half a second’s worth made ready ahead, one at least', () => {
    gate.setLimit({ messages: 80, perMs: 1_000 })
    expect(gate.ahead).toBe(40)
    gate.setLimit({ messages: 20, perMs: 60_000 })
    expect(gate.ahead).toBe(1)
  })
})
