import { describe, expect, it } from 'vitest'
import { documentOf, htmlOf, textOfHtml } from './html-document.ts'
import { markQuotes, unquotedTextOf } from './html-quotes.ts'

const HEADERS =
  '<b>From:</b> A &lt;a@b.example&gt;<br><b>Sent:</b> Monday<br><b>To:</b> B<br><b>Subject:</b> S'

/** What each program sends when somebody answers "New text" to "Old text". */
const PROGRAMS: Readonly<Record<string, string>> = {
  Gmail:
    '<div dir="ltr">New text</div><br><div class="gmail_quote gmail_quote_container"><div class="gmail_attr">On Mon, Jan 1, 2024 at 10:00 AM Ada &lt;a@b.example&gt; wrote:<br></div><blockquote class="gmail_quote">Old text</blockquote></div>',
  'Outlook on the web': `<div>New text</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><font>${HEADERS}</font></div><div>Old text</div>`,
  Outlook: `<html><head><style>p{}</style></head><body><div class="WordSection1"><p>New text</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>${HEADERS}</p></div></div><p>Old text</p></div></body></html>`,
  'Apple Mail':
    '<html><body>New text<br><div><br><blockquote type="cite"><div>On 1 Jan 2024, at 10:00, Ada wrote:</div><br><div>Old text</div></blockquote></div></body></html>',
  Thunderbird:
    '<p>New text</p><div class="moz-cite-prefix">Am 01.01.24 um 10:00 schrieb Ada:<br></div><blockquote type="cite" cite="mid:x@y">Old text</blockquote>',
  Yahoo:
    '<div>New text</div><div id="yahoo_quoted_123" class="yahoo_quoted"><div>On Monday wrote:</div>Old text</div>',
  Proton:
    '<div>New text</div><div class="protonmail_quote">On Monday, Ada wrote:<br><blockquote type="cite">Old text</blockquote></div>',
  Zimbra: `<div>New text</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">${HEADERS}</div><div>Old text</div>`,
  'a header block in German':
    '<div>New text</div><div><p>Von: A &lt;a@b.example&gt;<br>Gesendet: Montag<br>An: B<br>Betreff: S</p><p>Old text</p></div>',
  'a rule': '<div>New text</div><div>-----Original Message-----</div><div>Old text</div>',
  'a rule in a table':
    '<table><tr><td>New text</td></tr><tr><td>-----Original Message-----</td></tr><tr><td>Old text</td></tr></table>',
  'an attribution above a quotation':
    '<p>New text</p><p>On Mon, 1 Jan 2024 at 10:00, Ada &lt;a@b.example&gt; wrote:</p><blockquote>Old text</blockquote>',
}

describe('quoted history in formatted bodies', () => {
  it.each(Object.entries(PROGRAMS))('is marked as %s writes it, and nothing else is', (_, html) => {
    const document = documentOf(html)
    if (document === undefined) throw new Error('no document')
    expect(markQuotes(document)).toBe(true)
    const marked = htmlOf(document)
    expect(unquotedTextOf(document)).toBe('New text')
    expect(marked).toContain('class="tributary-quoted"')
    expect(textOfHtml(marked), 'nothing is lost').toBe(textOfHtml(html))
  })

  it.each([
    ['a quotation that is no letter', '<p>She said:</p><blockquote>a poem</blockquote><p>How true.</p>'],
    [
      'a letter that only forwards',
      '<div class="gmail_quote">---------- Forwarded message ---------<br>Old text</div>',
    ],
    ['no quotation', '<p>From: my heart</p><p>To: yours</p>'],
    [
      'an order for a transport',
      '<p>A quote, please:</p><p>From: Berlin<br>To: Hamburg<br>Date: 3 May<br>Weight: 20 kg</p><p>Ada</p>',
    ],
  ])('is not seen in %s', (_, html) => {
    const document = documentOf(html)
    if (document === undefined) throw new Error('no document')
    expect(markQuotes(document)).toBe(false)
    expect(htmlOf(document)).not.toContain('tributary-quoted')
  })

  it('leaves answers between quotations outside', () => {
    const document = documentOf(
      '<blockquote type="cite">one?</blockquote><p>Yes.</p><blockquote type="cite">two?</blockquote><p>No.</p>',
    )
    if (document === undefined) throw new Error('no document')
    markQuotes(document)
    expect(unquotedTextOf(document)).toBe('Yes.\n\nNo.')
    expect(htmlOf(document).match(/tributary-quoted/g)).toHaveLength(2)
  })
})

describe('answers between the lines', () => {
  it.each(['gmail_quote', 'gmail_quote_container', 'protonmail_quote'])(
    'stay visible inside a %s',
    (name) => {
      const document = documentOf(
        `<div>See below.</div><div class="${name}"><div>On Mon, Jan 1, 2024 at 10:00 AM Ada &lt;a@b.example&gt; wrote:<br></div>` +
          '<blockquote class="gmail_quote" type="cite">Which one?</blockquote><div>The blue one.</div>' +
          '<blockquote class="gmail_quote" type="cite">When?</blockquote><div>Today.</div></div>',
      )
      if (document === undefined) throw new Error('no document')
      expect(markQuotes(document)).toBe(true)
      expect(unquotedTextOf(document)).toBe('See below.\nThe blue one.\nToday.')
    },
  )
})

describe('the text of a formatted body', () => {
  it('has nothing that a person would not see', () => {
    const html =
      '<html><head><title>T</title><style>p{color:red}</style></head><body><div style="DISPLAY : none">preheader</div>' +
      '<span style="font-size:0px;max-height:0">padding</span><script>run()</script><p hidden>no</p>' +
      '<p>Dear&nbsp;Ada,&zwnj;</p><p>see <b>this</b>:<br>line two</p><ul><li>one</li><li>two</li></ul></body></html>'
    expect(textOfHtml(html)).toBe('Dear Ada,\n\nsee this:\nline two\n\n- one\n- two')
  })

  it('is had of what is too deep or too long for a document as well', () => {
    expect(documentOf('<b>'.repeat(10_000))).toBeUndefined()
    expect(textOfHtml(`<style>a{}</style>${'<b>'.repeat(10_000)}read &amp; me`)).toBe('read & me')
  })
})
