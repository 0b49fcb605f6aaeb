import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isAttributeName } from './contact-attributes.ts'
import type { AgentId } from './ids.ts'
import {
  type ContactFacts,
  MOST_EMAILS,
  mergeFacts,
  tooManyFacts,
  withoutTaken,
  withTaken,
} from './merge-contacts.ts'

const few = (prefix: string) =>
  fc.uniqueArray(
    fc.nat(6).map((index) => `${prefix}${index}`),
    { maxLength: 5 },
  )
const facts: fc.Arbitrary<ContactFacts> = fc.record({
  emails: few('mail'),
  phones: few('+49'),
  tags: few('tag'),
  attributes: fc.dictionary(
    fc.oneof(
      fc.constantFrom('plan', 'city', 'shoe size'),
      fc.string({ maxLength: 8 }).filter(isAttributeName),
    ),
    fc.constantFrom('one', 'two', ''),
    { maxKeys: 4, noNullPrototype: true },
  ),
  ownerId: fc.constantFrom(null, 'anna' as AgentId, 'boris' as AgentId),
})

describe('merged facts', () => {
  it('hold everything of both, each once, with the first one’s word where they contradict each other', () => {
    fc.assert(
      fc.property(facts, facts, (stays, goes) => {
        const { facts: both, taken, conflicts } = mergeFacts(stays, goes)
        for (const list of ['emails', 'phones', 'tags'] as const) {
          expect(new Set(both[list])).toEqual(new Set([...stays[list], ...goes[list]]))
          expect(new Set(both[list]).size).toBe(both[list].length)
          expect(both[list]).toEqual([...stays[list], ...taken[list]])
        }
        expect(both.attributes).toEqual({ ...goes.attributes, ...stays.attributes })
        expect(conflicts).toEqual(
          Object.entries(goes.attributes)
            .filter(([key, value]) => key in stays.attributes && stays.attributes[key] !== value)
            .map(([key, value]) => ({ key, stays: stays.attributes[key], goes: value })),
        )
        expect(both.ownerId).toBe(stays.ownerId ?? goes.ownerId)
      }),
    )
  })

  it('fall apart into what they were', () => {
    fc.assert(
      fc.property(facts, facts, (stays, goes) => {
        const { facts: both, taken } = mergeFacts(stays, goes)
        expect(withoutTaken(both, taken)).toEqual(stays)
        expect(withTaken(goes, taken)).toEqual(goes)
      }),
    )
  })

  it('have an address once, however it is written', () => {
    const none: ContactFacts = { emails: [], phones: [], tags: [], attributes: {}, ownerId: null }
    const { facts: both, taken } = mergeFacts(
      { ...none, emails: ['Ada@Example.com'] },
      { ...none, emails: ['ada@example.com', 'b@example.com'] },
    )
    expect(both.emails).toEqual(['Ada@Example.com', 'b@example.com'])
    expect(taken.emails).toEqual(['b@example.com'])
  })

  it('give back what was learned since, as far as there is room', () => {
    const goes = { emails: ['a@x'], phones: [], tags: ['vip'], attributes: { plan: 'gold' }, ownerId: null }
    const taken = {
      emails: ['a@x', 'new@x'],
      phones: ['+49'],
      tags: ['vip'],
      attributes: { plan: 'silver', b: 'c' },
    }
    expect(withTaken(goes, taken)).toEqual({
      emails: ['a@x', 'new@x'],
      phones: ['+49'],
      tags: ['vip'],
      attributes: { plan: 'silver', b: 'c' },
      ownerId: null,
    })
    const many = Array.from({ length: 30 }, (_, index) => `${index}@x`)
    expect(withTaken(goes, { ...taken, emails: many }).emails).toHaveLength(MOST_EMAILS)
  })

  it('keep on falling apart what was changed since', () => {
    fc.assert(
      fc.property(facts, facts, fc.string(), (stays, goes, value) => {
        const { facts: both, taken } = mergeFacts(stays, goes)
        const [key = 'plan'] = Object.keys(taken.attributes)
        const changed = { ...both, attributes: { ...both.attributes, [key]: `${value}!` }, tags: [] }
        const parted = withoutTaken(changed, taken)
        expect(parted.attributes[key]).toBe(`${value}!`)
        expect(parted.tags).toEqual([])
      }),
    )
  })

  it('are measured by what a contact can have', () => {
    const none: ContactFacts = { emails: [], phones: [], tags: [], attributes: {}, ownerId: null }
    const lines = (count: number) => Array.from({ length: count }, (_, index) => `${index}`)
    expect(tooManyFacts({ ...none, emails: lines(20), tags: lines(50) })).toBeUndefined()
    expect(tooManyFacts({ ...none, phones: lines(21) })).toEqual({
      what: 'phone numbers',
      limit: 20,
      actual: 21,
    })
    const attributes = Object.fromEntries(lines(51).map((line) => [`a${line}`, line]))
    expect(tooManyFacts({ ...none, attributes })?.what).toBe('attributes')
  })
})
