import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ErrorCode } from '../../../src/domain/errors.ts'
import { ProblemError, UnreachableError } from '../../shared/problem.ts'
import type { OutboxDeps } from './outbox.ts'
import { createOutbox } from './outbox.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const problem = (status: number, code: ErrorCode, retryAfterSeconds?: number): ProblemError =>
  new ProblemError({ title: code, status, code, ...(retryAfterSeconds && { retryAfterSeconds }) })

function outboxOf(outcomes: (Error | undefined)[], part: Partial<OutboxDeps<string>> = {}) {
  const queue = ['one', 'two']
  const log: string[] = []
  const drop = (item: string): unknown => queue.splice(queue.indexOf(item), 1)
  const outbox = createOutbox<string>({
    next: () => queue[0],
    post(item) {
      log.push(`post ${item}`)
      const outcome = outcomes.shift()
      return outcome ? Promise.reject(outcome) : Promise.resolve()
    },
    renew: () => Promise.resolve(true),
    onAccepted(item) {
      drop(item)
      log.push(`accepted ${item}`)
    },
    onRefused(item, code) {
      drop(item)
      log.push(`refused ${item}: ${code}`)
    },
    random: () => 0,
    ...part,
  })
  return { outbox, log }
}

it('posts one after the other', async () => {
  const { outbox, log } = outboxOf([])
  outbox.wake()
  outbox.wake()
  await vi.runAllTimersAsync()
  expect(log).toEqual(['post one', 'accepted one', 'post two', 'accepted two'])
})

it.each([
  ['no answer', new UnreachableError('gone')],
  ['a server in trouble', problem(503, 'unavailable')],
  ['too many requests', problem(429, 'rate-limited')],
])('tries again after %s, in order', async (_, error) => {
  const { outbox, log } = outboxOf([error, error])
  outbox.wake()
  await vi.runAllTimersAsync()
  expect(log).toEqual(['post one', 'post one', 'post one', 'accepted one', 'post two', 'accepted two'])
})

it('waits as long as the server asks, unless it is woken', async () => {
  const { outbox, log } = outboxOf([problem(429, 'rate-limited', 60)])
  outbox.wake()
  await vi.advanceTimersByTimeAsync(59_000)
  expect(log).toEqual(['post one'])
  outbox.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(log).toContain('accepted two')
})

it('hands back what is refused for good, and goes on with the next', async () => {
  const { outbox, log } = outboxOf([problem(400, 'invalid-input')])
  outbox.wake()
  await vi.runAllTimersAsync()
  expect(log).toEqual(['post one', 'refused one: invalid-input', 'post two', 'accepted two'])
})

it('gets a new session when the old one ran out', async () => {
  const renew = vi.fn(() => Promise.resolve(true))
  const { outbox, log } = outboxOf([problem(401, 'invalid-token')], { renew })
  outbox.wake()
  await vi.runAllTimersAsync()
  expect(renew).toHaveBeenCalledTimes(1)
  expect(log).toContain('accepted one')
})

it('without a new session it keeps the message and waits', async () => {
  const { outbox, log } = outboxOf([problem(401, 'invalid-token')], { renew: () => Promise.resolve(false) })
  outbox.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(log).toEqual(['post one'])
  await vi.runAllTimersAsync()
  expect(log).toContain('accepted one')
})
