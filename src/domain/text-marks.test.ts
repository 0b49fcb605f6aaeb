import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMarks } from './text-marks.ts'
import type { TextSpan } from './text-spans.ts'

/** The text with each span in brackets, so that an expectation reads like the text. */
function shown(typed: string): string {
  const { text, spans } = readMarks(typed)
  const marks = spans.flatMap(({ kind, offset, length }, index) => [
    { at: offset, order: index, mark: `<${kind}>` },
    { at: offset + length, order: -1 - index, mark: `</${kind}>` },
  ])
  marks.sort((one, other) => one.at - other.at || one.order - other.order)
  let from = 0
  const parts: string[] = []
  for (const { at, mark } of marks) {
    parts.push(text.slice(from, at), mark)
    from = at
  }
  return parts.join('') + text.slice(from)
}

describe('readMarks', () => {
  it.each([
    [
      '*bold*, _italic_ and ~strike~',
      '<bold>bold</bold>, <italic>italic</italic> and <strike>strike</strike>',
    ],
    ['*_~all~_*', '<bold><italic><strike>all</strike></italic></bold>'],
    ['(*in brackets*)!', '(<bold>in brackets</bold>)!'],
    ['*two words*', '<bold>two words</bold>'],
    ['Call `f(*x*)` now', 'Call <code>f(*x*)</code> now'],
    ['``a ` b``', '<code>a ` b</code>'],
    ['*bold `a*b` on*', '<bold>bold <code>a*b</code> on</bold>'],
    ['> one\n> *two*\nthree', '<quote>one\n<bold>two</bold></quote>\nthree'],
    ['>\n> a', '<quote>\na</quote>'],
    ['before\n```\nx *y*\n\n> z\n```\nafter', 'before\n<code-block>x *y*\n\n> z</code-block>\nafter'],
    ['```one line```', '<code-block>one line</code-block>'],
    ['*see https://a.example/_x_/*', '<bold>see https://a.example/_x_/</bold>'],
    ['*5 left, *terms* apply', '*5 left, <bold>terms</bold> apply'],
    ['*a _b* c_', '<bold>a _b</bold> c_'],
  ])('reads %j', (typed, expected) => {
    expect(shown(typed)).toBe(expected)
  })

  it.each([
    'snake_case_name',
    '2*3*4',
    '2 * 3 * 4',
    '* a list\n* of items',
    '__init__ and **twice**',
    '*not\nover lines*',
    'it`s and that`s',
    '>5 people',
    'a > b',
    '```never closed',
    '```\n```',
    '* ',
    '~/path/file',
    'C:\\dir\\file',
    'ada_l@example.com, _ada_@example.com',
    'https://a.example/*x*/_y_',
    '`',
    '',
  ])('leaves %j as it is', (typed) => {
    expect(readMarks(typed)).toEqual({ text: typed, spans: [] })
  })

  it('takes the meaning from what a backslash stands before, outside code', () => {
    expect(readMarks('\\*a\\* \\_b\\_ \\`c\\` \\~d\\~ \\\\e')).toEqual({
      text: '*a* _b_ `c` ~d~ \\e',
      spans: [],
    })
    expect(readMarks('\\> a')).toEqual({ text: '> a', spans: [] })
    expect(shown('`a\\*b`')).toBe('<code>a\\*b</code>')
  })

  const typed = fc
    .array(
      fc.oneof(
        fc.constantFrom('*', '_', '~', '`', '```', '\n', '\n> ', '> ', '\\', ' ', 'a', 'b1', '.', '👍', 'é'),
        fc.string({ unit: 'grapheme', maxLength: 4 }),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join(''))

  it('leaves plain text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const plain = text.replace(/[*_~`\\>]/g, '')
        expect(readMarks(plain)).toEqual({ text: plain, spans: [] })
      }),
    )
  })

  it('takes away nothing but marks, and answers the same each time', () => {
    const bare = (text: string): string => text.replace(/[*_~`\\> \t\r\n]/g, '')
    fc.assert(
      fc.property(typed, (text) => {
        const read = readMarks(text)
        expect(bare(read.text)).toBe(bare(text))
        expect(readMarks(text)).toEqual(read)
      }),
      { numRuns: 3_000 },
    )
  })

  it('gives spans that are sorted, within the text, and inside or beside each other', () => {
    const endOf = ({ offset, length }: TextSpan): number => offset + length
    fc.assert(
      fc.property(typed, (marked) => {
        const { text, spans } = readMarks(marked)
        for (const [index, span] of spans.entries()) {
          expect(span.length).toBeGreaterThan(0)
          expect(endOf(span)).toBeLessThanOrEqual(text.length)
          if (span.kind === 'quote' || span.kind === 'code-block') {
            expect(span.offset === 0 || text[span.offset - 1] === '\n').toBe(true)
            expect(endOf(span) === text.length || text[endOf(span)] === '\n').toBe(true)
          }
          for (const other of spans.slice(index + 1)) {
            expect(other.offset).toBeGreaterThanOrEqual(span.offset)
            expect(other.offset >= endOf(span) || endOf(other) <= endOf(span)).toBe(true)
          }
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('reads escaped text as what it was before it was escaped', () => {
    fc.assert(
      fc.property(typed, (text) => {
        fc.pre(!/https?:|mailto:|www\./iu.test(text))
        const escaped = text.replace(/[\\*_~`>]/g, '\\$&')
        expect(readMarks(escaped)).toEqual({ text, spans: [] })
      }),
      { numRuns: 2_000 },
    )
  })

  it.each(['`a ', '*a ', '* ', '_a*b ', '```a\n', '> ', '``` ', 'http://', '\\`', '`` `'])(
    'takes long texts of %j: each step once',
    (part) => {
      // Anything that looked back or ahead over the whole text again and again would not come back from this.
      expect(readMarks(part.repeat(300_000)).text.length).toBeGreaterThan(0)
    },
  )
})
