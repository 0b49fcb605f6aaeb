import { expect, it } from 'vitest'
import type { MessageView } from '../../../src/domain/views.ts'
import type { PendingMessage } from '../data/outbox.ts'
import { threadRows } from './thread-rows.ts'

const AGENT = { kind: 'agent', id: 'a1', name: 'Ana' } as const

const message = (id: string, createdAt: string, part: Partial<MessageView> = {}): MessageView =>
  ({ id, kind: 'message', direction: 'outbound', author: AGENT, createdAt, ...part }) as MessageView

const pending = (clientMessageId: string, createdAt: string): PendingMessage =>
  ({ clientMessageId, createdAt }) as PendingMessage

const keys = (messages: readonly MessageView[], waiting: readonly PendingMessage[] = []): string[] =>
  threadRows(messages, waiting).map(({ key }) => key)

const YESTERDAY = '2026-11-23T12:00:00.000Z'
const TODAY = '2026-11-24T12:00:00.000Z'

it('a message that waits has the place of the one that it becomes', () => {
  const before = message('m1', YESTERDAY)
  const waiting = keys([before], [pending('c1', TODAY)])
  const stored = keys([before, message('m2', TODAY, { clientMessageId: 'c1' })])
  expect(waiting).toEqual(stored)
  expect(stored.filter((key) => key.startsWith('day-'))).toHaveLength(2)
})

it('several that wait begin a day once', () => {
  const rows = keys([message('m1', YESTERDAY)], [pending('c1', TODAY), pending('c2', TODAY)])
  expect(rows.slice(-2)).toEqual(['c1', 'c2'])
  expect(new Set(rows).size).toBe(rows.length)
})

it('one that was refused days ago begins no day anew', () => {
  const rows = keys([message('m1', YESTERDAY), message('m2', TODAY)], [pending('c1', YESTERDAY)])
  expect(rows.filter((key) => key.startsWith('day-'))).toHaveLength(2)
})

it('begins with the day of the first message, also of one that waits', () => {
  expect(threadRows([], [pending('c1', TODAY)]).map(({ kind }) => kind)).toEqual(['day', 'pending'])
})
