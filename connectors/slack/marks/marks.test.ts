import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SpanKind, TextSpan } from '../../../src/domain/text-spans.ts'
import { emojiOf, emojiOfCodePoints } from './emoji.ts'
import { NO_NAMES } from './names.ts'
import { readMrkdwn } from './read-mrkdwn.ts'
import { readRichText } from './read-rich-text.ts'
import { createSpanWriter, inOrder, type SpannedText, trimmedEnd } from './spanned-text.ts'
import { webAddresses } from './web-addresses.ts'
import { writeMrkdwn } from './write-mrkdwn.ts'
import { writeRichText } from './write-rich-text.ts'

const SIGNS = ['*', '_', '~', '`', '<', '>', '&', '&amp;', '<!channel>', '<@U1>', '|', '```', '&gt;', '\\']
const word = fc.oneof(
  fc.constantFrom(...SIGNS),
  fc.stringMatching(/^[a-zé0-9漢👋]{1,6}$/u),
  fc.stringMatching(/^[a-z*_~`<>&|]{1,6}$/),
)
const words = fc.array(word, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '))
const plainWords = fc
  .array(fc.stringMatching(/^[a-zé0-9<>&|]{1,6}$/), { minLength: 1, maxLength: 3 })
  .map((list) => list.join(' '))

type Piece = { readonly kinds: readonly SpanKind[]; readonly text: string; readonly url?: string }
const styled: fc.Arbitrary<Piece> = fc.oneof(
  words.map((text) => ({ kinds: [], text })),
  fc.record({
    kinds: fc.subarray<SpanKind>(['bold', 'italic', 'strike'], { minLength: 1 }),
    text: words,
  }),
  plainWords.map((text) => ({ kinds: ['code'] as const, text })),
  fc.record({
    kinds: fc.constant(['link'] as const),
    text: plainWords.filter((text) => !text.includes('|')),
    url: fc.constantFrom(
      'https://shop.example/?a=1&b=<2>',
      'mailto:ada@shop.example',
      'http://x.example/a|b',
    ),
  }),
)
type Line = { readonly block?: 'quote' | 'code-block'; readonly pieces: readonly Piece[] }
const line: fc.Arbitrary<Line> = fc.oneof(
  fc.array(styled, { maxLength: 4 }).map((pieces) => ({ pieces })),
  fc.array(styled, { minLength: 1, maxLength: 3 }).map((pieces) => ({ block: 'quote' as const, pieces })),
  fc
    .array(fc.oneof(words, plainWords), { minLength: 1, maxLength: 3 })
    .map((lines) => ({ block: 'code-block' as const, pieces: [{ kinds: [], text: lines.join('\n') }] })),
)

/** Texts as agents may write them: words with a space between, lines, blocks between lines. */
const texts = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines): SpannedText => {
  const writer = createSpanWriter()
  let last: Line | undefined
  for (const [index, one] of lines.entries()) {
    if (index > 0) writer.write('\n')
    // Two quotations below each other are one.
    if (last?.block !== undefined && last.block === one.block) writer.write('between\n')
    last = one
    const body = (): void => {
      one.pieces.forEach(({ kinds, text, url }, at) => {
        if (at > 0) writer.write(' - ')
        const inner = ([kind, ...rest]: readonly SpanKind[]): void =>
          kind === undefined ? writer.write(text) : writer.within(kind, () => inner(rest), url)
        inner(kinds)
      })
    }
    if (one.block) writer.within(one.block, body)
    else body()
  }
  return writer.read()
})

/** White space at the end says nothing, and is cut off wherever messages are read. */
const canonical = (given: SpannedText) => {
  const { text, spans } = trimmedEnd(given)
  return {
    text,
    spans: [...inOrder(spans)].sort(
      (one, other) =>
        one.offset - other.offset || other.length - one.length || one.kind.localeCompare(other.kind),
    ),
  }
}

const throughBlocks = (given: SpannedText): SpannedText => {
  const block = JSON.parse(JSON.stringify(writeRichText(given))) as Record<string, unknown>
  const read = readRichText([block], NO_NAMES)
  if (read === undefined) throw new Error('our own block is not understood')
  return read
}

describe('formatted text', () => {
  it('comes back from a block as it was', () => {
    fc.assert(
      fc.property(texts, (given) => {
        expect(canonical(throughBlocks(given))).toEqual(canonical(given))
      }),
      { numRuns: 500 },
    )
  })

  it('comes back from a block with whatever text there is, formatted anywhere', () => {
    const anywhere = fc
      .tuple(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom<SpanKind>('bold', 'italic'),
      )
      .map(([text, from, to, kind]): SpannedText => {
        const shown = text.replace(/https?:/gi, '')
        const [begin, end] = [from % (shown.length + 1), to % (shown.length + 1)].sort((a, b) => a - b) as [
          number,
          number,
        ]
        return { text: shown, spans: end > begin ? [{ kind, offset: begin, length: end - begin }] : [] }
      })
    fc.assert(
      fc.property(anywhere, (given) => {
        expect(throughBlocks(given)).toEqual(given)
      }),
    )
  })

  it('comes back from mrkdwn as it was', () => {
    fc.assert(
      fc.property(texts, (given) => {
        expect(canonical(readMrkdwn(writeMrkdwn(given), NO_NAMES))).toEqual(
          canonical({ text: given.text, spans: given.spans.map(asMrkdwnHasIt) }),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('names nobody and calls nobody by accident', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '!', '@', '#', '>', '|', 'U1', 'here', '&', 'lt;', '*') }),
        (text) => {
          const written = writeMrkdwn({ text, spans: [] })
          expect(written).not.toMatch(/<(?!$)[@!#]/)
          expect(written).not.toContain('<')
          expect(readMrkdwn(written, NO_NAMES)).toEqual({ text, spans: [] })
          expect(JSON.stringify(writeRichText({ text, spans: [] }))).not.toMatch(
            /"type":"(?:user|broadcast|channel)"/,
          )
        },
      ),
    )
  })

  it('never throws and never overlaps, whatever a platform says', () => {
    const source = fc.string({
      unit: fc.constantFrom(
        '*',
        '_',
        '~',
        '`',
        '```',
        ' ',
        'a',
        '\n',
        '&gt;',
        '<',
        '>',
        '|',
        ':',
        'tada',
        '@U1',
        'http://x',
        '&amp;',
        '\u2060',
      ),
    })
    fc.assert(
      fc.property(source, (text) => {
        const { text: shown, spans } = readMrkdwn(text, NO_NAMES)
        const ends: TextSpan[] = []
        for (const span of spans) {
          expect(span.length).toBeGreaterThan(0)
          expect(span.offset + span.length).toBeLessThanOrEqual(shown.length)
          for (const outer of ends)
            if (outer.offset + outer.length > span.offset)
              expect(span.offset + span.length).toBeLessThanOrEqual(outer.offset + outer.length)
          ends.push(span)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it.each(['*a ', '`a', '*_~', '<a', '```', '```a', '&gt;\n', ':a', '*a_b~c* '])(
    'such as %j is looked at as often as it is long, and no more often',
    (pattern) => {
      const lookedAt = (times: number): number =>
        charactersLookedAt(() => void readMrkdwn(pattern.repeat(times), NO_NAMES))
      expect(lookedAt(4_000)).toBeLessThan(2.1 * lookedAt(2_000) + 100)
    },
  )
})

/** How many characters the regular expressions go over meanwhile, each time from where they begin to where they end. */
function charactersLookedAt(act: () => void): number {
  const { exec } = RegExp.prototype
  let characters = 0
  const counting = function (this: RegExp, text: string): RegExpExecArray | null {
    const from = this.global || this.sticky ? this.lastIndex : 0
    const found = exec.call(this, text)
    const nowhere = this.source.startsWith('^') ? from : text.length
    characters += 1 + (found ? found.index + found[0].length : nowhere) - from
    return found
  }
  Object.assign(RegExp.prototype, { exec: counting })
  try {
    act()
  } finally {
    Object.assign(RegExp.prototype, { exec })
  }
  return characters
}

/** A bar in an address stands for itself no longer. */
const asMrkdwnHasIt = (span: TextSpan): TextSpan =>
  span.url === undefined ? span : { ...span, url: span.url.replaceAll('|', '%7C') }

describe('mrkdwn', () => {
  const read = (text: string) => readMrkdwn(text, (id) => (id === 'U1ADA' ? 'Ada' : undefined))

  it.each([
    ['*bold*', 'bold', [['bold', 'bold']]],
    ['a*b*c', 'a*b*c', []],
    ['2 * 3 * 4', '2 * 3 * 4', []],
    ['snake_case_name', 'snake_case_name', []],
    [
      '*_both_*',
      'both',
      [
        ['bold', 'both'],
        ['italic', 'both'],
      ],
    ],
    ['`*raw*`', '*raw*', [['code', '*raw*']]],
    ['*open', '*open', []],
    ['**', '**', []],
    [
      '<@U1ADA> and <@U2>',
      '@Ada and @U2',
      [
        ['mention', '@Ada'],
        ['mention', '@U2'],
      ],
    ],
    ['<@U3|bob>', '@bob', [['mention', '@bob']]],
    [
      '<#C1|shop> <#C2|> <#C3>',
      '#shop #C2 #C3',
      [
        ['mention', '#shop'],
        ['mention', '#C2'],
        ['mention', '#C3'],
      ],
    ],
    [
      '<!here> <!channel|channel> <!subteam^S1|@crew>',
      '@here @channel @crew',
      [
        ['mention', '@here'],
        ['mention', '@channel'],
        ['mention', '@crew'],
      ],
    ],
    ['<!date^1392734382^{date}|Feb 18>', 'Feb 18', []],
    ['<https://a.example|A &amp; B>', 'A & B', [['link', 'A & B']]],
    ['<https://a.example/?x=1&amp;y=2>', 'https://a.example/?x=1&y=2', []],
    ['<mailto:a@b.example|a@b.example>', 'a@b.example', []],
    ['<javascript:alert(1)|click>', 'click', []],
    ['&lt;b&gt; &amp;amp;', '<b> &amp;', []],
    ['&gt; one\n&gt; two\nthree', 'one\ntwo\nthree', [['quote', 'one\ntwo']]],
    ['&gt;&gt;&gt;one\ntwo', 'one\ntwo', [['quote', 'one\ntwo']]],
    ['see ```a\nb``` now', 'see \na\nb\n now', [['code-block', 'a\nb']]],
    ['```open', '```open', []],
    [':tada: :+1::skin-tone-3: :our_own:', '🎉 👍🏼 :our_own:', []],
    [
      '*<https://a.example/x_y_z|_it_>*',
      '_it_',
      [
        ['bold', '_it_'],
        ['link', '_it_'],
      ],
    ],
  ] as const)('%s is read as %s', (source, text, spans) => {
    const { text: shown, spans: found } = read(source)
    expect(shown).toBe(text)
    expect(found.map(({ kind, offset, length }) => [kind, shown.slice(offset, offset + length)])).toEqual(
      spans,
    )
  })
})

describe('blocks', () => {
  it('of lists, people, emoji and dates are read as they look', () => {
    const list = (style: string, indent: number, ...items: string[]) => ({
      type: 'rich_text_list',
      style,
      indent,
      elements: items.map((text) => ({ type: 'rich_text_section', elements: [{ type: 'text', text }] })),
    })
    const read = readRichText(
      [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'user', user_id: 'U1ADA' },
                { type: 'text', text: ' wants ' },
                { type: 'emoji', name: 'wave', unicode: '1f44b-1f3fd' },
                { type: 'broadcast', range: 'here' },
                { type: 'text', text: '\n' },
              ],
            },
            list('bullet', 0, 'one', 'two'),
            list('ordered', 1, 'three', 'four'),
            { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'x = *y*' }] },
          ],
        },
      ],
      (id) => (id === 'U1ADA' ? 'Ada' : undefined),
    )
    expect(read?.text).toBe('@Ada wants 👋🏽@here\n• one\n• two\n    1. three\n    2. four\nx = *y*')
    expect(read?.spans.map(({ kind }) => kind)).toEqual(['mention', 'mention', 'code-block'])
  })

  it('that are not known leave it to the plain field', () => {
    const unknown = { type: 'rich_text', elements: [{ type: 'rich_text_hologram', elements: [] }] }
    expect(readRichText([unknown], NO_NAMES)).toBeUndefined()
    expect(readRichText([{ type: 'section' }], NO_NAMES)).toBeUndefined()
    expect(readRichText([], NO_NAMES)).toBeUndefined()
  })

  it('make links of addresses that were typed, without the stop behind them', () => {
    const { elements } = writeRichText({ text: 'See https://a.example/x(1). Bye', spans: [] })
    expect(elements[0]?.elements).toEqual([
      { type: 'text', text: 'See ' },
      { type: 'link', url: 'https://a.example/x(1' },
      { type: 'text', text: '). Bye' },
    ])
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('http://', 'https://', 'a', '.', ' ', ')', '*') }),
        (text) => {
          expect(
            webAddresses(text)
              .map((part) => part.text)
              .join(''),
          ).toBe(text)
        },
      ),
    )
  })

  it('make no link of what is no address: Slack refuses the whole message for it', () => {
    for (const text of ['https://[', 'http://a:b', 'see https://%zz now'])
      expect(
        webAddresses(text).some(({ isAddress }) => isAddress),
        text,
      ).toBe(false)
  })

  it('are of emoji only where the code points are some', () => {
    expect(emojiOfCodePoints('1f44d')).toBe('👍')
    expect(emojiOfCodePoints('d800')).toBeUndefined()
    expect(emojiOfCodePoints('ffffff')).toBeUndefined()
    expect(emojiOfCodePoints('')).toBeUndefined()
    expect([emojiOf('constructor'), emojiOf('+1'), emojiOf('wave::skin-tone-6')]).toEqual([
      ':constructor:',
      '👍',
      '👋🏿',
    ])
  })
})
