import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { stopOnSignals } from './stop-on-signals.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function rig(stop: () => Promise<void>) {
  const signals = new EventEmitter()
  const exits: number[] = []
  const stopped = vi.fn(stop)
  const clock = { ms: 0 }
  stopOnSignals({
    signals,
    stop: stopped,
    timeoutMs: 10_000,
    exit: (code) => void exits.push(code),
    log: { info: () => undefined, error: () => undefined },
    now: () => clock.ms,
  })
  return { signals, exits, stopped, clock }
}
const never = (): Promise<void> => new Promise(() => undefined)

it('stops once, in order, however often one Ctrl-C arrives', async () => {
  const { signals, exits, stopped } = rig(async () => undefined)
  signals.emit('SIGINT')
  signals.emit('SIGINT')
  signals.emit('SIGTERM')
  await vi.advanceTimersByTimeAsync(0)
  expect(stopped).toHaveBeenCalledTimes(1)
  expect(exits).toEqual([0])
})

it('ends at once when asked again later', () => {
  const { signals, exits, clock } = rig(never)
  signals.emit('SIGTERM')
  clock.ms = 1_000
  signals.emit('SIGTERM')
  expect(exits).toEqual([])
  clock.ms = 3_000
  signals.emit('SIGTERM')
  expect(exits).toEqual([130])
})

it('ends when stopping takes too long, and says so by its code', async () => {
  const { signals, exits } = rig(never)
  signals.emit('SIGTERM')
  await vi.advanceTimersByTimeAsync(9_999)
  expect(exits).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(exits).toEqual([1])
})

it('tells by its code that stopping failed', async () => {
  const { signals, exits } = rig(() => Promise.reject(new Error('x')))
  signals.emit('SIGTERM')
  await vi.advanceTimersByTimeAsync(0)
  expect(exits).toEqual([1])
})
