import { expect, it } from 'vitest'
import type { ConversationId } from '../domain/ids.ts'
import { createSharedPlaces } from './shared-places.ts'

const [one, two, other] = ['one', 'two', 'other'] as ConversationId[] as [
  ConversationId,
  ConversationId,
  ConversationId,
]

it('one conversation of a place is sent to at a time, whoever lies elsewhere beside it', () => {
  const places = createSharedPlaces()
  expect(places.keyOf(one)).toBe(one)
  expect(places.enter(one, 'here')).toBe(true)
  expect(places.enter(two, 'here')).toBe(false)
  expect(places.enter(other, 'there')).toBe(true)
  expect(places.keyOf(one)).toBe(places.keyOf(two))
  expect(places.keyOf(other)).not.toBe(places.keyOf(one))
  expect([one, two, other].map(places.isTaken)).toEqual([false, true, false])
  expect(places.leave(two)).toBe(false)
  expect(places.leave(one)).toBe(true)
  expect(places.isTaken(two)).toBe(false)
  places.begin(two)
  expect(places.isTaken(one)).toBe(true)
})

it('a conversation that moves leaves the place it lay in', () => {
  const places = createSharedPlaces()
  places.enter(one, 'here')
  places.enter(two, 'here')
  expect(places.enter(one, 'there')).toBe(true)
  expect(places.isTaken(two)).toBe(false)
})

it('forgets places that nobody is sending to, and no others', () => {
  const places = createSharedPlaces()
  places.enter(one, 'here')
  for (let count = 0; count < 10_001; count += 1) places.enter(`c${count}` as ConversationId, 'there')
  expect(places.keyOf('c5' as ConversationId)).toBe('c5')
  expect(places.keyOf(one)).toBe('place here')
  expect(places.keyOf('c0' as ConversationId)).toBe('place there')
})
