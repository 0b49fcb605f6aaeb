/** Letters on their way over real SMTP servers: encrypted, signed in, and with not a byte of anybody else in them. */
import { generateKeyPairSync } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { simpleParser } from 'mailparser'
import { afterEach, describe, expect, it } from 'vitest'
import type { EmailConfig } from '../../../connectors/email/config.ts'
import { checkSending } from '../../../connectors/email/smtp/check.ts'
import { composeLetter } from '../../../connectors/email/smtp/compose.ts'
import { fileSentLetter } from '../../../connectors/email/smtp/file-sent.ts'
import { sendLetter } from '../../../connectors/email/smtp/send.ts'
import type { SendingContext, SmtpOptions } from '../../../connectors/email/smtp/session.ts'
import { factsOf, file, letter, mailbox, outbound, TOKEN } from '../../harness/outbound-letters.ts'
import { startScriptedSmtp } from '../../harness/scripted-smtp.ts'
import { selfSigned } from '../../harness/self-signed.ts'
import { sendingContext } from '../../harness/sending-context.ts'
import { type SmtpSink, type SmtpSinkOptions, startSmtpSink } from '../../harness/smtp-sink.ts'

const DAY_MS = 86_400_000
const certificate = selfSigned(['localhost'])
const options: SmtpOptions = {
  tls: { ca: certificate.cert },
  patience: { connectMs: 2_000, beforeContentMs: 4_000, silenceMs: 4_000 },
}

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

async function sink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const started = await startSmtpSink({ certificate, ...options })
  open.push(started)
  return started
}
const at = (server: SmtpSink, change: Partial<EmailConfig> = {}) =>
  sendingContext(mailbox({ smtpPort: server.port, ...change }))
const credentials = { user: 'help@shop.example', password: 'correct horse battery staple' }

describe('a letter over the wire', () => {
  it.each(['tls', 'starttls'] as const)(
    'goes by %s, signed in, to everybody, byte for byte',
    async (security) => {
      const server = await sink({ security, credentials })
      const message = outbound({
        text: '.\n..\n.dots\nüber',
        letter: letter({ html: '<p>.</p>', bcc: [{ address: 'secret@customer.example' }] }),
        attachments: [file('a.bin', Buffer.alloc(200_000, '.\r\n'))],
      })
      const context = at(server, { smtpSecurity: security, plusAddressing: true })
      expect(await sendLetter(message, context, options)).toEqual({ externalId: `${TOKEN}@shop.example` })
      const [sent] = server.letters
      expect(sent).toMatchObject({
        from: `help+${TOKEN}@shop.example`,
        to: ['ada@customer.example', 'secret@customer.example'],
        user: 'help@shop.example',
        encrypted: true,
      })
      const composed = await composeLetter(message, context.config)
      expect(sent?.raw.equals(await buffer(composed.content))).toBe(true)
    },
  )

  it('goes without a password where the server asks for none', async () => {
    const server = await sink()
    await sendLetter(outbound({ automatic: true }), at(server), options)
    expect(server.letters).toMatchObject([{ from: '', encrypted: false }])
    expect(server.letters[0]?.raw.toString()).toMatch(/^Auto-Submitted: auto-replied\r\n/m)
  })

  it('goes with a token, and with a new one where the server no longer takes the old', async () => {
    const server = await sink({ security: 'tls', credentials: { user: credentials.user, token: 'fresh' } })
    const tokens = ['stale', 'fresh', 'stale', 'stale']
    const asked: string[] = []
    const fetchToken: typeof globalThis.fetch = async (url) => {
      asked.push(String(url))
      return Response.json({ access_token: tokens.shift(), expires_in: 3_600 })
    }
    const byToken = (): SendingContext => ({
      ...at(server, {
        smtpSecurity: 'tls',
        authentication: 'oauth',
        oauthTokenEndpoint: 'https://login.example/token',
        oauthClientId: 'us',
        oauthRefreshToken: 'long lived',
      }),
      fetch: fetchToken,
    })
    await sendLetter(outbound(), byToken(), options)
    expect(server.letters).toHaveLength(1)
    expect(server.signIns).toHaveLength(2)
    expect(asked).toHaveLength(2)
    expect(await factsOf(sendLetter(outbound(), byToken(), options))).toMatchObject({
      code: 'bad-credentials',
      retry: 'later',
      delivery: 'not-sent',
    })
    expect(asked).toHaveLength(4)
  })

  it('is refused by its size before it is sent', async () => {
    const server = await sink({ maxBytes: 100_000 })
    const large = outbound({ attachments: [file('large.bin', Buffer.alloc(200_000))] })
    expect(await factsOf(sendLetter(large, at(server), options))).toMatchObject({
      code: 'letter-too-large',
      retry: 'never',
      delivery: 'not-sent',
    })
  })

  it('signed for the domain holds where it arrives', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const server = await sink()
    const signing = {
      dkimDomain: 'shop.example',
      dkimSelector: 'one',
      dkimPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
    const dotty = outbound({
      text: '.\n.\n\n  trailing  \n\n\n',
      attachments: [file('a.txt', Buffer.from('.\n.'))],
    })
    await sendLetter(dotty, at(server, signing), options)
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const raw = server.letters[0]?.raw ?? Buffer.alloc(0)
    const { results } = await dkimVerify(raw, { resolver: async () => [[`v=DKIM1; p=${key}`]] })
    expect(results).toMatchObject([{ status: { result: 'pass' } }])
  })

  it('has nothing of what its texts pretend to be: commands, headers, recipients', async () => {
    const server = await startScriptedSmtp()
    open.push(server)
    const evil =
      '\r\n.\r\nMAIL FROM:<eve@evil.example>\r\nRCPT TO:<eve@evil.example>\r\nDATA\r\nBcc: eve@evil.example\n.\n\u0000'
    const message = outbound({
      text: `a${evil}`,
      letter: letter({
        subject: `b${evil}`,
        to: [{ address: 'ada@customer.example', name: `c${evil}` }],
        html: `<p>d${evil}</p>`,
        inReplyTo: `e${evil}`,
        references: [`f${evil}`],
      }),
      attachments: [file(`g${evil}`, Buffer.from(evil), `text/plain${evil}`)],
    })
    const config = mailbox({ smtpPort: server.port, fromName: `h${evil}` })
    await sendLetter(message, sendingContext(config), options)
    const commands = server.lines.filter((line) => !line.startsWith('AUTH'))
    expect(commands.slice(0, 4)).toEqual([
      'EHLO [127.0.0.1]',
      expect.stringMatching(/^MAIL FROM:<help@shop\.example>/),
      'RCPT TO:<ada@customer.example>',
      'DATA',
    ])
    expect(server.ended()).toBe(1)
    const [content = ''] = server.contents
    expect(content).not.toMatch(/[^\r]\n|\r[^\n]|\u0000/)
    const head = content.slice(0, content.indexOf('\r\n\r\n'))
    expect(head).not.toMatch(/^Bcc:/im)
    const read = await simpleParser(Buffer.from(content, 'latin1'))
    expect(read.bcc).toBeUndefined()
    expect(read.attachments).toHaveLength(1)
  })
})

describe('encryption', () => {
  const refused = { code: 'tls-failed', retry: 'later', delivery: 'not-sent' } as const

  it('by STARTTLS is never given up: not where it is not offered, nor where it is refused', async () => {
    const silent = await sink({ security: 'none', offersStartTls: false, credentials })
    const context = at(silent, { smtpSecurity: 'starttls' })
    expect(await factsOf(sendLetter(outbound(), context, options))).toMatchObject(refused)
    expect([...silent.signIns, ...silent.letters]).toEqual([])
    const stripped = await startScriptedSmtp({ ehlo: '250-scripted\r\n250-STARTTLS\r\n250 AUTH PLAIN' })
    open.push(stripped)
    const config = mailbox({ smtpPort: stripped.port, smtpSecurity: 'starttls' })
    expect(await factsOf(sendLetter(outbound(), sendingContext(config), options))).toMatchObject(refused)
    expect(stripped.lines.filter((line) => /^(AUTH|MAIL)/.test(line))).toEqual([])
  })

  it.each([
    ['of a stranger', selfSigned(['localhost']), 'not to be trusted'],
    ['for another name', selfSigned(['elsewhere.example']), 'another name'],
    ['that is over', selfSigned(['localhost'], Date.now() - DAY_MS), 'expired'],
  ])('with a certificate %s is refused, in words', async (which, bad, words) => {
    for (const security of ['tls', 'starttls'] as const) {
      const server = await sink({ security, certificate: bad, credentials })
      const trusting = which === 'of a stranger' ? options : { ...options, tls: { ca: bad.cert } }
      const facts = await factsOf(sendLetter(outbound(), at(server, { smtpSecurity: security }), trusting))
      expect(facts).toMatchObject(refused)
      expect(facts.detail).toContain(words)
      expect(server.signIns).toEqual([])
    }
  })

  it('with the wrong kind of port says so', async () => {
    const plain = await sink({ security: 'starttls' })
    expect(await factsOf(sendLetter(outbound(), at(plain, { smtpSecurity: 'tls' }), options))).toMatchObject(
      refused,
    )
    const secure = await sink({ security: 'tls' })
    const facts = await factsOf(sendLetter(outbound(), at(secure, { smtpSecurity: 'starttls' }), options))
    expect(facts).toMatchObject({ retry: 'later', delivery: 'not-sent' })
  })
})

describe('the test of a connection', () => {
  it('signs in and sends nothing', async () => {
    const server = await sink({ security: 'tls', credentials })
    expect(await checkSending(at(server, { smtpSecurity: 'tls' }), options)).toMatchObject({ ok: true })
    expect(server.signIns).toEqual([credentials.user])
    expect(server.letters).toEqual([])
  })

  it.each([
    ['a wrong password', { password: 'wrong' }, { code: 'bad-credentials', field: 'password' }],
    ['the wrong encryption', { smtpSecurity: 'tls' }, { code: 'tls-failed', field: 'smtpSecurity' }],
    ['half of a signature', { dkimDomain: 'shop.example' }, { code: 'bad-dkim-key', field: 'dkimSelector' }],
  ] as const)('names the setting: %s', async (_, change, expected) => {
    const server = await sink({ credentials })
    const found = await checkSending(at(server, change), options)
    expect(found).toMatchObject({ ok: false, ...expected })
    expect(JSON.stringify(found)).not.toContain('wrong')
  })

  it('names the port that nobody listens on', async () => {
    const server = await startSmtpSink()
    await server.close()
    expect(await checkSending(at(server), options)).toMatchObject({
      ok: false,
      code: 'connection-refused',
      field: 'smtpPort',
    })
  })

  it('lets mail go again at once after a password that was refused', async () => {
    let wrong = true
    const refuse = {
      get signIn() {
        return wrong ? { code: 535, text: '5.7.8 not yet' } : undefined
      },
    }
    const server = await sink({ credentials, refuse: refuse as NonNullable<SmtpSinkOptions['refuse']> })
    const reports: unknown[] = []
    const context = { ...at(server), reportHealth: (report: unknown) => void reports.push(report) }
    expect(await factsOf(sendLetter(outbound(), context, options))).toMatchObject({ code: 'bad-credentials' })
    wrong = false
    expect(await factsOf(sendLetter(outbound(), context, options))).toMatchObject({ code: 'bad-credentials' })
    expect(await checkSending(context, options)).toMatchObject({ ok: true })
    await sendLetter(outbound(), context, options)
    expect(reports).toMatchObject([{ state: 'failing' }, { state: 'healthy' }])
  })
})

describe('the copy of what was sent', () => {
  it('is what was sent, and says who got it unseen', async () => {
    const server = await sink()
    const message = outbound({
      letter: letter({
        bcc: [{ address: 'one@customer.example', name: 'One' }, { address: 'two@bücher.example' }],
      }),
      attachments: [file('a.bin', Buffer.alloc(5_000, 'x'))],
    })
    const context = at(server)
    const receipt = await sendLetter(message, context, options)
    const filed: { readonly messageId: string; readonly raw: Uint8Array }[] = []
    const keep = async (_: unknown, sent: (typeof filed)[number]) => void filed.push(sent)
    await fileSentLetter({ ...message, attempt: 7 }, receipt, context, keep)
    await fileSentLetter(message, receipt, context, keep)
    const [once, again] = filed
    const bcc = 'Bcc: one@customer.example,\r\n two@xn--bcher-kva.example\r\n'
    expect(once?.messageId).toBe(`${TOKEN}@shop.example`)
    expect(Buffer.from(once?.raw ?? []).toString('latin1')).toBe(
      bcc + server.letters[0]?.raw.toString('latin1'),
    )
    expect(again).toEqual(once)
  })

  it('is not made where the server makes it', async () => {
    const server = await sink()
    const context = at(server, { saveSent: false })
    const keep = () => Promise.reject(new Error('must not be asked'))
    await fileSentLetter(outbound(), { externalId: 'x' }, context, keep)
  })
})
