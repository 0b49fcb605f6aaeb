import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startSweeper } from './sweeper.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const MINUTE_MS = 60_000

describe('the sweeper', () => {
  it('sweeps every kind soon after the start and every minute, whatever one of them does', async () => {
    const swept: string[] = []
    const errors: string[] = []
    const seen: number[] = []
    const sweeper = startSweeper({
      sweeps: [
        { name: 'broken', run: () => Promise.reject(new Error('no')) },
        {
          name: 'tokens',
          run: async (now) => {
            seen.push(now.getTime())
            return 3
          },
        },
        { name: 'nothing', run: async () => 0 },
      ],
      now: () => 42,
      onSwept: (name, count) => void swept.push(`${name} ${count}`),
      onError: (_, message) => void errors.push(message),
    })
    await vi.advanceTimersByTimeAsync(MINUTE_MS - 1)
    expect(swept).toEqual(['tokens 3'])
    await vi.advanceTimersByTimeAsync(1)
    expect(swept).toEqual(['tokens 3', 'tokens 3'])
    expect(errors).toEqual(['sweeping broken failed', 'sweeping broken failed'])
    expect(seen).toEqual([42, 42])
    await sweeper.stop()
    await vi.advanceTimersByTimeAsync(5 * MINUTE_MS)
    expect(swept).toHaveLength(2)
  })

  it('never runs twice at once, and its stop waits for the run under way', async () => {
    let finish: (count: number) => void = () => undefined
    let runs = 0
    const sweeper = startSweeper({
      sweeps: [
        {
          name: 'slow',
          run: () => {
            runs += 1
            return new Promise((resolve) => {
              finish = resolve
            })
          },
        },
      ],
      now: () => 0,
      onSwept: () => undefined,
      onError: () => undefined,
    })
    await vi.advanceTimersByTimeAsync(3 * MINUTE_MS)
    expect(runs).toBe(1)
    let stopped = false
    const stopping = sweeper.stop().then(() => {
      stopped = true
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(stopped).toBe(false)
    finish(0)
    await stopping
  })
})
