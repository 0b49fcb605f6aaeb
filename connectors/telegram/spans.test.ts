import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SPAN_KINDS, type TextSpan } from '../../src/domain/text-spans.ts'
import { readHtml } from '../../test/fakes/telegram/read-html.ts'
import { nested, readSpans } from './read-spans.ts'
import type { Json } from './wire.ts'
import { shownSpans, writeHtml } from './write-html.ts'

const entity = (type: string, offset: number, length: number, more: object = {}): Json => ({
  type,
  offset,
  length,
  ...more,
})

const NASTY = [
  '<b>',
  '&',
  '&amp;',
  '"',
  '</code>',
  '😀',
  'é',
  'e\u0301',
  '\n',
  ' ',
  '_*~`[]()',
  '‮',
  'a',
  'bc',
]
const texts = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 8 })), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.join('').trim())
  .filter((text) => text !== '')

const textsWithSpans = texts.chain((text) =>
  fc.tuple(
    fc.constant(text),
    fc.array(
      fc
        .tuple(
          fc.constantFrom(...SPAN_KINDS),
          fc.nat(text.length - 1),
          fc.integer({ min: 1, max: text.length }),
        )
        .map(
          ([kind, offset, length]): TextSpan => ({
            kind,
            offset,
            length: Math.min(length, text.length - offset),
            ...(kind === 'link' ? { url: `https://shop.example/?q=${offset}&x="<${length}>` } : {}),
          }),
        ),
      { maxLength: 6 },
    ),
  ),
)

describe('formatting on its way out and back', () => {
  it('comes back as it was, whatever the text is and however spans lie', () => {
    fc.assert(
      fc.property(textsWithSpans, ([text, spans]) => {
        const { text: shown, entities } = readHtml(writeHtml(text, spans))
        expect(shown).toBe(text)
        // Whole lines are a rule of reading; here it is only asked whether the marks hold.
        const back = entities.map(
          ({ type, offset, length, url }) => `${type} ${offset} ${length} ${url ?? ''}`,
        )
        const names = {
          strike: 'strikethrough',
          'code-block': 'pre',
          quote: 'blockquote',
          link: 'text_link',
        } as Readonly<Record<string, string>>
        const meant = shownSpans(spans, text).map(
          ({ kind, offset, length, url }) => `${names[kind] ?? kind} ${offset} ${length} ${url ?? ''}`,
        )
        expect([...back].sort()).toEqual([...meant].sort())
      }),
      { numRuns: 2_000 },
    )
  })

  it('is the same after it went out and was read from the platform’s entities', () => {
    fc.assert(
      fc.property(textsWithSpans, ([text, spans]) => {
        const inline = spans.filter(({ kind }) => kind !== 'quote' && kind !== 'code-block')
        const { entities } = readHtml(writeHtml(text, inline))
        expect(readSpans(text, entities as unknown as Json[])).toEqual(shownSpans(inline, text))
      }),
      { numRuns: 1_000 },
    )
  })

  it('never overlaps in part, and stays inside its text, whatever came', () => {
    const entities = fc.array(
      fc.record({
        type: fc.oneof(
          fc.constantFrom('bold', 'pre', 'blockquote', 'url', 'mention', 'text_link'),
          fc.string(),
        ),
        offset: fc.oneof(fc.integer({ min: -3, max: 40 }), fc.double(), fc.string()),
        length: fc.oneof(fc.integer({ min: -3, max: 40 }), fc.constant(undefined)),
        url: fc.oneof(fc.webUrl(), fc.constant('javascript:alert(1)'), fc.string()),
      }),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(texts, entities, (text, given) => {
        const spans = readSpans(text, given as unknown as Json[])
        for (const [index, span] of spans.entries()) {
          expect(span.offset).toBeGreaterThanOrEqual(0)
          expect(span.length).toBeGreaterThanOrEqual(1)
          expect(span.offset + span.length).toBeLessThanOrEqual(text.length)
          if (span.kind === 'link') expect(span.url).toMatch(/^(?:https?:|mailto:|tel:)/i)
          for (const other of spans.slice(index + 1)) {
            const apart = other.offset >= span.offset + span.length
            const inside = other.offset + other.length <= span.offset + span.length
            expect(other.offset).toBeGreaterThanOrEqual(span.offset)
            expect(apart || inside).toBe(true)
          }
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('reading entities', () => {
  const text = 'See shop.example, write to me@shop.example or call +43 660 1234567'

  it('gives links what they lead to', () => {
    const at = (words: string): [number, number] => [text.indexOf(words), words.length]
    expect(
      readSpans(text, [
        entity('url', ...at('shop.example')),
        entity('email', ...at('me@shop.example')),
        entity('phone_number', ...at('+43 660 1234567')),
      ]).map(({ url }) => url),
    ).toEqual(['http://shop.example', 'mailto:me@shop.example', 'tel:+436601234567'])
  })

  it.each(['tg://user?id=1', 'javascript:alert(1)', 'ftp://x', 'not an address'])(
    'takes no link to %s',
    (url) => {
      expect(readSpans('click', [entity('text_link', 0, 5, { url })])).toEqual([])
    },
  )

  it('makes a block of code within a line code, and a quotation its whole lines', () => {
    expect(readSpans('run npm now', [entity('pre', 4, 3)])).toEqual([{ kind: 'code', offset: 4, length: 3 }])
    expect(readSpans('a\nb\nc', [entity('pre', 2, 1)])).toEqual([
      { kind: 'code-block', offset: 2, length: 1 },
    ])
    expect(readSpans('one two\nthree', [entity('blockquote', 4, 3)])).toEqual([
      { kind: 'quote', offset: 0, length: 7 },
    ])
  })

  it('counts in UTF-16 units', () => {
    expect(readSpans('😀 bold', [entity('bold', 3, 4)])).toEqual([{ kind: 'bold', offset: 3, length: 4 }])
  })

  it('knows names, spoilers and quotations that fold', () => {
    const kinds = ['text_mention', 'mention', 'spoiler', 'expandable_blockquote', 'hashtag', 'custom_emoji']
    expect(kinds.map((type) => readSpans('word', [entity(type, 0, 4)])[0]?.kind)).toEqual([
      'mention',
      'mention',
      'spoiler',
      'quote',
      undefined,
      undefined,
    ])
  })
})

describe('writing HTML', () => {
  it('escapes all that people write', () => {
    expect(writeHtml('<b>"x" & y</b>', [])).toBe('&lt;b&gt;&quot;x&quot; &amp; y&lt;/b&gt;')
    expect(
      writeHtml('x', [{ kind: 'link', offset: 0, length: 1, url: 'https://a.example/"><script>' }]),
    ).toBe('<a href="https://a.example/&quot;&gt;&lt;script&gt;">x</a>')
  })

  it.each(['javascript:alert(1)', 'tg://resolve?domain=x', 'data:text/html,x', 'mailto:a@b.example', ''])(
    'leaves a link to %s as words',
    (url) => {
      expect(writeHtml('x', [{ kind: 'link', offset: 0, length: 1, url }])).toBe('x')
    },
  )

  it('puts nothing into code', () => {
    expect(
      writeHtml('a b c', [
        { kind: 'bold', offset: 0, length: 5 },
        { kind: 'code', offset: 2, length: 1 },
        { kind: 'italic', offset: 2, length: 1 },
      ]),
    ).toBe('<b>a <code>b</code> c</b>')
  })

  it('cuts what overlaps in part', () => {
    expect(
      nested([
        { kind: 'bold', offset: 0, length: 4 },
        { kind: 'italic', offset: 2, length: 4 },
      ]),
    ).toEqual([
      { kind: 'bold', offset: 0, length: 4 },
      { kind: 'italic', offset: 2, length: 2 },
      { kind: 'italic', offset: 4, length: 2 },
    ])
  })
})
