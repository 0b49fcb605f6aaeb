/** A letter leaves one mailbox over SMTP, arrives in another, is answered, and is known again: the whole connector. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EmailConfig } from '../../../connectors/email/config.ts'
import { email } from '../../../connectors/email/email-connector.ts'
import type { RawItem } from '../../../src/contract/connector.ts'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { verified } from '../../../src/contract/raw-request.ts'
import { createDovecot, type DovecotServer, PASSWORD } from '../../harness/dovecot.ts'
import { lmtpCourier } from '../../harness/lmtp-courier.ts'
import { file, letter, outbound } from '../../harness/outbound-letters.ts'
import { type SmtpSink, startSmtpSink } from '../../harness/smtp-sink.ts'
import { mailConfig, mailContext } from './mail-context.ts'

type Message = Extract<InboundEvent, { readonly type: 'message' }>

const DOMAIN = 'example.test'
const OURS = 'abcdefghijklmnopqrstuvwxyz222222'
const THEIRS = 'abcdefghijklmnopqrstuvwxyz777777'

let dovecot: DovecotServer
let relay: SmtpSink
beforeAll(async () => {
  dovecot = await createDovecot(['support', 'ada'])
  await dovecot.start()
  relay = await startSmtpSink({ security: 'none', onMail: lmtpCourier(dovecot.lmtpPort, [DOMAIN]) })
})
afterAll(async () => {
  await relay.close()
  await dovecot.remove()
})

const at = (user: string, change: Partial<EmailConfig> = {}): EmailConfig =>
  mailConfig(dovecot.port, {
    user,
    fromAddress: `${user}@${DOMAIN}`,
    fromName: user,
    aliases: [],
    smtpPort: relay.port,
    ...change,
  })

/** What a mailbox's session makes of the letter with a subject. */
async function arrivalOf(user: string, subject: string): Promise<Message> {
  const { inbound } = email
  if (inbound.kind !== 'session') throw new Error('a mailbox is a session')
  const items: RawItem[] = []
  const rig = mailContext(at(user))
  const running = inbound.open(rig.ctx, async (item) => void items.push(item))
  try {
    return await vi.waitFor(
      async () => {
        for (const { body, contentType, facts } of items) {
          const events = await inbound.parse(verified({ body, contentType, facts, receivedAtMs: 1 }))
          const found = events.find((event) => event.type === 'message' && event.subject === subject)
          if (found?.type === 'message') return found
        }
        throw new Error(`${subject} has not come`)
      },
      { timeout: 20_000 },
    )
  } finally {
    rig.stop()
    await running
  }
}

const send = (user: string, ...message: Parameters<typeof outbound>) =>
  email.send(outbound(...message), mailContext(at(user)).ctx)

describe('a letter and its answer', () => {
  it('come back to what they answer, by the address and by the ids', async () => {
    const first = letter({ subject: 'Your order', to: [{ address: `ada@${DOMAIN}`, name: 'Ada' }] })
    const receipt = await send('support', {
      token: OURS,
      text: 'It left – this morning.',
      letter: { ...first, html: '<p>It left – this morning.</p>' },
      attachments: [file('Lieferschein März.txt', Buffer.from('a file'), 'text/plain')],
    })
    expect(receipt).toEqual({ externalId: `${OURS}@${DOMAIN}` })
    const arrived = await arrivalOf('ada', 'Your order')
    expect(arrived).toMatchObject({
      identity: { externalId: `support@${DOMAIN}` },
      letter: {
        letterId: `${OURS}@${DOMAIN}`,
        replyTo: [{ address: `support+${OURS}@${DOMAIN}` }],
        to: [{ address: `ada@${DOMAIN}`, name: 'Ada' }],
      },
    })
    expect(arrived.text).toContain('It left – this morning.')
    expect(arrived.attachments).toMatchObject([{ kind: 'content', name: 'Lieferschein März.txt' }])

    await send('ada', {
      token: THEIRS,
      text: 'Thank you!',
      letter: letter({
        subject: 'Re: Your order',
        to: arrived.letter?.replyTo ?? [],
        inReplyTo: arrived.letter?.letterId ?? '',
        references: [arrived.letter?.letterId ?? ''],
      }),
    })
    const answered = await arrivalOf('support', 'Re: Your order')
    expect(answered.letter?.tokens[0]).toBe(OURS)
    expect(answered.letter?.references).toContain(`${OURS}@${DOMAIN}`)
    expect(answered.identity.externalId).toBe(`ada@${DOMAIN}`)
  })

  it('is known as a machine’s where no person wrote it, and its path back is null', async () => {
    await send('support', {
      token: OURS.replace('2', '3'),
      automatic: true,
      letter: letter({ subject: 'We got your letter', to: [{ address: `ada@${DOMAIN}` }] }),
    })
    const arrived = await arrivalOf('ada', 'We got your letter')
    expect(arrived.letter?.automatic).toBeDefined()
    expect(relay.letters.at(-1)?.from).toBe('')
  })

  it('lies once in the folder of sent mail, as it was sent', async () => {
    const message = outbound({
      token: OURS.replace('2', '4'),
      letter: letter({
        subject: 'Kept',
        to: [{ address: `ada@${DOMAIN}` }],
        bcc: [{ address: `support@${DOMAIN}` }],
      }),
    })
    const { ctx } = mailContext(at('support'))
    const receipt = await email.send(message, ctx)
    await email.fileSent?.(message, receipt, ctx)
    await email.fileSent?.({ ...message, attempt: 2 }, receipt, mailContext(at('support')).ctx)
    const kept = await dovecot.show('support', 'size.virtual', 'Sent')
    const bcc = `Bcc: support@${DOMAIN}\r\n`
    const sent = relay.letters.at(-1)?.raw.length ?? 0
    expect(kept).toEqual([String(sent + bcc.length)])
  })
})

describe('the test of the connection', () => {
  it('is about both ways, and says which of them fails', async () => {
    const check = (change: Partial<EmailConfig>) => email.check(mailContext(at('support', change)).ctx)
    const right = await check({})
    expect(right).toMatchObject({ ok: true })
    expect(right.detail).toMatch(/Receiving: .*Sending: .*encryption/)
    const closed = await startSmtpSink()
    await closed.close()
    const unsent = await check({ smtpPort: closed.port })
    expect(unsent).toMatchObject({ ok: false, code: 'connection-refused', field: 'smtpPort' })
    expect(unsent.detail).toMatch(/^Sending: /)
    const shut = await check({ password: `not ${PASSWORD}` })
    expect(shut).toMatchObject({ ok: false, code: 'bad-credentials', field: 'password' })
    expect(shut.detail).toMatch(/^Receiving: /)
  })
})
