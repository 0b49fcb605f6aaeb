/** What a letter that did not go says of itself: every moment of the dialogue times every way to fail. */
import type { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import type { EmailConfig } from '../../../connectors/email/config.ts'
import { sendLetter } from '../../../connectors/email/smtp/send.ts'
import type { SendingContext, SmtpOptions } from '../../../connectors/email/smtp/session.ts'
import type { OutboundMessage } from '../../../src/contract/connector.ts'
import type { ConnectorErrorFacts } from '../../../src/contract/connector-error.ts'
import { factsOf, file, letter, mailbox, outbound } from '../../harness/outbound-letters.ts'
import {
  type ScriptedSmtp,
  type SmtpAct,
  type SmtpMoment,
  startScriptedSmtp,
} from '../../harness/scripted-smtp.ts'
import { sendingContext } from '../../harness/sending-context.ts'

const options: SmtpOptions = { patience: { connectMs: 400, beforeContentMs: 800, silenceMs: 800 } }

let server: ScriptedSmtp | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function attempt(
  acts: Parameters<typeof startScriptedSmtp>[0],
  message: OutboundMessage = outbound(),
  change: Partial<EmailConfig> = {},
  context: Partial<SendingContext> = {},
): Promise<ConnectorErrorFacts> {
  server = await startScriptedSmtp(acts)
  const config = mailbox({ smtpPort: server.port, ...change })
  return factsOf(sendLetter(message, { ...sendingContext(config), ...context }, options))
}

const NOT_SENT_LATER = { delivery: 'not-sent', retry: 'later' } as const
const NEVER = { delivery: 'not-sent', retry: 'never' } as const
const UNKNOWN = { delivery: 'unknown' } as const

const FOR_NOW = '451 4.3.0 try again'
const FOR_GOOD = '554 5.7.0 the text of the server'

type Expected = Partial<ConnectorErrorFacts>
const MATRIX: readonly (readonly [SmtpMoment, SmtpAct, Expected])[] = [
  ['greeting', 'cut', NOT_SENT_LATER],
  ['greeting', 'silence', { ...NOT_SENT_LATER, code: 'timeout' }],
  ['greeting', '421 4.3.2 too busy', NOT_SENT_LATER],
  ['greeting', FOR_GOOD, NOT_SENT_LATER],
  ['greeting', 'SSH-2.0-OpenSSH', NOT_SENT_LATER],
  ['ehlo', 'cut', NOT_SENT_LATER],
  ['ehlo', 'silence', { ...NOT_SENT_LATER, code: 'timeout' }],
  ['ehlo', '421 4.3.2 too busy', NOT_SENT_LATER],
  ['auth', 'cut', NOT_SENT_LATER],
  ['auth', 'reset', NOT_SENT_LATER],
  ['auth', 'silence', { ...NOT_SENT_LATER, code: 'timeout' }],
  ['auth', '454 4.7.0 temporary', { ...NOT_SENT_LATER, code: 'server-busy' }],
  ['mail', 'cut', NOT_SENT_LATER],
  ['mail', 'silence', { ...NOT_SENT_LATER, code: 'timeout' }],
  ['mail', FOR_NOW, { ...NOT_SENT_LATER, code: 'server-busy' }],
  ['mail', '421 4.3.2 going down', NOT_SENT_LATER],
  ['mail', FOR_GOOD, { ...NEVER, code: 'sender-refused' }],
  ['mail', '530 5.7.0 sign in first', { ...NOT_SENT_LATER, code: 'bad-credentials' }],
  ['rcpt', 'cut', NOT_SENT_LATER],
  ['rcpt', 'reset', NOT_SENT_LATER],
  ['rcpt', 'silence', { ...NOT_SENT_LATER, code: 'timeout' }],
  ['rcpt', FOR_NOW, { ...NOT_SENT_LATER, code: 'recipient-deferred' }],
  ['rcpt', FOR_GOOD, { ...NEVER, code: 'recipient-refused' }],
  ['data', 'cut', NOT_SENT_LATER],
  ['data', 'silence', { ...NOT_SENT_LATER, code: 'timeout' }],
  ['data', FOR_NOW, NOT_SENT_LATER],
  ['data', FOR_GOOD, NEVER],
  ['content', 'cut', UNKNOWN],
  ['content', 'reset', UNKNOWN],
  ['end', 'cut', UNKNOWN],
  ['end', 'reset', UNKNOWN],
  ['end', 'silence', UNKNOWN],
  ['end', '354 what', UNKNOWN],
  ['end', FOR_NOW, NOT_SENT_LATER],
  ['end', '421 4.3.2 going down', NOT_SENT_LATER],
  ['end', FOR_GOOD, { ...NEVER, code: 'letter-refused' }],
]

describe('an attempt', () => {
  it.each(MATRIX)('at %s with %s', async (moment, act, expected) => {
    const facts = await attempt({ [moment]: act })
    expect(facts).toMatchObject(expected)
    if (act === FOR_GOOD && moment !== 'greeting') expect(facts.detail).toContain('the text of the server')
  })

  it.each(MATRIX.filter(([moment]) => moment === 'mail' || moment === 'rcpt' || moment === 'data'))(
    'without pipelining, at %s with %s',
    async (moment, act, expected) => {
      const facts = await attempt({ ehlo: '250-scripted\r\n250 AUTH PLAIN', [moment]: act })
      expect(facts).toMatchObject(expected)
      expect(server?.ended()).toBe(0)
    },
  )

  it('to a port that nobody listens on', async () => {
    const gone = await startScriptedSmtp()
    await gone.close()
    const facts = await factsOf(
      sendLetter(outbound(), sendingContext(mailbox({ smtpPort: gone.port })), options),
    )
    expect(facts).toMatchObject({ ...NOT_SENT_LATER, code: 'connection-refused' })
  })

  it('at a host that may not be reached, or cannot be found, says what the guard said', async () => {
    const refused = async (): Promise<string> => {
      throw new TypeError('there is no network')
    }
    const context = { ...sendingContext(mailbox()), resolveHost: refused }
    expect(await factsOf(sendLetter(outbound(), context, options))).toMatchObject(NOT_SENT_LATER)
  })

  it('with a wrong password waits long, tells the channel and does not knock again until it is another', async () => {
    server = await startScriptedSmtp({ auth: '535 5.7.8 no, and not with c2VjcmV0IHdvcmRz' })
    const reports: unknown[] = []
    const config = mailbox({ smtpPort: server.port, password: 'secret words' })
    const context = {
      ...sendingContext(config),
      reportHealth: (report: unknown) => void reports.push(report),
    }
    const facts = await factsOf(sendLetter(outbound(), context, options))
    expect(facts).toMatchObject({ ...NOT_SENT_LATER, code: 'bad-credentials', retryAfterMs: 900_000 })
    expect(facts.detail).toContain('5.7.8')
    expect(facts.detail).not.toMatch(/secret words|c2VjcmV0IHdvcmRz/)
    expect(reports).toMatchObject([{ state: 'failing', part: 'sending', code: 'bad-credentials' }])
    const knocks = server.lines.length
    expect(await factsOf(sendLetter(outbound(), context, options))).toMatchObject({ code: 'bad-credentials' })
    expect(server.lines).toHaveLength(knocks)
    const mended = { ...context, config: { ...config, password: 'other words' } }
    await factsOf(sendLetter(outbound(), mended, options))
    expect(server.lines.length).toBeGreaterThan(knocks)
  })

  it('that is stopped before the letter has not been sent, after its beginning nobody knows', async () => {
    for (const [moment, expected] of [
      ['mail', NOT_SENT_LATER],
      ['end', UNKNOWN],
    ] as const) {
      const stop = new AbortController()
      const acts = {
        [moment]: () => {
          setImmediate(() => stop.abort(new Error('stopped')))
          return 'silence' as const
        },
      }
      expect(await attempt(acts, outbound(), {}, { signal: stop.signal })).toMatchObject(expected)
      await server?.close()
    }
    expect(await attempt({}, outbound(), {}, { signal: AbortSignal.abort() })).toMatchObject(NOT_SENT_LATER)
    expect(server?.ended()).toBe(0)
  })

  it('whose file breaks off in the middle has not been sent: its end never left', async () => {
    const broken = file('big.bin', Buffer.alloc(300_000, 'x'))
    const breaking = {
      ...broken,
      publicUrl: () => 'https://inbox.example/files/1',
      open: async () => {
        const content = await broken.open()
        let left = 100
        content.on('data', () => {
          left -= 1
          if (left === 0) content.destroy(new Error('the disk is gone'))
        })
        content.pause()
        return content
      },
    }
    const facts = await attempt({}, outbound({ attachments: [breaking] }))
    expect(facts).toMatchObject({ ...NOT_SENT_LATER, code: 'file-unreadable' })
    expect(server?.contents).toHaveLength(1)
    expect(server?.ended()).toBe(0)
  })
})

describe('whatever became of it', () => {
  it.each([
    ['sent', {}],
    ['not connected', { greeting: 'cut' }],
    ['refused', { rcpt: FOR_GOOD }],
    ['cut in the middle', { content: 'reset' }],
  ] as const)('%s, no file stays open', async (_, acts) => {
    server = await startScriptedSmtp(acts)
    const opened: Readable[] = []
    const large = file('large.bin', Buffer.alloc(2_000_000, 'x'))
    const watched = {
      ...large,
      publicUrl: () => 'https://inbox.example/files/1',
      open: async () => {
        const content = await large.open()
        opened.push(content)
        return content
      },
    }
    const context = sendingContext(mailbox({ smtpPort: server.port }))
    await sendLetter(outbound({ attachments: [watched] }), context, options).catch(() => undefined)
    await expect.poll(() => opened.map(({ destroyed }) => destroyed)).toEqual([true])
  })
})

describe('an address with letters of other scripts', () => {
  const message = outbound({ letter: letter({ to: [{ address: 'ада@почта.example' }] }) })

  it('is asked for only where the server carries such', async () => {
    expect(await attempt({}, message)).toMatchObject({ ...NEVER, code: 'invalid-address' })
    expect(server?.lines.filter((line) => line.startsWith('MAIL'))).toEqual([])
    await server?.close()
    server = await startScriptedSmtp({ ehlo: '250-scripted\r\n250-SMTPUTF8\r\n250 AUTH PLAIN' })
    await sendLetter(message, sendingContext(mailbox({ smtpPort: server.port })), options)
    expect(server.lines.find((line) => line.startsWith('MAIL'))).toContain('SMTPUTF8')
    expect(server.ended()).toBe(1)
  })
})

describe('a letter to several', () => {
  const three = outbound({
    letter: letter({
      cc: [{ address: 'bob@customer.example' }],
      bcc: [{ address: 'cem@customer.example' }],
    }),
  })
  const refusing = (reply: string) => (line: string) => (line.includes('bob@') ? reply : undefined)

  it.each([
    ['for good', FOR_GOOD, { ...NEVER, code: 'recipient-refused' }],
    ['for now', FOR_NOW, { ...NOT_SENT_LATER, code: 'recipient-deferred' }],
  ])('of whom one is refused %s goes to nobody, and names him', async (_, reply, expected) => {
    for (const ehlo of [
      '250-scripted\r\n250-PIPELINING\r\n250 AUTH PLAIN',
      '250-scripted\r\n250 AUTH PLAIN',
    ]) {
      const facts = await attempt({ ehlo, rcpt: refusing(reply) }, three)
      expect(facts).toMatchObject(expected)
      expect(facts.detail).toContain('bob@customer.example')
      expect(facts.detail).not.toContain('ada@')
      expect(server?.ended()).toBe(0)
      expect(server?.contents.join('')).toBe('')
      await server?.close()
    }
  })
})

describe('the sender of the envelope', () => {
  const senders = (): readonly string[] => server?.lines.filter((line) => line.startsWith('MAIL')) ?? []

  async function sendTo(
    acts: Parameters<typeof startScriptedSmtp>[0],
    message: OutboundMessage,
  ): Promise<void> {
    server = await startScriptedSmtp(acts)
    const config = mailbox({ smtpPort: server.port, plusAddressing: true })
    await sendLetter(message, sendingContext(config), options)
  }

  it('is null for what no person wrote', async () => {
    await sendTo({}, outbound({ automatic: true }))
    expect(senders()).toEqual(['MAIL FROM:<>'])
  })

  it('is another of ours where the server refuses the first for good, and the letter goes once', async () => {
    const mail = (line: string) => (line.includes('+') || line.includes('<>') ? FOR_GOOD : undefined)
    await sendTo({ mail }, outbound({ automatic: true }))
    expect(senders()).toHaveLength(3)
    expect(senders()[2]).toContain('<help@shop.example>')
    expect(server?.ended()).toBe(1)
  })

  it('is another also where the server says so only after the letter', async () => {
    let letters = 0
    const end = () => {
      letters += 1
      return letters === 1 ? '554 5.2.252 SendAsDenied; not allowed to send as' : undefined
    }
    await sendTo({ end }, outbound())
    expect(senders()).toHaveLength(2)
    expect(server?.contents[1]).toBe(server?.contents[0])
    await server?.close()
    await expect(sendTo({ end: FOR_GOOD }, outbound())).rejects.toThrow()
    expect(senders()).toHaveLength(1)
  })

  it('stays where the server refuses the recipient, or everything for now', async () => {
    for (const acts of [{ rcpt: '550 5.1.1 no such user' }, { mail: FOR_NOW }]) {
      await expect(sendTo(acts, outbound())).rejects.toThrow()
      expect(senders()).toHaveLength(1)
      await server?.close()
    }
  })
})
