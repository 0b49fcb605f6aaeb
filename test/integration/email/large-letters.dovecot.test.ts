import { createHash, randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchLetterFile } from '../../../connectors/email/imap/fetch-file.ts'
import { readFileRef, writeFileRef } from '../../../connectors/email/imap/file-ref.ts'
import type { PartialLetter } from '../../../connectors/email/letter-item.ts'
import { createDovecot, type DovecotServer } from '../../harness/dovecot.ts'
import { mailConfig, mailContext } from './mail-context.ts'
import { letter, startSession } from './mail-session.ts'

const MEBIBYTE = 2 ** 20
const file = randomBytes(3 * MEBIBYTE)
const lines = (base64: string) => base64.replace(/.{76}/g, '$&\r\n')

const head = (subject: string) => [
  'From: Ann <ann@customer.test>',
  'To: support@example.test',
  `Subject: ${subject}`,
  `Message-ID: <${subject.replaceAll(' ', '.')}@customer.test>`,
  'MIME-Version: 1.0',
]

const large = [
  ...head('large'),
  'Content-Type: multipart/mixed; boundary="outer"',
  '',
  '--outer',
  'Content-Type: multipart/alternative; boundary="inner"',
  '',
  '--inner',
  'Content-Type: text/plain; charset="iso-8859-1"',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Gr=FC=DFe',
  '--inner',
  'Content-Type: text/html; charset=utf-8',
  '',
  `<p>${'x'.repeat(400_000)}</p>`,
  '--inner--',
  '--outer',
  "Content-Type: application/octet-stream; name*=utf-8''r%C3%A9sum%C3%A9.bin",
  'Content-Transfer-Encoding: base64',
  'Content-Disposition: attachment',
  'Content-ID: <file@customer.test>',
  '',
  lines(file.toString('base64')),
  '--outer',
  'Content-Type: message/rfc822',
  '',
  letter('inside', { body: 'An attached letter.' }),
  '--outer',
  'Content-Type: text/plain; name=notes.txt; charset=utf-8',
  'Content-Disposition: attachment; filename=notes.txt',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'caf=C3=A9',
  '--outer--',
  '',
].join('\r\n')

describe('a letter over the limit', () => {
  let server: DovecotServer
  let partial: PartialLetter
  const config = () => mailConfig(server.port, { wholeMegabytes: 1 })
  beforeAll(async () => {
    server = await createDovecot(['support', 'single'])
    await server.start()
    await server.deliver(letter('small'), 'support')
    await server.deliver(large, 'support')
    const session = startSession(config())
    await session.has('small', 'large')
    await session.stop()
    expect(session.items.map(({ contentType }) => contentType)).toEqual([
      'message/rfc822',
      'application/vnd.tributary.partial-letter+json',
    ])
    const [, item] = session.items
    expect(item?.sender).toBe('ann@customer.test')
    expect(item?.body.length).toBeLessThan(MEBIBYTE)
    partial = JSON.parse(Buffer.from(item?.body ?? []).toString()) as PartialLetter
  })
  afterAll(() => server.remove())

  const named = (name: string) => partial.files.find((one) => one.name === name)
  const fetched = async (ref: string) => buffer(await fetchLetterFile({ ref }, mailContext(config()).ctx))

  it('comes with its headers and with as much of its bodies as fits', () => {
    expect(Buffer.from(partial.headers, 'base64').toString()).toContain('Message-ID: <large@customer.test>')
    const [text, html] = partial.bodies
    expect(partial.bodies).toHaveLength(2)
    expect(text).toMatchObject({
      contentType: 'text/plain',
      charset: 'iso-8859-1',
      encoding: 'quoted-printable',
      cut: false,
    })
    expect(Buffer.from(text?.content ?? '', 'base64').toString('latin1')).toContain('Gr=FC=DFe')
    expect(html).toMatchObject({ contentType: 'text/html', cut: true })
    expect(Buffer.from(html?.content ?? '', 'base64')).toHaveLength(256 * 1024)
  })

  it('names its files, and the body that was cut', () => {
    expect(partial.files.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['text.html', 'text/html'],
      ['résumé.bin', 'application/octet-stream'],
      ['letter.eml', 'message/rfc822'],
      ['notes.txt', 'text/plain'],
    ])
    expect(named('résumé.bin')).toMatchObject({ contentId: 'file@customer.test' })
    expect(Math.abs((named('résumé.bin')?.sizeBytes ?? 0) - file.length)).toBeLessThan(1_000)
  })

  it('gives its files when somebody wants them, byte for byte, and stays unread', async () => {
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
    expect(hash(await fetched(named('résumé.bin')?.ref ?? ''))).toBe(hash(file))
    expect((await fetched(named('notes.txt')?.ref ?? '')).toString()).toBe('café')
    expect((await fetched(named('letter.eml')?.ref ?? '')).toString()).toContain('An attached letter.')
    expect((await server.show('support', 'flags')).join()).not.toContain('Seen')
  })

  it('says that a file is gone for good, and that a server away is not', async () => {
    const ref = readFileRef(named('notes.txt')?.ref ?? '')
    if (!ref) throw new Error('no ref')
    const failure = (one: string, port = server.port) =>
      fetchLetterFile({ ref: one }, mailContext({ ...config(), imapPort: port }).ctx).catch((e: unknown) => e)
    for (const other of [{ uid: 4_000 }, { uidValidity: '1' }, { mailbox: 'Nowhere' }]) {
      expect(await failure(writeFileRef({ ...ref, ...other }))).toMatchObject({
        facts: { code: 'file-gone', retry: 'never' },
      })
    }
    expect(await failure('{"uid":1}')).toMatchObject({ facts: { code: 'file-gone', retry: 'never' } })
    expect(await failure(writeFileRef(ref), 1)).toMatchObject({
      facts: { code: 'connection-refused', retry: 'later' },
    })
  })

  it('that is one single text comes cut, and whole as a file', async () => {
    const body = 'Lorem ipsum. '.repeat(100_000)
    await server.deliver([...head('single'), 'Content-Type: text/plain', '', body].join('\r\n'), 'single')
    const session = startSession({ ...config(), user: 'single' })
    await session.has('single')
    await session.stop()
    const { bodies, files } = JSON.parse(
      Buffer.from(session.items[0]?.body ?? []).toString(),
    ) as PartialLetter
    expect(bodies).toMatchObject([{ contentType: 'text/plain', cut: true }])
    const stream = await fetchLetterFile(
      { ref: files[0]?.ref ?? '' },
      mailContext({ ...config(), user: 'single' }).ctx,
    )
    expect((await buffer(stream)).toString().trimEnd()).toBe(body.trimEnd())
  })
})
