import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sanitiseOutgoing, sanitiseQuoted } from './sanitise-outgoing.ts'

const HOSTILE = [
  '<script>steal()</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script>alert(1)</script><a xlink:href="javascript:alert(1)">x</a></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="java\nscript:alert(1)">x</a>',
  '<a href="&#106;avascript&colon;alert(1)">x</a>',
  '<a href=" \u0001javascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="vbscript:x">x</a>',
  '<a href="//evil.example/x">x</a>',
  '<a href="/api/v1/session">x</a>',
  '<a href="https://ok.example" onclick="alert(1)" style="position:fixed" target=_top>x</a>',
  '<p style="background:url(https://evil.example/p)">x</p>',
  '<style>@import "https://evil.example/c"</style>',
  '<link rel=stylesheet href=https://evil.example/c>',
  '<base href="https://evil.example/">',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<form action=https://evil.example><input name=p><button>x</button></form>',
  '<iframe src=https://evil.example></iframe><object data=x></object><embed src=x>',
  '<video src=https://evil.example poster=x></video><audio src=x></audio><picture><source srcset=x></picture>',
  '<table background="https://evil.example/p"><tr><td background=x colspan="9;x">x</table>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<template><img src=x onerror=alert(1)></template>',
  '<p id=__proto__ name=constructor class=tributary-quoted>x</p>',
  '<!--[if mso]><img src=https://evil.example/p><![endif]-->',
  '<blockquote cite="https://evil.example">x</blockquote>',
  '<details open ontoggle=alert(1)>x</details>',
  '<a href="https://ok.example/&quot;onmouseover=alert(1)">x</a>',
  '</div></blockquote></body></html><p>out</p>',
]

/** Everything that a tag may look like after cleaning: a name, and for links and cells what they need. */
const HARMLESS =
  /^<\/?[a-z][a-z0-9]*(?: href="(?:https?:\/\/|mailto:|tel:)[^\s"'<>]*")?(?: (?:colspan|rowspan)="\d{1,3}")*(?: start="\d{1,6}")?(?: alt="[^"<>]*")?(?: \/)?>$/i
const NEVER =
  /^<\/?(?:script|style|svg|math|iframe|object|embed|link|meta|base|form|input|button|video|audio|source|template|noscript|details)\b/i

const tagsOf = (html: string): readonly string[] => html.match(/<[^>]*>?/g) ?? []

function expectHarmless(html: string): void {
  for (const tag of tagsOf(html)) {
    expect(tag).toMatch(HARMLESS)
    expect(tag).not.toMatch(NEVER)
  }
}

/** Each tag closes what was opened last. */
function expectBalanced(html: string): void {
  const open: string[] = []
  for (const tag of tagsOf(html)) {
    const name = /^<\/?([a-z0-9]+)/.exec(tag)?.[1] ?? ''
    if (tag.startsWith('</')) expect(open.pop(), html).toBe(name)
    else if (!tag.endsWith('/>')) open.push(name)
  }
  expect(open).toEqual([])
}

describe.each([
  ['what an editor made', sanitiseOutgoing],
  ['a letter that is quoted', sanitiseQuoted],
])('%s', (_, sanitise) => {
  it.each(HOSTILE)('keeps nothing active, nothing remote, no style: %s', (html) => {
    expectHarmless(sanitise(html))
    expect(sanitise(html)).not.toContain('evil.example')
  })

  it('is harmless whatever it is made of, and stays as it is once clean', () => {
    const pieces = fc.constantFrom(
      ...HOSTILE,
      '<',
      '>',
      '"',
      "'",
      '<!--',
      '-->',
      '<b>',
      '</b>',
      '<a href="',
      '&lt;',
      'x',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), (parts) => {
        const clean = sanitise(parts.join(''))
        expectHarmless(clean)
        expect(sanitise(clean)).toBe(clean)
        expectBalanced(clean)
      }),
    )
  })

  it('closes all that it opens, so that what comes after it is not inside it', () => {
    for (const html of ['<b><i><p>x', '<blockquote><ul><li>x', '<a href="https://ok.example">x']) {
      expectBalanced(sanitise(html))
    }
  })

  it('keeps words and structure', () => {
    const kept =
      '<p>a &amp; b <strong>c</strong> <a href="mailto:ada@example.com">d</a></p><ul><li>e</li></ul><pre><code>f</code></pre>'
    expect(sanitise(kept)).toBe(kept)
  })

  it('is bounded in depth', () => {
    const clean = sanitise(
      `${'<blockquote><p>'.repeat(3_000)}x<img alt="y"><a href="https://ok.example">z</a>`,
    )
    expect(clean.length).toBeLessThan(2_000)
    expectBalanced(clean)
  })
})

it('lines stay lines: each is an element of its own, as editors and mail programs write them', () => {
  const lines = '<div>Dear Ada,</div><div><br /></div><div>first</div><div>second</div>'
  expect(sanitiseOutgoing(lines)).toBe(lines)
  expect(sanitiseQuoted(lines)).toBe(lines)
})

it('tables stay in a quotation and become words in what an editor made; pictures become their description', () => {
  const table = '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>'
  expect(sanitiseQuoted(table)).toBe(table)
  expect(sanitiseOutgoing(table)).toBe('x')
  expect(sanitiseQuoted('<img alt="our logo" data-remote-image="0">')).toBe('<img alt="our logo" />')
})
