import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchEngine } from './engine-watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function watch(ask: () => Promise<void>) {
  const onFrozen = vi.fn()
  const asked = vi.fn(ask)
  return { onFrozen, asked, watching: watchEngine({ ask: asked, lookEveryMs: 1_000, onFrozen }) }
}
const never = (): Promise<void> => new Promise(() => undefined)
const after = (ms: number) => (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

it('calls an engine frozen, once, that does not answer for thirty looks', async () => {
  const { onFrozen, asked } = watch(never)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(onFrozen).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(100_000)
  expect(onFrozen).toHaveBeenCalledTimes(1)
  expect(asked).toHaveBeenCalledTimes(1)
})

it('is patient with one that is busy', async () => {
  const { onFrozen } = watch(after(25_000))
  await vi.advanceTimersByTimeAsync(1_000_000)
  expect(onFrozen).not.toHaveBeenCalled()
})

it('asks anew when the connection broke', async () => {
  let answers = 0
  const { onFrozen } = watch(() =>
    (answers += 1) % 5 === 0 ? Promise.resolve() : Promise.reject(new Error('x')),
  )
  await vi.advanceTimersByTimeAsync(1_000_000)
  expect(onFrozen).not.toHaveBeenCalled()
})

it('takes the sleep of a machine for one look', async () => {
  const { onFrozen } = watch(never)
  await vi.advanceTimersByTimeAsync(10_000)
  vi.setSystemTime(Date.now() + 8 * 3_600_000)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(onFrozen).not.toHaveBeenCalled()
})

it('says nothing after it was stopped', async () => {
  const { onFrozen, watching } = watch(never)
  await vi.advanceTimersByTimeAsync(10_000)
  watching.stop()
  await vi.advanceTimersByTimeAsync(100_000)
  expect(onFrozen).not.toHaveBeenCalled()
})
