import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SPAN_KINDS, type TextSpan } from '../../../src/domain/text-spans.ts'
import { type SpanNode, spanTree, textOf } from './span-tree.ts'

const show = (nodes: readonly SpanNode[]): string =>
  nodes.map((node) => (node.kind === 'text' ? node.text : `<${node.kind}>${show(node.inside)}</>`)).join('')
const span = (kind: TextSpan['kind'], offset: number, length: number): TextSpan => ({ kind, offset, length })

describe('a text with its formatting', () => {
  it.each([
    [[], 'hello world'],
    [[span('bold', 0, 5)], '<bold>hello</> world'],
    [[span('bold', 0, 11), span('italic', 6, 5)], '<bold>hello <italic>world</></>'],
    [[span('italic', 6, 5), span('bold', 0, 5)], '<bold>hello</> <italic>world</>'],
    // Overlapping in part, beyond the end, of no length: nothing is lost, nothing is doubled.
    [[span('bold', 0, 7), span('italic', 5, 6)], '<bold>hello<italic> w</></><italic>orld</>'],
    [[span('bold', 6, 500)], 'hello <bold>world</>'],
    [[span('bold', 3, 0), span('bold', -4, 6)], '<bold>he</>llo world'],
  ])('%j', (spans, shown) => {
    expect(show(spanTree('hello world', spans))).toBe(shown)
  })

  it('links only where an address is harmless', () => {
    const link = (url: string) => spanTree('hello', [{ ...span('link', 0, 5), url }])[0]
    expect(link('https://example.com')).toMatchObject({ url: 'https://example.com' })
    expect(link('MAILTO:ada@example.com')).toHaveProperty('url')
    for (const url of ['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', '//example.com']) {
      expect(link(url)).not.toHaveProperty('url')
    }
  })

  it('keeps every character, whatever the spans say', () => {
    const anySpan = fc.record({
      kind: fc.constantFrom(...SPAN_KINDS),
      offset: fc.integer({ min: -5, max: 50 }),
      length: fc.integer({ min: -5, max: 50 }),
    })
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.array(anySpan, { maxLength: 12 }), (text, spans) => {
        expect(textOf(spanTree(text, spans))).toBe(text)
      }),
    )
  })
})
