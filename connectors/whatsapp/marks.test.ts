import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TextSpan } from '../../src/domain/text-spans.ts'
import { readMarks } from './read-marks.ts'
import { TEXT_LIMIT, writeMarks } from './write-marks.ts'

const span = (text: string, part: string, kind: TextSpan['kind'], url?: string): TextSpan => ({
  kind,
  offset: text.indexOf(part),
  length: part.length,
  ...(url === undefined ? {} : { url }),
})

describe('what is written', () => {
  it.each<readonly [string, readonly [string, TextSpan['kind'], string?][], string]>([
    ['very bold words', [['bold', 'bold']], 'very *bold* words'],
    ['all of it', [['all of it', 'italic']], '_all of it_'],
    [
      'a b c',
      [
        ['a b c', 'bold'],
        ['b', 'strike'],
      ],
      '*a ~b~ c*',
    ],
    [
      'a b',
      [
        ['a b', 'bold'],
        ['a', 'italic'],
      ],
      '*_a_ b*',
    ],
    ['two\nlines', [['two\nlines', 'bold']], '*two*\n*lines*'],
    ['run x = 1 now', [['x = 1', 'code']], 'run `x = 1` now'],
    ['a\nb', [['a\nb', 'code-block']], '```a\nb```'],
    ['said\nso\n\nyes', [['said\nso', 'quote']], '> said\n> so\n\nyes'],
    ['see here', [['here', 'link', 'https://shop.example/x']], 'see here (https://shop.example/x)'],
    ['see shop.example', [['shop.example', 'link', 'https://shop.example']], 'see shop.example'],
    [' spaced ', [[' spaced ', 'bold']], ' *spaced* '],
    ['unbelievable', [['believ', 'bold']], 'unbelievable'],
    ['under', [['under', 'underline']], 'under'],
    ['plain * and _ here', [], 'plain * and _ here'],
    ['2*3*4 snake_case_name', [], '2*3*4 snake_case_name'],
    ['mean *this* so', [], 'mean *\u200bthis* so'],
    ['`*x*`', [['`*x*`', 'code']], '``*x*``'],
  ])('%j', (text, parts, written) => {
    const spans = parts.map(([part, kind, url]) => span(text, part, kind, url))
    expect(writeMarks({ text, spans })).toBe(written)
  })

  it('never grows beyond what WhatsApp takes: then it goes without marks', () => {
    const text = 'a'.repeat(TEXT_LIMIT)
    expect(writeMarks({ text, spans: [{ kind: 'bold', offset: 0, length: text.length }] })).toBe(text)
  })
})

describe('what is read', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['*a* _b_ ~c~ `d`', 'a b c d', ['bold a', 'italic b', 'strike c', 'code d']],
    ['*a _b_ c*', 'a b c', ['bold a b c', 'italic b']],
    ['```x = *1*```', 'x = *1*', ['code-block x = *1*']],
    ['say ```x``` now', 'say x now', ['code x']],
    ['> one\n> two\nthree', 'one\ntwo\nthree', ['quote one\ntwo']],
    ['2*3*4', '2*3*4', []],
    ['snake_case_name', 'snake_case_name', []],
    ['* a *', '* a *', []],
    ['*open', '*open', []],
    ['**', '**', []],
    ['*a\nb*', '*a\nb*', []],
    ['`*a*`', '*a*', ['code *a*']],
    ['``` ```', '``` ```', []],
    ['a > b', 'a > b', []],
  ])('%j', (source, text, told) => {
    const read = readMarks(source)
    expect(read.text).toBe(text)
    expect(
      read.spans.map(({ kind, offset, length }) => `${kind} ${read.text.slice(offset, offset + length)}`),
    ).toEqual(told)
  })

  const marked = fc.string({ unit: fc.constantFrom('*', '_', '~', '`', '>', ' ', '\n', 'a', 'é', '👋') })

  it('is total: spans lie within the text, sorted, and never overlap in part', () => {
    fc.assert(
      fc.property(marked, (source) => {
        const { text, spans } = readMarks(source)
        expect(text.length).toBeLessThanOrEqual(source.length)
        for (const [index, { offset, length }] of spans.entries()) {
          expect(length).toBeGreaterThan(0)
          expect(offset + length).toBeLessThanOrEqual(text.length)
          for (const later of spans.slice(index + 1)) {
            expect(later.offset).toBeGreaterThanOrEqual(offset)
            const isInside = later.offset + later.length <= offset + length
            expect(isInside || later.offset >= offset + length).toBe(true)
          }
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('gives back what was written of plain words', () => {
    const words = fc.array(fc.constantFrom('one', 'two', 'three'), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(
        words,
        fc.nat(),
        fc.constantFrom<TextSpan['kind']>('bold', 'italic', 'strike', 'code'),
        (list, at, kind) => {
          const text = list.join(' ')
          const index = at % list.length
          const offset = list.slice(0, index).join(' ').length + (index > 0 ? 1 : 0)
          const spans = [{ kind, offset, length: (list[index] ?? '').length }]
          expect(readMarks(writeMarks({ text, spans }))).toEqual({ text, spans })
        },
      ),
    )
  })
})
