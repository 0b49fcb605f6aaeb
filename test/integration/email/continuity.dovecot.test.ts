/** The whole path: a visitor goes, the answer follows him by letter, and his letter is the visitor’s next message. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { issueToken } from '../../../connectors/web-chat/visitor-token.ts'
import type { MessageView, Page } from '../../../src/domain/views.ts'
import { post } from '../../faults/customers.ts'
import { besideServer } from '../../harness/beside-server.ts'
import { createDovecot, type DovecotServer } from '../../harness/dovecot.ts'
import { lmtpCourier } from '../../harness/lmtp-courier.ts'
import { type ServerUnderTest, startServer, temporaryFolder } from '../../harness/real-server.ts'
import { type SmtpSink, startSmtpSink } from '../../harness/smtp-sink.ts'
import { mailConfig } from './mail-context.ts'

const DOMAIN = 'example.test'
const ADA = `ada@${DOMAIN}`
const PATIENCE = { timeout: 110_000, interval: 250 }
/** The shortest wait that the settings take is a minute; only the long form has the time for it. */
const WAIT_MS = 60_000
const LONG = process.env['FAULTS'] === 'long'

/** As if the answers had been written a wait ago. */
const waitIsOver = () =>
  besideServer(folder.path, async (db) => {
    const answers = await db.collection('messages').updateMany({ continueAt: { $exists: true } }, [
      {
        $set: {
          createdAt: { $subtract: ['$createdAt', WAIT_MS] },
          continueAt: { $subtract: ['$continueAt', WAIT_MS] },
        },
      },
    ])
    expect(answers.matchedCount).toBe(2)
  })

let dovecot: DovecotServer
let relay: SmtpSink
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerUnderTest

beforeAll(async () => {
  dovecot = await createDovecot(['support', 'ada'])
  await dovecot.start()
  relay = await startSmtpSink({ security: 'none', onMail: lmtpCourier(dovecot.lmtpPort, [DOMAIN]) })
  folder = await temporaryFolder()
  server = await startServer(folder.path, { env: { OUTBOUND_ALLOW: '127.0.0.1/32' } })
})
afterAll(async () => {
  await server?.stop()
  await folder?.remove()
  await relay?.close()
  await dovecot?.remove()
})

const done = async (status: number, method: string, path: string, body?: unknown) => {
  const answer = await server.call(method, path, body)
  expect(answer, JSON.stringify([answer.body, server.errors])).toMatchObject({ status })
  return answer.body
}
const linesOf = async (id: string) => [
  ...(
    (await server.call('GET', `/conversations/${id}/messages?limit=100`)).body as unknown as Page<MessageView>
  ).items,
]

it('an answer that the visitor did not see reaches him by mail, and what he writes back is said in the chat', async () => {
  const config = mailConfig(dovecot.port, { smtpPort: relay.port, importFrom: 'now' })
  const mailbox = await done(201, 'POST', '/channels', { type: 'email', name: 'Support mail', config })
  const { version } = await done(200, 'GET', `/channels/${server.channelId}`)
  const refused = await server.call('PATCH', `/channels/${server.channelId}`, {
    config: { continueChannel: server.channelId },
    version,
  })
  expect(refused).toMatchObject({ status: 400, body: { field: 'config.continueChannel' } })
  await done(200, 'PATCH', `/channels/${server.channelId}`, {
    config: { continueChannel: mailbox['id'], continueAfterMinutes: 1 },
    version,
  })

  const visitorId = `anon:${randomBytes(16).toString('hex')}`
  const token = issueToken(
    { visitorId, verified: false, expiresAtMs: Date.now() + 86_400_000 },
    server.visitorSecret,
  )
  const question = {
    type: 'message',
    clientMessageId: 'm1',
    text: 'Where is my order?',
    preChat: { email: ADA },
  }
  expect(await post(server, token, JSON.stringify(question))).toBe(true)
  const conversation = await vi.waitFor(async () => {
    const { items } = (await server.call('GET', '/conversations?view=all')).body as {
      items: { id: string }[]
    }
    expect(items).toHaveLength(1)
    return items[0] as { readonly id: string }
  }, PATIENCE)
  for (const [index, text] of ['It left this morning.', 'You have it tomorrow.'].entries()) {
    await done(201, 'POST', `/conversations/${conversation.id}/messages`, {
      clientMessageId: `a${index}`,
      text,
    })
  }

  // What has not left yet is looked at again a minute later only.
  await vi.waitFor(async () => {
    const answers = (await linesOf(conversation.id)).filter(({ direction }) => direction === 'outbound')
    expect(answers.map(({ status }) => status)).toEqual(['sent', 'sent'])
  }, PATIENCE)
  if (!LONG) await waitIsOver()

  const sent = await vi.waitFor(() => {
    const [letter] = relay.letters
    if (!letter) throw new Error('no letter yet')
    return letter
  }, PATIENCE)
  expect(sent.to).toEqual([ADA])
  const raw = sent.raw.toString('latin1')
  expect(raw).toContain('It left this morning.')
  expect(raw).toContain('You have it tomorrow.')
  const [, replyTo = ''] = /^Reply-To: .*?([^\s<]+@example\.test)/im.exec(raw) ?? []
  const [, messageId = ''] = /^Message-ID: (<[^>]+>)/im.exec(raw) ?? []
  expect(replyTo).toMatch(/^support\+[a-z2-7]{32}@/)

  await dovecot.deliver(
    [
      `From: Ada <${ADA}>`,
      `To: ${replyTo}`,
      'Subject: Re: Your chat',
      `Message-ID: <answer@${DOMAIN}>`,
      `In-Reply-To: ${messageId}`,
      `References: ${messageId}`,
      '',
      'Thank you, I wait for it.',
      '',
    ].join('\n'),
    'support',
    { detail: replyTo.slice('support+'.length, replyTo.indexOf('@')) },
  )
  const thread = await vi.waitFor(async () => {
    const lines = await linesOf(conversation.id)
    expect(lines.map(({ text }) => text)).toContain('Thank you, I wait for it.')
    return lines
  }, PATIENCE)
  const back = thread.find(({ text }) => text === 'Thank you, I wait for it.')
  expect(back).toMatchObject({ direction: 'inbound', letter: { from: { address: ADA } } })
  const event = thread.find(({ event: line }) => line?.name === 'continued')
  expect(event?.event).toEqual({ name: 'continued', value: ADA })

  // He comes back: it is in his own thread; nothing of it is a conversation beside it.
  const history = await fetch(`${server.url}/widget/v1/${server.channelId}/messages`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const { items } = (await history.json()) as { readonly items: readonly { text: string; from: string }[] }
  expect(items[0]).toMatchObject({ from: 'visitor', text: 'Thank you, I wait for it.' })
  const all = (await server.call('GET', '/conversations?view=all')).body as { items: unknown[] }
  expect(all.items).toHaveLength(1)
  expect(relay.letters).toHaveLength(1)
  expect(server.errors).toEqual([])
}, 240_000)
