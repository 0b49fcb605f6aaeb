import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cardWords, fitCards, MOST_CARDS } from './fit-cards.ts'
import type { MessageCard } from './message-card.ts'

it('keeps cards that can be shown', () => {
  const cards: MessageCard[] = [
    { kind: 'location', latitude: -90, longitude: 180, address: 'The end' },
    { kind: 'contact', name: 'Ada', phones: ['+4930'], emails: [] },
    { kind: 'choice', label: 'Yes', payload: 'y' },
  ]
  expect(fitCards(cards)).toEqual(cards)
  expect(cards.map(cardWords)).toEqual(['The end', 'Ada', 'Yes'])
})

it('leaves out what is no place on earth and what says nothing', () => {
  expect(
    fitCards([
      { kind: 'location', latitude: Number.NaN, longitude: 0 },
      { kind: 'location', latitude: 0, longitude: 181 },
      { kind: 'choice', label: ' \n ' },
      { kind: 'contact', name: '', phones: [], emails: [] },
    ]),
  ).toEqual([])
})

it('names somebody by his number where he has no name, and turns no text around a card', () => {
  expect(fitCards([{ kind: 'contact', name: '\u202E', phones: ['+4930'], emails: [] }])).toEqual([
    { kind: 'contact', name: '+4930', phones: ['+4930'], emails: [] },
  ])
})

it('never throws, and never keeps more than can be shown', () => {
  fc.assert(
    fc.property(fc.array(fc.anything().map((card) => ({ ...(card as object) }) as MessageCard)), (cards) => {
      expect(fitCards([...cards, ...cards]).length).toBeLessThanOrEqual(MOST_CARDS)
    }),
  )
  const many = Array.from({ length: 50 }, (): MessageCard => ({ kind: 'choice', label: 'x'.repeat(9_999) }))
  expect(fitCards(many)).toHaveLength(MOST_CARDS)
  expect(JSON.stringify(fitCards(many)).length).toBeLessThan(20_000)
})
