import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baseSubjectOf, forwardSubjectOf, replySubjectOf, SUBJECT_LENGTH } from './letter-subject.ts'

const marks = fc.constantFrom('Re: ', 'RE:', 'AW: ', 'Fwd: ', 'Fw:', 'Re[2]: ', 'Re (3): ', 'WG: ', '回复：')
const subjects = fc
  .tuple(fc.array(marks, { maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 700 }))
  .map(([before, rest]) => before.join('') + rest)

describe('the subject of a letter of ours', () => {
  it.each([
    ['Hello', 'Re: Hello', 'Fwd: Hello'],
    ['re: Hello', 'Re: Hello', 'Fwd: Hello'],
    ['AW: Re: [list] Hello', 'Re: [list] Hello', 'Fwd: [list] Hello'],
    ['Fwd: Hello', 'Re: Hello', 'Fwd: Hello'],
    ['回复：你好', 'Re: 你好', 'Fwd: 你好'],
    ['Re[2]: Hello', 'Re: Hello', 'Fwd: Hello'],
    ['Reply: no mark', 'Re: Reply: no mark', 'Fwd: Reply: no mark'],
    ['R: question', 'Re: R: question', 'Fwd: R: question'],
    ['', 'Re:', 'Fwd:'],
  ])('%j is answered and passed on', (subject, answer, forward) => {
    expect([replySubjectOf(subject), forwardSubjectOf(subject)]).toEqual([answer, forward])
  })

  it('is one line, bounded, and never grows however often it goes back and forth', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const answer = replySubjectOf(subject)
        const forward = forwardSubjectOf(answer)
        expect(replySubjectOf(answer)).toBe(answer)
        expect(forwardSubjectOf(forward)).toBe(forward)
        expect(replySubjectOf(forward)).toBe(answer)
        expect(baseSubjectOf(baseSubjectOf(subject))).toBe(baseSubjectOf(subject))
        for (const one of [answer, forward]) {
          expect(one.length).toBeLessThanOrEqual(SUBJECT_LENGTH)
          expect(one).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
          expect(one.isWellFormed()).toBe(true)
        }
      }),
    )
  })

  it('is read in time that does not depend on who wrote it', () => {
    const length = replySubjectOf('Re: '.repeat(500_000)).length
    expect(length).toBeLessThanOrEqual(SUBJECT_LENGTH)
  })
})
