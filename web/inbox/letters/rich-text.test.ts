import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RichNode } from './rich-text.ts'
import { isBlank, plainDocument, writtenLetter } from './rich-text.ts'

const text = (words: string, ...marks: RichNode['marks'] & object) => ({ type: 'text', text: words, marks })
const line = (...content: RichNode[]): RichNode => ({ type: 'paragraph', content })
const doc = (...content: RichNode[]): RichNode => ({ type: 'doc', content })
const item = (...content: RichNode[]): RichNode => ({ type: 'listItem', content })

describe('what an editor holds, written down', () => {
  it('says the same in both forms', () => {
    const written = writtenLetter(
      doc(
        line(text('Hello '), text('Ada', { type: 'bold' })),
        line(),
        { type: 'bulletList', content: [item(line(text('one'))), item(line(text('two')))] },
        { type: 'orderedList', attrs: { start: 3 }, content: [item(line(text('three')))] },
        { type: 'blockquote', content: [line(text('said')), line()] },
        { type: 'codeBlock', content: [text('a < b\nc')] },
        line(text('our shop', { type: 'link', attrs: { href: 'https://x.example/?a=1&b="2"' } })),
        line(text('https://x.example', { type: 'link', attrs: { href: 'https://x.example' } })),
        line(text('one'), { type: 'hardBreak' }, text('two')),
      ),
    )
    expect(written.text).toBe(
      'Hello Ada\n\n- one\n- two\n3. three\n> said\n>\na < b\nc\nour shop <https://x.example/?a=1&b="2">\nhttps://x.example\none\ntwo',
    )
    expect(written.html).toBe(
      '<div>Hello <b>Ada</b></div><div><br></div><ul><li><div>one</div></li><li><div>two</div></li></ul>' +
        '<ol><li><div>three</div></li></ol><blockquote><div>said</div><div><br></div></blockquote>' +
        '<pre>a &lt; b\nc</pre><div><a href="https://x.example/?a=1&amp;b=&quot;2&quot;">our shop</a></div>' +
        '<div><a href="https://x.example">https://x.example</a></div><div>one<br>two</div>',
    )
  })

  it('makes no markup of words, and no link to anything but the web, mail and telephones', () => {
    const href = fc.oneof(
      fc.string(),
      fc.constantFrom('javascript:alert(1)', ' javascript:x', 'data:text/html,x'),
    )
    fc.assert(
      fc.property(fc.string(), href, (words, to) => {
        const { html } = writtenLetter(doc(line(text(words, { type: 'link', attrs: { href: to } }))))
        expect(html).not.toMatch(/<(?!\/?(?:div|a|br)\b)/u)
        expect(html).not.toMatch(/href="(?!https?:\/\/|mailto:|tel:)/u)
      }),
    )
  })

  it('gives back plain lines as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z <>&]{0,12}[a-z]$/), { minLength: 1 }), (lines) => {
        expect(writtenLetter(plainDocument(lines.join('\n'))).text).toBe(lines.join('\n'))
      }),
    )
  })

  it('knows when nothing is written', () => {
    expect(isBlank(plainDocument(' \n\n'))).toBe(true)
    expect(isBlank(undefined)).toBe(true)
    expect(isBlank(doc(item(line(text('x')))))).toBe(false)
  })

  it('survives a document of any depth', () => {
    let deep: RichNode = line(text('x'))
    for (let count = 0; count < 5_000; count += 1) deep = { type: 'blockquote', content: [deep] }
    expect(writtenLetter(doc(deep)).html.length).toBeLessThan(5_000)
  })
})
