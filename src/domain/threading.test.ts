import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LetterParticipants } from './letter.ts'
import {
  chooseThread,
  comparable,
  filedReasonOf,
  isQuiet,
  MOST_PARTICIPANTS,
  namedIn,
  type ThreadCandidate,
} from './threading.ts'

const candidate = fc.record<ThreadCandidate>({
  clue: fc.constantFrom('token', 'reference', 'thread', 'subject'),
  threadKey: fc.string({ maxLength: 3 }),
  isWithSender: fc.boolean(),
})
const candidates = fc.array(candidate, { maxLength: 8 })

describe('choosing a thread', () => {
  it('lets nobody into a conversation that is not with him, but by a token of ours, and then as a stranger', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const chosen = chooseThread(all)
        if (!chosen) return
        const into = all.filter(({ threadKey }) => threadKey === chosen.threadKey)
        expect(into.some(({ isWithSender, clue }) => isWithSender || clue === 'token')).toBe(true)
        if (!chosen.stranger) expect(into.some(({ isWithSender }) => isWithSender)).toBe(true)
        else expect(into.some(({ isWithSender, clue }) => !isWithSender && clue === 'token')).toBe(true)
      }),
    )
  })

  it('takes the first that may be taken, and what cannot be taken changes nothing', () => {
    fc.assert(
      fc.property(candidates, fc.nat(8), candidate, (all, at, other) => {
        const vain: ThreadCandidate = { ...other, clue: 'reference', isWithSender: false }
        expect(chooseThread([...all.slice(0, at), vain, ...all.slice(at)])).toEqual(chooseThread(all))
        const first = all.find(({ clue, isWithSender }) => isWithSender || clue === 'token')
        expect(chooseThread(all)?.threadKey).toBe(first?.threadKey)
      }),
    )
  })
})

describe('whom a letter names', () => {
  const address = fc.record({
    address: fc.constantFrom('A@x.example', ' a@X.example', 'b@x.example', 'c@x.example'),
  })
  const list = fc.array(address, { maxLength: 6 })
  const letter: fc.Arbitrary<LetterParticipants> = fc.record({
    from: address,
    replyTo: list,
    to: list,
    cc: list,
    bcc: list,
  })

  it('is everybody once, whatever the case', () => {
    fc.assert(
      fc.property(letter, (one) => {
        const named = namedIn(one)
        expect(new Set(named).size).toBe(named.length)
        for (const other of [one.from, ...one.replyTo, ...one.to, ...one.cc, ...one.bcc])
          expect(named).toContain(comparable(other))
        for (const name of named) expect(name).toMatch(/^[abc]@x\.example$/)
      }),
    )
  })

  it('is never more than are remembered, the sender always among them', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({ address: `${index}@x.example` }))
    const named = namedIn({ from: { address: 'me@x.example' }, replyTo: [], to: many, cc: many, bcc: [] })
    expect(named).toHaveLength(MOST_PARTICIPANTS)
    expect(named).toContain('me@x.example')
  })
})

it('a letter is quiet exactly when a machine wrote it or it is unwanted', () => {
  expect(isQuiet({})).toBe(false)
  expect(isQuiet({ spam: false })).toBe(false)
  expect(isQuiet({ spam: true })).toBe(true)
  expect(isQuiet({ automatic: 'list' })).toBe(true)
})

it('what opens a conversation is filed alike in any order: as spam when all of it is', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ spam: fc.boolean() }), { minLength: 1 }), (letters) => {
      const reason = filedReasonOf(letters)
      expect(reason).toBe(letters.some(({ spam }) => !spam) ? 'automatic' : 'spam')
      expect(filedReasonOf(letters.toReversed())).toBe(reason)
    }),
  )
})
