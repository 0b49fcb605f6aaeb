import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitSpans, isSafeLink, MOST_SPANS } from './fit-spans.ts'
import { SPAN_KINDS, type TextSpan } from './text-spans.ts'

const span = fc.record(
  {
    kind: fc.oneof(fc.constantFrom(...SPAN_KINDS), fc.string()),
    offset: fc.oneof(fc.integer({ min: -3, max: 30 }), fc.double()),
    length: fc.oneof(fc.integer({ min: -3, max: 30 }), fc.double()),
    url: fc.oneof(fc.constantFrom('https://a.example', 'javascript:x', 'mailto:a@b.c'), fc.string()),
  },
  { requiredKeys: ['kind', 'offset', 'length'] },
) as fc.Arbitrary<unknown> as fc.Arbitrary<TextSpan>

describe('spans', () => {
  it('are sorted, inside the text and inside each other, whatever a platform says', () => {
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 30 }),
        fc.string({ unit: 'grapheme', maxLength: 25 }),
        (spans, text) => {
          const fit = fitSpans(spans, text)
          for (const [index, { kind, offset, length, url }] of fit.entries()) {
            expect(offset).toBeGreaterThanOrEqual(0)
            expect(length).toBeGreaterThanOrEqual(1)
            expect(offset + length).toBeLessThanOrEqual(text.length)
            expect(text.slice(offset, offset + length).isWellFormed()).toBe(true)
            if (kind === 'link') expect(isSafeLink(url ?? '')).toBe(true)
            else expect(url).toBeUndefined()
            for (const other of fit.slice(index + 1)) {
              expect(other.offset).toBeGreaterThanOrEqual(offset)
              const isApart = other.offset >= offset + length
              const isInside = other.offset + other.length <= offset + length
              expect(isApart || isInside).toBe(true)
            }
          }
          expect(fitSpans(fit, text)).toEqual(fit)
        },
      ),
    )
  })

  it('that fit stay as they are', () => {
    const spans: TextSpan[] = [
      { kind: 'quote', offset: 0, length: 10 },
      { kind: 'bold', offset: 0, length: 4 },
      { kind: 'link', offset: 5, length: 5, url: 'tel:+4930' },
    ]
    expect(fitSpans(spans.toReversed(), 'text of ten')).toEqual(spans)
  })

  it('are no more than can be shown', () => {
    const many = Array.from({ length: 2_000 }, (_, offset): TextSpan => ({ kind: 'bold', offset, length: 1 }))
    expect(fitSpans(many, 'x'.repeat(2_000))).toHaveLength(MOST_SPANS)
  })

  it.each([
    ['https://example.com/a?b=c#d', true],
    ['HTTP://example.com', true],
    ['mailto:ada@example.com', true],
    ['tel:+49301234', true],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    [' https://example.com', false],
    ['https://exa mple.com', false],
    ['java\nscript:alert(1)', false],
    ['https:', false],
    ['file:///etc/passwd', false],
  ])('with a link to %s may be shown: %s', (url, safe) => {
    expect(isSafeLink(url)).toBe(safe)
  })
})
