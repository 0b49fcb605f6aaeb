import { expect, it } from 'vitest'
import type { PendingMessage } from './keepsake.ts'
import { createKeepsake, memoryStorage } from './keepsake.ts'

const pending = (clientMessageId: string, sentAtMs: number): PendingMessage => ({
  clientMessageId,
  text: 'x',
  attachments: [],
  sentAtMs,
  state: 'sending',
  writer: '',
})

it('keeps one channel’s things apart from another’s, and forgets only its own', () => {
  const { storage } = memoryStorage(() => undefined)
  const [one, two] = [createKeepsake('1', storage), createKeepsake('2', storage)]
  one.keepPending(pending('b', 2))
  one.keepPending(pending('a', 1))
  two.keepDraft('mine')
  expect(one.pending().map(({ clientMessageId }) => clientMessageId)).toEqual(['a', 'b'])
  one.dropPending('a')
  expect(one.pending().length).toBe(1)
  one.forget()
  expect([one.pending(), two.draft()]).toEqual([[], 'mine'])
})

it('what was told of a change brings everything back', () => {
  let told = ''
  const first = memoryStorage((text) => {
    told = text
  })
  createKeepsake('1', first.storage).keepProfile({ name: 'Ada' })
  const second = memoryStorage(() => undefined)
  second.fill(told)
  expect(createKeepsake('1', second.storage).profile()).toEqual({ name: 'Ada' })
})

it('bears junk and a full storage', () => {
  const memory = memoryStorage(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  memory.fill('junk')
  memory.fill('1')
  const keepsake = createKeepsake('1', memory.storage)
  keepsake.keepDraft('still here')
  expect(keepsake.visitor()).toBeUndefined()
})
