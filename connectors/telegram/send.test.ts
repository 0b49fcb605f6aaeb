import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutboundAttachment, OutboundMessage } from '../../src/contract/connector.ts'
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import type { Fault } from '../../test/fakes/provider/provider-server.ts'
import { DOT } from '../../test/fakes/telegram/customers.ts'
import { type FakeTelegram, startFakeTelegram } from '../../test/fakes/telegram/fake-telegram.ts'
import { botConfig, createBotBench, outgoing } from '../../test/harness/bot-context.ts'
import { telegram } from './telegram-connector.ts'
import { MOST_UPLOADS } from './upload-turns.ts'

let fake: FakeTelegram
beforeEach(async () => {
  fake = await startFakeTelegram({ floodPerChat: { messages: 20, perMs: 1_000 } })
})
afterEach(() => fake.close())

const bench = (change: Parameters<typeof botConfig>[1] = {}, limits: { readonly timeoutMs?: number } = {}) =>
  createBotBench(botConfig(fake, change), {}, limits)

const factsOf = async (act: Promise<unknown>): Promise<ConnectorErrorFacts> => {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ConnectorError)) throw new Error(`not a ConnectorError: ${String(error)}`)
  return error.facts
}

const file = (name: string, contentType: string, bytes: Buffer): OutboundAttachment => ({
  id: 'a'.repeat(24),
  name,
  contentType,
  sizeBytes: bytes.byteLength,
  open: async () => Readable.from([bytes]),
  publicUrl: () => 'https://inbox.example/files/1',
})

describe('a text', () => {
  it('arrives as it was written, and is named by bot, chat and number', async () => {
    const ada = fake.customer()
    const text = '1 < 2 & "x" </b> *no* 😀'
    const receipt = await telegram.send(outgoing(ada.id, text), bench().ctx)
    expect(ada.received()).toMatchObject([{ text, entities: [] }])
    expect(receipt).toEqual({ externalId: `${fake.botId}:${ada.id}:1` })
    expect(JSON.parse(fake.server.calls[0]?.body.toString() ?? '')).toMatchObject({
      link_preview_options: { is_disabled: true },
    })
  })

  it('arrives with its formatting', async () => {
    const ada = fake.customer()
    const spans = [
      { kind: 'bold', offset: 0, length: 4 },
      { kind: 'link', offset: 7, length: 4, url: 'https://shop.example/?a=1&b=2' },
    ] as const
    await telegram.send(outgoing(ada.id, 'Bold <link>', { spans }), bench().ctx)
    expect(ada.received()).toMatchObject([
      {
        text: 'Bold <link>',
        entities: [
          { type: 'bold', offset: 0, length: 4 },
          { type: 'text_link', offset: 7, length: 4, url: 'https://shop.example/?a=1&b=2' },
        ],
      },
    ])
  })

  it('of the full length goes, formatted at every letter', async () => {
    const ada = fake.customer()
    const text = '<&'.repeat(2_048)
    const spans = Array.from(
      { length: 90 },
      (_, index) => ({ kind: 'bold', offset: index * 2, length: 1 }) as const,
    )
    await telegram.send(outgoing(ada.id, text, { spans }), bench().ctx)
    expect(ada.received()[0]?.text).toBe(text)
  })

  it('goes without formatting where that is not understood', async () => {
    const ada = fake.customer()
    fake.failNext('sendMessage', {
      kind: 'status',
      status: 400,
      body: '{"ok":false,"error_code":400,"description":"Bad Request: can\'t parse entities: x"}',
    })
    await telegram.send(
      outgoing(ada.id, 'x', { spans: [{ kind: 'bold', offset: 0, length: 1 }] }),
      bench().ctx,
    )
    expect(ada.received()).toMatchObject([{ text: 'x', entities: [] }])
  })

  it('answers what it answers, also when that is gone', async () => {
    const ada = fake.customer()
    const asked = ada.says('When?')
    const { ctx } = bench()
    const nameOf = (bot: number, chat: number, number: number) => `${bot}:${chat}:${number}`
    const replyToExternalId = nameOf(fake.botId, ada.id, asked.messageId)
    await telegram.send(outgoing(ada.id, 'Now', { replyToExternalId }), ctx)
    const others = [
      nameOf(fake.botId, ada.id, 999),
      nameOf(fake.botId, -5, asked.messageId),
      // The bot that this channel had before counted its messages for itself.
      nameOf(4_711, ada.id, asked.messageId),
    ]
    for (const gone of [...others, 'choice:77'])
      await telegram.send(outgoing(ada.id, 'Soon', { replyToExternalId: gone }), ctx)
    expect(ada.received().map(({ replyTo }) => replyTo)).toEqual([
      asked.messageId,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('follows a group that moved on', async () => {
    const group = fake.group('Friends')
    const moved = fake.upgradeGroup(group)
    const receipt = await telegram.send(outgoing(group, 'Hi'), bench().ctx)
    expect(fake.messages(moved).filter(({ method }) => method === 'sendMessage')).toMatchObject([
      { text: 'Hi' },
    ])
    expect(receipt.externalId.startsWith(`${fake.botId}:${moved}:`)).toBe(true)
  })
})

describe('a file', () => {
  it.each([
    ['dot.png', 'image/png', DOT, 'sendPhoto'],
    ['a.gif', 'image/gif', DOT, 'sendAnimation'],
    ['a.mp4', 'video/mp4', DOT, 'sendVideo'],
    ['a.mp3', 'audio/mpeg', DOT, 'sendAudio'],
    ['a.ogg', 'audio/ogg', DOT, 'sendVoice'],
    ['ü "b".pdf', 'application/pdf', DOT, 'sendDocument'],
    ['a.svg', 'image/svg+xml', DOT, 'sendDocument'],
    ['large.jpg', 'image/jpeg', Buffer.alloc(10_000_001, 1), 'sendDocument'],
    ['no picture.jpg', 'image/jpeg', Buffer.from('not a picture'), 'sendDocument'],
  ])('%s goes as what it is, whole', async (name, contentType, bytes, method) => {
    const ada = fake.customer()
    const spans = [{ kind: 'italic', offset: 0, length: 4 }] as const
    const change = { attachments: [file(name, contentType, bytes)], spans }
    const receipt = await telegram.send(outgoing(ada.id, 'Here & there', change), bench().ctx)
    const [message] = ada.received()
    expect(message).toMatchObject({ method, text: 'Here & there', entities: [{ type: 'italic' }] })
    expect(message?.file?.bytes.equals(bytes)).toBe(true)
    expect(message?.file).toMatchObject({ name, contentType })
    expect(receipt.externalId).toBe(`${fake.botId}:${ada.id}:${message?.messageId}`)
  })

  it('is loaded only when few others are on their way', async () => {
    const ada = fake.customer()
    const { ctx, stop } = bench()
    let open = 0
    let load = (): void => undefined
    const mayLoad = new Promise<void>((resolve) => {
      load = resolve
    })
    const held: OutboundAttachment = {
      ...file('a.pdf', 'application/pdf', DOT),
      open: async () => {
        open += 1
        await mayLoad
        return Readable.from([DOT])
      },
    }
    const sending = Array.from({ length: MOST_UPLOADS + 3 }, () =>
      telegram.send(outgoing(ada.id, '', { attachments: [held] }), ctx),
    )
    await expect.poll(() => open).toBe(MOST_UPLOADS)
    const late = new AbortController()
    const given = { attachments: [held] }
    const inVain = factsOf(telegram.send(outgoing(ada.id, '', given), { ...ctx, signal: late.signal }))
    late.abort()
    expect(await inVain).toMatchObject({ code: 'too-many-uploads', retry: 'later', delivery: 'not-sent' })
    expect(open).toBe(MOST_UPLOADS)
    load()
    await Promise.all(sending)
    expect(ada.received()).toHaveLength(MOST_UPLOADS + 3)
    stop()
  })

  it('that cannot be read was surely not sent', async () => {
    const ada = fake.customer()
    const broken = { ...file('a.pdf', 'application/pdf', DOT), open: () => Promise.reject(new Error('disk')) }
    expect(
      await factsOf(telegram.send(outgoing(ada.id, '', { attachments: [broken] }), bench().ctx)),
    ).toMatchObject({
      code: 'content-unreadable',
      retry: 'later',
      delivery: 'not-sent',
    })
    expect(fake.server.calls).toHaveLength(0)
  })
})

describe('what goes wrong', () => {
  const status = (code: number, description: string, parameters?: object): Fault => ({
    kind: 'status',
    status: code,
    body: JSON.stringify({ ok: false, error_code: code, description, ...(parameters ? { parameters } : {}) }),
  })

  it.each<[string, Fault, Partial<ConnectorErrorFacts>]>([
    [
      'the token is revoked',
      status(401, 'Unauthorized'),
      { code: 'bad-credentials', retry: 'never', delivery: 'not-sent' },
    ],
    ['the token is none', status(404, 'Not Found'), { code: 'bad-credentials', retry: 'never' }],
    [
      'it is too fast',
      status(429, 'Too Many Requests: retry after 3', { retry_after: 3 }),
      { code: 'rate-limited', retry: 'later', retryAfterMs: 3_000, holds: 'message', delivery: 'not-sent' },
    ],
    [
      'a gateway has nobody behind it',
      { kind: 'status', status: 503 },
      { retry: 'later', delivery: 'not-sent' },
    ],
    [
      'a gateway lost the one behind it',
      { kind: 'status', status: 502 },
      { retry: 'later', delivery: 'unknown' },
    ],
    ['and says so in JSON', status(502, 'Bad Gateway'), { retry: 'later', delivery: 'unknown' }],
    [
      'the platform broke off what it had begun',
      status(500, 'Internal Server Error: restart'),
      { retry: 'later', delivery: 'unknown' },
    ],
    ['it says that it is overloaded', status(503, 'Unavailable'), { retry: 'later', delivery: 'not-sent' }],
    ['the line is cut before', { kind: 'cut-before' }, { code: 'connection-lost', delivery: 'unknown' }],
    ['the line is cut after', { kind: 'cut-after' }, { code: 'connection-lost', delivery: 'unknown' }],
    ['nothing is answered', { kind: 'silent-after' }, { code: 'timeout', delivery: 'unknown' }],
    ['something else answers', { kind: 'garbage' }, { code: 'unreadable-answer', delivery: 'unknown' }],
    [
      'the user is gone',
      status(403, 'Forbidden: user is deactivated'),
      { code: 'recipient-gone', retry: 'never' },
    ],
    [
      'he never wrote',
      status(403, "Forbidden: bot can't initiate conversation with a user"),
      { code: 'recipient-unknown', retry: 'never' },
    ],
    [
      'something new is refused',
      status(400, 'Bad Request: the moon is full'),
      { code: 'refused-by-platform', retry: 'never', delivery: 'not-sent' },
    ],
    [
      'the form is too large',
      { kind: 'status', status: 413 },
      { code: 'attachment-too-large', retry: 'never' },
    ],
  ])('%s', async (_, fault, facts) => {
    const ada = fake.customer()
    fake.failNext('sendMessage', fault)
    const found = await factsOf(telegram.send(outgoing(ada.id, 'x'), bench({}, { timeoutMs: 400 }).ctx))
    expect(found).toMatchObject(facts)
    expect(found.detail?.split(' ').length).toBeGreaterThan(2)
    expect(JSON.stringify(found)).not.toContain(fake.token)
  })

  it('nobody is there', async () => {
    const gone = await startFakeTelegram()
    await gone.close()
    const { ctx } = createBotBench(botConfig(gone))
    expect(await factsOf(telegram.send(outgoing(1, 'x'), ctx))).toMatchObject({
      retry: 'later',
      delivery: 'not-sent',
    })
  })

  it('the server of the settings is inside our network', async () => {
    const { ctx } = createBotBench(botConfig({ token: fake.token, url: 'http://10.1.2.3:8081' }))
    expect(await factsOf(telegram.send(outgoing(1, 'x'), ctx))).toMatchObject({
      code: 'destination-not-allowed',
      retry: 'never',
      delivery: 'not-sent',
    })
  })

  it('the customer has blocked the bot', async () => {
    const ada = fake.customer()
    ada.blocks()
    expect(await factsOf(telegram.send(outgoing(ada.id, 'x'), bench().ctx))).toMatchObject({
      code: 'blocked-by-recipient',
      retry: 'never',
      delivery: 'not-sent',
      optedOut: true,
    })
    expect(await factsOf(telegram.send(outgoing(4_711, 'x'), bench().ctx))).toMatchObject({
      code: 'recipient-unknown',
      retry: 'never',
    })
  })

  it('a revoked token shows in the channel’s health, and so does its return', async () => {
    const ada = fake.customer()
    const { ctx, health } = bench()
    fake.failNext('sendMessage', status(401, 'Unauthorized'))
    await factsOf(telegram.send(outgoing(ada.id, 'x'), ctx))
    await telegram.send(outgoing(ada.id, 'x'), ctx)
    await telegram.send(outgoing(ada.id, 'y'), ctx)
    expect(health).toMatchObject([
      { state: 'failing', part: 'sending', code: 'bad-credentials' },
      { state: 'healthy', part: 'sending' },
    ])
  })
})

describe('what becomes of a message later', () => {
  const sent = async (change: Partial<OutboundMessage> = {}) => {
    const ada = fake.customer()
    const { ctx } = bench()
    const message = outgoing(ada.id, 'First', change)
    const { externalId } = await telegram.send(message, ctx)
    return { ada, ctx, message, externalId }
  }

  it('is edited, twice the same too', async () => {
    const { ada, ctx, message, externalId } = await sent()
    const second = { ...message, text: 'Second', spans: [{ kind: 'bold', offset: 0, length: 6 } as const] }
    await telegram.editMessage?.(externalId, second, ctx)
    await telegram.editMessage?.(externalId, second, ctx)
    expect(ada.received()).toMatchObject([{ text: 'Second', entities: [{ type: 'bold' }], edits: 1 }])
  })

  it('has another caption, whether or not the file is named', async () => {
    const attachments = [file('dot.png', 'image/png', DOT)]
    const { ada, ctx, message, externalId } = await sent({ attachments })
    await telegram.editMessage?.(externalId, { ...message, text: 'Second' }, ctx)
    await telegram.editMessage?.(externalId, { ...message, text: 'Third', attachments: [] }, ctx)
    await telegram.editMessage?.(externalId, { ...message, text: 'Third', attachments: [] }, ctx)
    expect(ada.received()).toMatchObject([{ text: 'Third', edits: 2 }])
  })

  it('is deleted, and it is no matter if it was before', async () => {
    const { ada, ctx, message, externalId } = await sent()
    await telegram.deleteMessage?.(externalId, message.to, ctx)
    await telegram.deleteMessage?.(externalId, message.to, ctx)
    expect(ada.received()).toEqual([])
    expect(
      await factsOf(telegram.editMessage?.(externalId, message, ctx) ?? Promise.resolve()),
    ).toMatchObject({
      code: 'message-gone',
    })
  })

  it('is left alone when it was another bot’s: the number is somebody else’s now', async () => {
    const { ada, ctx, message, externalId } = await sent()
    const before = externalId.replace(String(fake.botId), '4711')
    for (const act of [
      telegram.editMessage?.(before, { ...message, text: 'Second' }, ctx),
      telegram.deleteMessage?.(before, message.to, ctx),
    ])
      expect(await factsOf(act ?? Promise.resolve())).toMatchObject({ code: 'message-gone', retry: 'never' })
    expect(ada.received()).toMatchObject([{ text: 'First', edits: 0 }])
  })

  it('stays after two days, and the agent is told why', async () => {
    await fake.close()
    fake = await startFakeTelegram({ now: () => Date.now() + 49 * 3_600_000 })
    const { ctx, message, externalId } = await sent()
    const facts = await factsOf(telegram.deleteMessage?.(externalId, message.to, ctx) ?? Promise.resolve())
    expect(facts).toMatchObject({ code: 'too-old-to-delete', retry: 'never' })
    expect(facts.detail).toContain('48 hours')
  })

  it('is announced by typing', async () => {
    const ada = fake.customer()
    await telegram.sendTyping?.(
      { identityExternalId: String(ada.id), threadKey: String(ada.id) },
      bench().ctx,
    )
    expect(fake.log).toEqual([{ kind: 'typing', chatId: ada.id }])
  })
})
