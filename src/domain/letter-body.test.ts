import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { composeBody, type LetterBodyParts, QUOTED_LENGTH, type QuotedLetter } from './letter-body.ts'

const TOKEN = 'a'.repeat(32)
const quoted: QuotedLetter = {
  text: 'It is broken.\n> Is it?\n\nYes',
  authorName: 'Ada',
  atMs: Date.UTC(2026, 10, 23, 9, 5),
  head: {
    from: { address: 'ada@example.org', name: 'Ada' },
    replyTo: [],
    to: [{ address: `help+${TOKEN}@example.com` }],
    cc: [{ address: 'bob@example.org' }],
    bcc: [{ address: 'secret@example.org' }],
    subject: 'Broken',
  },
}
const compose = (change: Partial<LetterBodyParts>) =>
  composeBody({ own: { text: 'We look.' }, signature: '', ownAddresses: ['help@example.com'], ...change })

describe('the body of a letter', () => {
  it('is the agent’s text and the signature behind its mark', () => {
    expect(compose({ signature: 'Agnes\nHelp desk\n' })).toEqual({
      text: 'We look.\n\n-- \nAgnes\nHelp desk',
    })
    expect(compose({ own: { text: 'We look.\n\nAgnes' }, signature: 'Agnes' }).text).toBe('We look.\n\nAgnes')
    expect(compose({ own: { text: 'We look.', html: '<p>We look.</p>' }, signature: 'A & <B>' }).html).toBe(
      '<p>We look.</p>\n<div>-- <br>A &amp; &lt;B&gt;</div>',
    )
  })

  it('quotes what it answers, and once more what that quoted', () => {
    expect(compose({ quoted, as: 'reply' }).text).toBe(
      [
        'We look.',
        '',
        'On Mon, 23 Nov 2026 at 09:05 UTC, Ada wrote:',
        '> It is broken.',
        '>> Is it?',
        '>',
        '> Yes',
      ].join('\n'),
    )
  })

  it('passes a letter on under a head that names no token and nobody who was not to be named', () => {
    const { text, html } = compose({
      own: { text: '' },
      quoted: { ...quoted, html: '<p>It</p>' },
      as: 'forward',
    })
    expect(text).toBe(
      [
        '---------- Forwarded message ----------',
        'From: Ada <ada@example.org>',
        'Date: Mon, 23 Nov 2026 at 09:05 UTC',
        'Subject: Broken',
        'To: help@example.com',
        'Cc: bob@example.org',
        '',
        quoted.text,
      ].join('\n'),
    )
    for (const form of [text, html ?? '']) {
      expect(form).not.toContain(TOKEN)
      expect(form).not.toContain('secret')
    }
    expect(html).toContain('From: Ada &lt;ada@example.org&gt;')
    expect(html).toContain('<p>It</p>')
  })

  it('is formatted where anything of it is', () => {
    expect(compose({ quoted, as: 'reply' })).not.toHaveProperty('html')
    expect(compose({ quoted: { ...quoted, html: '<b>x</b>' }, as: 'reply' }).html).toBe(
      '<div>We look.</div>\n<div class="tributary-quoted"><p>On Mon, 23 Nov 2026 at 09:05 UTC, Ada wrote:</p><blockquote type="cite"><b>x</b></blockquote></div>',
    )
    expect(compose({ own: { text: 'a<b', html: '<p>a&lt;b</p>' }, quoted, as: 'reply' }).html).toContain(
      '&gt; It is broken.<br>',
    )
  })

  it('escapes all that is not formatted, and dates whatever date it gets', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.oneof(fc.double(), fc.integer()),
        fc.constantFrom('reply' as const, 'forward' as const),
        (wild, name, atMs, as) => {
          const head = {
            ...quoted.head,
            from: { address: wild, name },
            to: [{ address: name }],
            subject: wild,
          }
          const { text, html = '' } = compose({
            own: { text: wild, html: '' },
            signature: name,
            quoted: {
              ...quoted,
              text: wild,
              authorName: name,
              atMs,
              head: { ...quoted.head, ...head } as never,
            },
            as,
          })
          expect(text).not.toContain('Invalid')
          expect(html.replace(/<\/?(?:div|p|br|blockquote)(?: (?:class|type)="[a-z-]+")?>/g, '')).not.toMatch(
            /[<>]/,
          )
        },
      ),
    )
  })

  it('takes no more of another letter than fits, and says where it was cut', () => {
    const long = { ...quoted, text: `${'x'.repeat(100)}\n`.repeat(20_000), html: '<i>x</i>'.repeat(100_000) }
    const { text, html = '' } = compose({ own: { text: '', html: '<p></p>' }, quoted: long, as: 'forward' })
    expect(text.length).toBeLessThan(QUOTED_LENGTH + 1_000)
    expect(text.endsWith('\n[…]')).toBe(true)
    expect(html.length).toBeLessThan(2 * QUOTED_LENGTH)
    expect(html).not.toContain('<i>')
  })
})
