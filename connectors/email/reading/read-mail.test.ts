import { describe, expect, it } from 'vitest'
import type { ReadMail } from '../read-mail.ts'
import { openMail, readMail } from './read-mail.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text.replace(/\n/g, '\r\n'), 'latin1')
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
const read = (text: string): Promise<ReadMail> => readMail(bytes(text))
const header = (mail: ReadMail, name: string): string | undefined =>
  mail.headers.find((line) => line.name === name)?.value

describe('a letter taken apart', () => {
  it('has its leaves in order, transfer encoding removed, and an attached letter as one leaf', async () => {
    const mail = await read(
      [
        'Content-Type: multipart/mixed; boundary=o',
        '',
        '--o',
        'Content-Type: multipart/alternative; boundary=i',
        '',
        '--i',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.from('Grüße').toString('base64'),
        '--i',
        'Content-Type: text/html; charset=iso-8859-1',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        '<p>Gr=FC=DFe</p>',
        '--i--',
        '--o',
        'Content-Type: message/rfc822',
        'Content-Disposition: inline',
        '',
        'Subject: inner',
        'Content-Type: multipart/mixed; boundary=x',
        '',
        '--x',
        '',
        'inner text',
        '--x--',
        '--o',
        'Content-Type: image/png; name="=?utf-8?Q?Gr=C3=BCn.png?="',
        'Content-ID: <pic@x>',
        'Content-Transfer-Encoding: base64',
        '',
        'AAEC',
        '--o--',
      ].join('\n'),
    )
    expect(mail.parts.map((part) => part.contentType)).toEqual([
      'text/plain',
      'text/html',
      'message/rfc822',
      'image/png',
    ])
    expect(mail.text).toBe('Grüße')
    expect(mail.html).toBe('<p>Grüße</p>')
    expect(mail.parts[2]?.text).toContain('inner text')
    expect(mail.parts[3]).toMatchObject({
      name: 'Grün.png',
      contentId: 'pic@x',
      bytes: Buffer.from([0, 1, 2]),
    })
  })

  it.each([
    ['no charset, Latin', '', 'Gr\xfc\xdfe'],
    ['no charset, UTF-8', '', utf8('Grüße')],
    ['a charset that is not true', 'us-ascii', 'Gr\xfc\xdfe'],
    ['UTF-8 that is none', 'utf-8', 'Gr\xfc\xdfe'],
    ['a misspelt charset', 'uft-8', utf8('Grüße')],
    ['x-unknown', 'x-unknown', 'Gr\xfc\xdfe'],
    ['UTF-7 by its old name', 'unicode-1-1-utf-7', 'Gr+APwA3w-e'],
    ['a charset that does not exist', 'klingon', utf8('Grüße')],
    ['NUL between the characters', 'utf-8', utf8('Gr\0ü\0ße')],
  ])('is decoded in spite of %s', async (_, charset, body) => {
    const mail = await read(
      `Content-Type: text/plain${charset === '' ? '' : `; charset=${charset}`}\n\n${body}`,
    )
    expect(mail.text).toBe('Grüße')
  })

  it('knows Japanese by its escapes, whether it is declared or not', async () => {
    const body = '\x1b$B$3$s$K$A$O\x1b(B'
    expect((await read(`Content-Type: text/plain; charset=ISO-2022-JP\n\n${body}`)).text).toBe('こんにちは')
    expect((await read(`Subject: x\n\n${body}`)).text).toBe('こんにちは')
  })

  it('decodes encoded words as they are met, also cut inside a character and unknown to anybody', async () => {
    const mail = await read(
      'Subject: =?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?= an =?uft-8?q?alle_zwei?=\nX-Bad: =?x?q?=zz?= =?utf-8?b?\n\nx',
    )
    expect(header(mail, 'subject')).toBe('Grüße an alle zwei')
    expect(header(mail, 'x-bad')).toBe('=zz =?utf-8?b?')
  })

  it('finds the parts of a multipart that does not name its boundary', async () => {
    const mail = await read(
      'Content-Type: multipart/mixed\n\n--here\nContent-Type: text/plain\n\nfound\n--here\nContent-Type: image/gif\n\nx\n--here--\n',
    )
    expect(mail.parts.map((part) => part.contentType)).toEqual(['text/plain', 'image/gif'])
    expect(mail.text).toBe('found')
  })

  it.each([
    ['an mbox line before', 'From x@y Mon Jan 1 00:00:00 2024\nSubject: s\n\nbody'],
    ['empty lines before', '\n\nSubject: s\n\nbody'],
    ['no empty line after', 'Subject: s\nbody'],
    ['a header broken in two', 'X-Long: one\ntwo\nSubject: s\n\nbody'],
  ])('is read with %s its headers', async (_, text) => {
    const mail = await read(text)
    expect([header(mail, 'subject'), mail.text.trim()]).toEqual(['s', 'body'])
  })

  it('is read when its lines end in a carriage return alone', async () => {
    const mail = await readMail(Buffer.from('Subject: s\r\rone\rtwo'))
    expect([header(mail, 'subject'), mail.text]).toEqual(['s', 'one\ntwo'])
  })

  it('joins what format=flowed broke, within its quotation', async () => {
    const mail = await read(
      'Content-Type: text/plain; format=flowed\n\nOne \nline.\n> quoted \n> too\n-- \nAda',
    )
    expect(mail.text).toBe('One line.\n> quoted too\n-- \nAda')
  })

  it('unpacks uuencode', async () => {
    const mail = await read(
      'Content-Type: application/octet-stream; name=cat.txt\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 cat.txt\n#0V%T\n`\nend\n',
    )
    expect(Buffer.from(mail.parts[0]?.bytes ?? []).toString()).toBe('Cat')
  })

  it('takes a version of the text for no file, and a named text for one, unless it is all there is', async () => {
    const amp = await openMail(
      bytes(
        'Content-Type: multipart/alternative; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: text/x-amp-html\n\n<html>\n--b--',
      ),
    )
    expect(amp.mail.parts.every((part) => amp.bodyParts.has(part))).toBe(true)
    const only = await read('Content-Type: text/plain; name=body.txt\n\nall there is')
    expect(only.text).toBe('all there is')
  })

  it('says of bytes that are no letter that it is broken', async () => {
    const junk = await openMail(Uint8Array.from({ length: 500 }, (_, at) => (at * 37) % 251))
    expect(junk.broken).toBe(true)
    expect(junk.mail).toMatchObject({ text: '', parts: [] })
  })
})
