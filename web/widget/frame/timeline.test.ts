import { expect, it } from 'vitest'
import type { VisitorMessageView } from '../../../src/domain/events.ts'
import type { MessageId } from '../../../src/domain/ids.ts'
import type { PendingMessage } from './keepsake.ts'
import { joinNewest, layOut, mergeMessages, stillPending } from './timeline.ts'

const DAY = 86_400_000
const START = new Date(2026, 10, 23, 12).getTime()

function message(id: string, part: Partial<VisitorMessageView> & { atMs?: number } = {}): VisitorMessageView {
  const { atMs = START, ...rest } = part
  return {
    id: id as MessageId,
    from: 'agent',
    authorName: 'Maya',
    text: id,
    attachments: [],
    status: 'sent',
    at: new Date(atMs).toISOString(),
    order: atMs * 1_000,
    deleted: false,
    version: 1,
    ...rest,
  }
}

const pending: PendingMessage = {
  clientMessageId: 'c1',
  text: 'c1',
  attachments: [],
  sentAtMs: START,
  state: 'sending',
  writer: '',
}
const ids = (messages: readonly VisitorMessageView[]): string[] => messages.map(({ id }) => id)

it('merges by version, in order, whatever comes when', () => {
  const old = message('a', { status: 'sent' })
  const later = message('a', { status: 'read', version: 2 })
  const first = message('b', { atMs: START - 1 })
  expect(mergeMessages([later], [old, first])).toEqual([first, later])
  expect(mergeMessages([old], [first, later])).toEqual([first, later])
  const [part, nextPart] = [message('z', { order: 1 }), message('a', { order: 2 })]
  expect(mergeMessages([nextPart], [part])).toEqual([part, nextPart])
})

it('a newest page that touches what is known is joined; one that does not replaces it', () => {
  const known = [message('a'), message('b')]
  const joined = joinNewest(known, [message('c'), message('b')], false)
  expect([ids(joined.messages), joined.replaced]).toEqual([['a', 'b', 'c'], false])
  const apart = joinNewest(known, [message('y'), message('z')], false)
  expect([ids(apart.messages), apart.replaced]).toEqual([['y', 'z'], true])
  expect(joinNewest(known, [], true).replaced).toBe(false)
})

it('what the history shows is no longer on its way', () => {
  const stored = message('m', { from: 'visitor', clientMessageId: 'c1' })
  expect(stillPending([pending], [stored])).toEqual([])
  const same = [pending]
  expect(stillPending(same, [])).toBe(same)
})

it('a bubble keeps its key when the stored message takes its place', () => {
  const stored = message('m', { from: 'visitor', clientMessageId: 'c1', status: 'delivered' })
  const [before] = layOut([], [pending])
  const [after] = layOut([stored], [])
  expect(before?.key).toBe(after?.key)
  expect([before?.bubbles[0]?.tick, after?.bubbles[0]?.tick]).toEqual(['sending', 'delivered'])
})

it('groups what one person says in a row, and marks each day once', () => {
  const groups = layOut(
    [
      message('a', { atMs: START - DAY }),
      message('b'),
      message('c', { atMs: START + 60_000 }),
      message('d', { atMs: START + 60_000, authorName: 'Jonas' }),
      message('e', { atMs: START + 10 * 60_000, authorName: 'Jonas' }),
      message('f', { atMs: START + 10 * 60_000, from: 'visitor' }),
    ],
    [],
  )
  expect(groups.map(({ bubbles }) => bubbles.map(({ key }) => key))).toEqual([
    ['a'],
    ['b', 'c'],
    ['d'],
    ['e'],
    ['f'],
  ])
  expect(groups.map(({ dayMs }) => dayMs !== undefined)).toEqual([true, true, false, false, false])
})
