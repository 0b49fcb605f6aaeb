import { expect, it } from 'vitest'
import type { MessageView } from '../../../src/domain/views.ts'
import { openAtFirst } from './letter-folds.ts'

const letter = (id: string, part: object = {}) =>
  ({ id, direction: 'inbound', letter: {}, ...part }) as unknown as MessageView
const open = (messages: readonly MessageView[], unread = 0) => [...openAtFirst(messages, unread)].sort()

it('opens the last letter, unread ones, and those that did not arrive', () => {
  const thread = [
    letter('a'),
    letter('b', { direction: 'outbound', status: 'failed' }),
    letter('c', { direction: 'outbound', delivery: { state: 'unknown' } }),
    letter('d'),
    letter('e'),
    letter('f', { direction: 'outbound' }),
  ]
  expect(open(thread)).toEqual(['b', 'c', 'f'])
  expect(open(thread, 2)).toEqual(['b', 'c', 'd', 'e', 'f'])
})

it('opens all of a short thread, and counts letters only', () => {
  const note = { id: 'n', direction: 'outbound', kind: 'note' } as unknown as MessageView
  expect(open([letter('a'), note, letter('b')])).toEqual(['a', 'b'])
  expect(open([letter('a'), letter('b'), letter('c'), note])).toEqual(['c'])
})
