import { expect, it } from 'vitest'
import type { VisitorMessageView } from '../../../src/domain/events.ts'
import { createReceiptBook } from './receipts.ts'

const message = (id: string, part: Partial<VisitorMessageView> = {}): VisitorMessageView =>
  ({ id, from: 'agent', status: 'sent', ...part }) as VisitorMessageView

it('says each thing once, and read says delivered too', () => {
  const book = createReceiptBook()
  expect(book.note([message('a'), message('b', { from: 'visitor' })], 'delivered')).toBe(true)
  expect(book.note([message('a')], 'read')).toBe(true)
  const receipt = book.next()
  expect(receipt).toEqual({ type: 'receipt', status: 'read', messageIds: ['a'] })
  // Not settled yet: it is still due.
  expect(book.next()).toEqual(receipt)
  if (receipt) book.settle(receipt)
  expect(book.note([message('a')], 'read')).toBe(false)
  expect(book.note([message('a')], 'delivered')).toBe(false)
  expect(book.next()).toBeUndefined()
})

it('does not repeat what the server knows', () => {
  const book = createReceiptBook()
  expect(
    book.note([message('a', { status: 'read' }), message('b', { status: 'delivered' })], 'delivered'),
  ).toBe(false)
  expect(book.note([message('b', { status: 'delivered' })], 'read')).toBe(true)
})

it('posts a hundred at a time', () => {
  const book = createReceiptBook()
  book.note(
    Array.from({ length: 150 }, (_, index) => message(`${index}`)),
    'delivered',
  )
  const first = book.next()
  expect(first?.messageIds.length).toBe(100)
  if (first) book.settle(first)
  expect(book.next()?.messageIds.length).toBe(50)
})
