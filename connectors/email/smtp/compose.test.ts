import { generateKeyPairSync } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { simpleParser } from 'mailparser'
import { describe, expect, it } from 'vitest'
import type { OutboundMessage } from '../../../src/contract/connector.ts'
import { factsOf, file, letter, mailbox, outbound, TOKEN } from '../../../test/harness/outbound-letters.ts'
import type { EmailConfig } from '../config.ts'
import { composeLetter } from './compose.ts'

const compose = (message: OutboundMessage, config: EmailConfig = mailbox()) => composeLetter(message, config)
const bytesOf = async (message: OutboundMessage, config?: EmailConfig): Promise<Buffer> =>
  buffer((await compose(message, config)).content)

/** The head of a letter as unfolded lines. */
function headOf(raw: Buffer): readonly string[] {
  const text = raw.toString('latin1')
  return text
    .slice(0, text.indexOf('\r\n\r\n'))
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
}
const fieldsOf = (raw: Buffer): readonly string[] =>
  headOf(raw).map((line) => line.slice(0, line.indexOf(':')).toLowerCase())
const field = (raw: Buffer, name: string): string | undefined =>
  headOf(raw)
    .find((line) => line.toLowerCase().startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim()

const FIELDS = ['from', 'to', 'subject', 'message-id', 'date', 'mime-version']

describe('a letter', () => {
  it('is the answer to another, with what a mail program needs to put it there', async () => {
    const raw = await bytesOf(
      outbound({
        letter: letter({
          cc: [{ address: 'bob@customer.example' }],
          html: '<p>It left this morning.</p>',
          inReplyTo: 'second@customer.example',
          references: ['first@customer.example', 'second@customer.example'],
        }),
      }),
    )
    expect(field(raw, 'from')).toBe('Shop <help@shop.example>')
    expect(field(raw, 'to')).toBe('Ada Lovelace <ada@customer.example>')
    expect(field(raw, 'cc')).toBe('bob@customer.example')
    expect(field(raw, 'subject')).toBe('Re: Where is my order?')
    expect(field(raw, 'message-id')).toBe(`<${TOKEN}@shop.example>`)
    expect(field(raw, 'in-reply-to')).toBe('<second@customer.example>')
    expect(field(raw, 'references')).toBe('<first@customer.example> <second@customer.example>')
    expect(field(raw, 'date')).toBe('Mon, 23 Nov 2026 12:30:05 +0000')
    expect(field(raw, 'content-type')).toContain('multipart/alternative')
    expect(fieldsOf(raw)).not.toContain('reply-to')
    const read = await simpleParser(raw)
    expect(read.text).toBe('It left this morning.\n\nAgnes')
    expect(read.html).toContain('<p>It left this morning.</p>')
  })

  it('without a letter’s particulars goes to the customer, under his subject', async () => {
    const { letter: _, ...plain } = outbound({ subject: 'Where is my order?' })
    const raw = await bytesOf(plain)
    expect(field(raw, 'to')).toBe('ada@customer.example')
    expect(field(raw, 'subject')).toBe('Re: Where is my order?')
    expect(field(await bytesOf({ ...plain, subject: 'RE: Hello' }), 'subject')).toBe('RE: Hello')
    const { subject: __, ...nameless } = plain
    expect(field(await bytesOf(nameless), 'subject')).toBe('Your message')
  })

  it('asks for answers to an address that names it, where the mailbox has such', async () => {
    const composed = await compose(outbound(), mailbox({ plusAddressing: true }))
    expect(composed.senders).toEqual([`help+${TOKEN}@shop.example`, 'help@shop.example'])
    expect(composed.messageId).toBe(`${TOKEN}@shop.example`)
    expect(field(await buffer(composed.content), 'reply-to')).toBe(`Shop <help+${TOKEN}@shop.example>`)
  })

  it('goes from the mailbox’s own address where the provider takes no other', async () => {
    const { senders } = await compose(outbound(), mailbox({ plusAddressing: true, provider: 'microsoft' }))
    expect(senders).toEqual(['help@shop.example'])
  })

  it('that no person wrote says so, and nothing is to come back for it', async () => {
    const composed = await compose(outbound({ automatic: true }))
    expect(composed.senders).toEqual(['', 'help@shop.example'])
    const raw = await buffer(composed.content)
    expect(field(raw, 'auto-submitted')).toBe('auto-replied')
    expect(field(raw, 'x-auto-response-suppress')).toBe('All')
    expect(field(raw, 'x-tributary-loop')).toBe('1')
    const byAPerson = fieldsOf(await bytesOf(outbound()))
    expect(byAPerson).not.toContain('auto-submitted')
    expect(byAPerson).not.toContain('x-tributary-loop')
  })

  it('tells nobody who gets it unseen', async () => {
    const hidden = { bcc: [{ address: 'secret@customer.example', name: 'Secret' }] }
    const composed = await compose(outbound({ letter: letter(hidden) }))
    expect(composed.recipients).toEqual(['ada@customer.example', 'secret@customer.example'])
    expect(composed.bcc).toEqual(['secret@customer.example'])
    const raw = await buffer(composed.content)
    expect(raw.toString().toLowerCase()).not.toContain('secret')
    const alone = await bytesOf(outbound({ letter: letter({ ...hidden, to: [] }) }))
    expect(field(alone, 'to')).toBe('"undisclosed-recipients":;')
    expect(alone.toString().toLowerCase()).not.toContain('secret')
  })

  it('goes to each address once', async () => {
    const { recipients } = await compose(
      outbound({
        letter: letter({
          cc: [{ address: 'ada@customer.example' }, { address: 'ada@CUSTOMER.example' }],
          bcc: [{ address: 'bob@bücher.example' }, { address: 'bob@xn--bcher-kva.example' }],
        }),
      }),
    )
    expect(recipients).toEqual(['ada@customer.example', 'bob@xn--bcher-kva.example'])
  })

  it('carries its files byte for byte, under their names', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256))
    const names = ['Rechnung März 2026.pdf', '請求書.pdf', '👍.png', `${'lang'.repeat(30)}.txt`, 'a"b\\c.txt']
    const raw = await bytesOf(outbound({ attachments: names.map((name) => file(name, bytes)) }))
    const { attachments } = await simpleParser(raw)
    expect(attachments.map(({ filename }) => filename)).toEqual([...names.slice(0, 4), 'a"b_c.txt'])
    for (const { content } of attachments) expect(content.equals(bytes)).toBe(true)
  })

  it('keeps a mail that is attached as a file, and an empty file as one', async () => {
    const mail = Buffer.from('From: a@b\r\n\r\n.\r\nüber\n')
    const files = [file('mail.eml', mail, 'message/rfc822'), file('empty.txt', Buffer.alloc(0), 'text/plain')]
    const { attachments } = await simpleParser(await bytesOf(outbound({ attachments: files })))
    expect(attachments.map(({ content }) => content)).toEqual([mail, Buffer.alloc(0)])
  })

  it.each([
    ['Ада Лавлейс', 'Größe: ½ 👍'],
    ['山田 太郎'.repeat(20), '件名'.repeat(100)],
    ['Lovelace, Ada (Countess) <x@y>', 'a "quoted" subject; with, marks'],
    ['👩‍👩‍👧'.repeat(10), '=?utf-8?Q?not_encoded?='],
  ])('keeps the name %s and the subject %s', async (name, subject) => {
    const raw = await bytesOf(
      outbound({ letter: letter({ subject, to: [{ address: 'ada@customer.example', name }] }) }),
      mailbox({ fromName: name }),
    )
    expect(
      raw
        .toString('latin1')
        .split('\r\n')
        .every((line) => line.length <= 998),
    ).toBe(true)
    const read = await simpleParser(raw)
    expect([read.to].flat()[0]?.value).toEqual([{ address: 'ada@customer.example', name }])
    expect(read.from?.value[0]?.name).toBe(name)
    if (!subject.startsWith('=?')) expect(read.subject).toBe(subject)
  })
})

describe('whatever stands in a message', () => {
  const EVIL = [
    '\r\nBcc: eve@evil.example',
    '\nBcc: eve@evil.example',
    '\rBcc: eve@evil.example',
    '\u0000\r\n\r\n<script>',
    '\r\n.\r\nMAIL FROM:<eve@evil.example>',
    '\n.\n',
    '\u2028Bcc: eve@evil.example',
    '\u0085Bcc: eve@evil.example',
    '=?utf-8?Q?=0D=0ABcc:_eve@evil.example?=',
    '"; filename="evil.exe',
    '\ud800',
  ]

  it.each(EVIL)('%j adds no header, no part and no recipient', async (evil) => {
    const message = outbound({
      text: `text${evil}`,
      letter: letter({
        subject: `subject${evil}`,
        to: [{ address: 'ada@customer.example', name: `name${evil}` }],
        cc: [{ address: 'bob@customer.example', name: evil }],
        html: `<p>html${evil}</p>`,
        inReplyTo: `id${evil}@x`,
        references: [`ref${evil}@x`, 'sound@x'],
      }),
      attachments: [file(`file${evil}`, Buffer.from('bytes'), `text/plain${evil}`)],
    })
    const composed = await compose(message, mailbox({ fromName: `from${evil}` }))
    expect(composed.recipients).toEqual(['ada@customer.example', 'bob@customer.example'])
    const raw = await buffer(composed.content)
    expect([...fieldsOf(raw)].sort()).toEqual(
      [
        ...FIELDS,
        'cc',
        'references',
        'content-type',
        ...(fieldsOf(raw).includes('in-reply-to') ? ['in-reply-to'] : []),
      ].sort(),
    )
    expect(raw.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]|\u0000/)
    const read = await simpleParser(raw)
    expect(read.attachments).toHaveLength(1)
    expect([read.to].flat().flatMap((to) => to?.value ?? [])).toHaveLength(1)
  })

  it.each([...EVIL.slice(0, 8), ', eve@evil.example', '> SIZE=1', ' (comment)', ';'])(
    'an address with %j is refused, and none is sent to in its place',
    async (evil) => {
      for (const place of ['to', 'cc', 'bcc'] as const) {
        const facts = await factsOf(
          compose(outbound({ letter: letter({ [place]: [{ address: `ada@customer.example${evil}` }] }) })),
        )
        expect(facts).toMatchObject({ code: 'invalid-address', retry: 'never', delivery: 'not-sent' })
        expect(facts.detail).not.toMatch(/[\r\n\u0000]/)
      }
      const { letter: _, ...plain } = outbound({
        to: { identityExternalId: `ada${evil}@customer.example`, threadKey: 'x' },
      })
      expect(await factsOf(compose(plain))).toMatchObject({ code: 'invalid-address' })
    },
  )

  it('makes no line longer than a server must take', async () => {
    const word = 'x'.repeat(5_000)
    const raw = await bytesOf(
      outbound({
        text: word,
        letter: letter({
          html: `<p>${word}</p>`,
          to: [{ address: 'ada@customer.example', name: word.slice(0, 800) }],
          references: [word, ...Array.from({ length: 500 }, (_, at) => `${at}@${'y'.repeat(200)}`)],
        }),
      }),
    )
    const longest = Math.max(
      ...raw
        .toString('latin1')
        .split('\r\n')
        .map((line) => line.length),
    )
    expect(longest).toBeLessThanOrEqual(998)
    expect(await factsOf(compose(outbound({ letter: letter({ subject: word }) })))).toMatchObject({
      code: 'subject-too-long',
      retry: 'never',
    })
  })
})

describe('the same message', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 120 })
  const people = fc.array(
    fc.record({ address: fc.constantFrom('ada@customer.example', 'bob@bücher.example'), name: texts }),
    { minLength: 1, maxLength: 3 },
  )
  const files = fc.array(
    fc.record({
      name: texts,
      bytes: fc.uint8Array({ maxLength: 3_000 }),
      chunk: fc.integer({ min: 1, max: 700 }),
    }),
    { maxLength: 3 },
  )

  it('makes the same bytes at every attempt, however its files are read', async () => {
    await fc.assert(
      fc.asyncProperty(texts, texts, fc.option(texts), people, files, fc.boolean(), async (...given) => {
        const [subject, text, html, to, attached, automatic] = given
        const message = (other: number): OutboundMessage =>
          outbound({
            text,
            attempt: other,
            automatic,
            letter: letter({ subject, to, ...(html === null ? {} : { html }) }),
            attachments: attached.map(({ name, bytes, chunk }) =>
              file(name, bytes, 'image/png', other === 1 ? chunk : 997),
            ),
          })
        const config = mailbox({ plusAddressing: true })
        const [once, again] = [await bytesOf(message(1), config), await bytesOf(message(2), config)]
        expect(again.equals(once)).toBe(true)
        expect(once.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]/)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a file that cannot be opened', () => {
  it('ends the attempt before it began, and closes the others', async () => {
    const opened = file('good.txt', Buffer.from('x'))
    const content = await opened.open()
    const facts = await factsOf(
      compose(
        outbound({
          attachments: [
            { ...opened, open: async () => content },
            { ...opened, name: 'gone.txt', open: () => Promise.reject(new Error('ENOENT')) },
          ],
        }),
      ),
    )
    expect(facts).toMatchObject({ code: 'file-unreadable', retry: 'later', delivery: 'not-sent' })
    expect(facts.detail).toContain('gone.txt')
    expect(content.destroyed).toBe(true)
  })
})

describe('a signature of the domain', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const signing = { dkimDomain: 'shop.example', dkimSelector: 'tributary', dkimPrivateKey: pem }
  const record = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const resolver = async (name: string): Promise<string[][]> => {
    if (name !== 'tributary._domainkey.shop.example')
      throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
    return [[`v=DKIM1; k=rsa; p=${record}`]]
  }
  const message = outbound({
    text: 'Über allem\n.\nein Punkt  \n\n\n',
    letter: letter({
      html: '<p>Über allem</p>',
      cc: [{ address: 'bob@customer.example' }],
      references: ['a@b'],
    }),
    attachments: [file('März.pdf', Buffer.from('bytes'))],
  })

  it.each([
    ['as the file has it', pem],
    ['from a field that swallowed its line breaks', pem.replaceAll('\n', '')],
    ['as a variable of the environment has it', pem.replaceAll('\n', '\\n')],
    ['of the older form', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ])('by a key %s holds', async (_, dkimPrivateKey) => {
    const raw = await bytesOf(message, mailbox({ ...signing, dkimPrivateKey }))
    const { results } = await dkimVerify(raw, { resolver })
    expect(results).toMatchObject([{ signingDomain: 'shop.example', status: { result: 'pass' } }])
    expect((await bytesOf(message, mailbox({ ...signing, dkimPrivateKey }))).equals(raw)).toBe(true)
    const changed = Buffer.from(raw.toString('latin1').replace('Where is', 'Here is'), 'latin1')
    expect((await dkimVerify(changed, { resolver })).results).toMatchObject([{ status: { result: 'fail' } }])
  })

  it.each([
    ['dkimDomain', { ...signing, dkimDomain: '' }],
    ['dkimSelector', { ...signing, dkimSelector: '' }],
    ['dkimPrivateKey', { ...signing, dkimPrivateKey: '' }],
    ['dkimPrivateKey', { ...signing, dkimPrivateKey: 'no key' }],
    ['dkimPrivateKey', { ...signing, dkimPrivateKey: pem.replace(/M/g, 'N') }],
    [
      'dkimPrivateKey',
      {
        ...signing,
        dkimPrivateKey: generateKeyPairSync('ed25519')
          .privateKey.export({ type: 'pkcs8', format: 'pem' })
          .toString(),
      },
    ],
  ])('that cannot be made (%s) holds the letter back, in words and without the key', async (_, settings) => {
    const facts = await factsOf(compose(outbound(), mailbox(settings)))
    expect(facts).toMatchObject({ code: 'bad-dkim-key', retry: 'later', delivery: 'not-sent' })
    expect(facts.detail).not.toContain(pem.slice(40, 80))
  })
})
