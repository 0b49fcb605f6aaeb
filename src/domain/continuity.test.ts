import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ContinuedAnswer,
  continuationBody,
  continuationSubject,
  continueAtMs,
  firstLetterOf,
  MOST_CONTINUED,
} from './continuity.ts'

const AT = Date.UTC(2026, 10, 23, 12)
const answer = (change: Partial<ContinuedAnswer> = {}): ContinuedAnswer => ({
  authorName: 'Agnes',
  text: 'Yes.',
  fileNames: [],
  atMs: AT,
  ...change,
})

describe('the wait', () => {
  it('is never shorter than one wait after the first, nor longer than four', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 1e7 }),
        (writtenAtMs, afterMs) => {
          const waited = continueAtMs(writtenAtMs, afterMs) - Math.min(...writtenAtMs)
          expect(waited).toBeGreaterThanOrEqual(afterMs)
          expect(waited).toBeLessThanOrEqual(4 * afterMs)
        },
      ),
    )
    expect(continueAtMs([0, 50], 100)).toBe(150)
    expect(continueAtMs([0, 350], 100)).toBe(400)
  })
})

describe('a letter', () => {
  it('holds the first answers that fit, at least one, and all come to be in one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 400 }), { maxLength: 120 }),
        fc.integer({ min: 1, max: 2_000 }),
        (texts, maxLength) => {
          let left = texts.map((text) => ({ text }))
          while (left.length > 0) {
            const fitting = firstLetterOf(left, maxLength)
            expect(fitting.length).toBeGreaterThan(0)
            expect(fitting.length).toBeLessThanOrEqual(MOST_CONTINUED)
            expect(fitting).toEqual(left.slice(0, fitting.length))
            const length = fitting.reduce((sum, { text }) => sum + text.length, 0)
            if (fitting.length > 1) expect(length).toBeLessThanOrEqual(maxLength / 2)
            left = left.slice(fitting.length)
          }
        },
      ),
    )
  })

  it('says who said what and when, with files by their names', () => {
    const { text, html } = continuationBody([
      answer({ text: 'a < b\nand more' }),
      answer({ authorName: 'Bo\r\nBcc: x', text: ' ', fileNames: ['bill.pdf', 'a<b>.png'] }),
    ])
    expect(text).toMatch(
      /^Agnes, Mon, 23 Nov 2026 at 12:00 UTC:\na < b\nand more\n\nBo Bcc: x, .*:\nFiles, in the chat: bill\.pdf, a<b>\.png\n\n---\n/,
    )
    expect(html).toContain('<p>a &lt; b<br>\nand more</p>')
    expect(html).toContain('a&lt;b&gt;.png')
  })

  it('has what anybody wrote as text, never as formatting', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (authorName, said) => {
        const { html } = continuationBody([answer({ authorName, text: said, fileNames: [said] })])
        expect(html.replaceAll(/<\/?(?:p|b|i|hr|br)>/g, '')).not.toMatch(/[<>]/)
      }),
    )
  })

  it('has a subject of one line', () => {
    expect(continuationSubject('The Shop')).toBe('Re: Your chat with The Shop')
    expect(continuationSubject('A\r\nBcc: b')).toBe('Re: Your chat with A Bcc: b')
    expect(continuationSubject(' ')).toBe('Re: Your chat with us')
  })
})
