/** The fake, held to what Telegram's own client library expects of a Bot API server. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Input, Markup, Telegraf, TelegramError } from 'telegraf'
import { afterEach, describe, expect, it } from 'vitest'
import { DOT } from './customers.ts'
import { type FakeTelegram, type FakeTelegramOptions, startFakeTelegram } from './fake-telegram.ts'

const closing: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(options: FakeTelegramOptions = {}): Promise<{ fake: FakeTelegram; bot: Telegraf }> {
  const fake = await startFakeTelegram(options)
  closing.push(() => fake.close())
  return { fake, bot: new Telegraf(fake.token, { telegram: { apiRoot: fake.url } }) }
}

/** An address that answers what the test says. */
async function listen(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(listener ?? (() => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
}

const refusal = async (act: Promise<unknown>): Promise<{ code: number; description: string } | undefined> =>
  act.then(
    () => undefined,
    (error: unknown) => (error instanceof TelegramError ? error : undefined),
  )

describe('the library', () => {
  it('converses over it by polling', async () => {
    const { fake, bot } = await start()
    bot.on('text', (context) =>
      context.reply(`You said <b>${context.message.text}</b>`, { parse_mode: 'HTML' }),
    )
    bot.on('callback_query', (context) => context.answerCbQuery())
    void bot.launch()
    closing.push(() => bot.stop())
    const ada = fake.customer()
    ada.says('hello')
    await expect.poll(() => ada.received().length).toBe(1)
    expect(ada.received()[0]).toMatchObject({
      text: 'You said hello',
      entities: [{ type: 'bold', offset: 9, length: 5 }],
    })
    const id = ada.presses(1, 'yes')
    await expect.poll(() => fake.unansweredButtons.has(id)).toBe(false)
  })

  it('converses over it by webhook, and its answers inside the answer are noticed', async () => {
    const { fake, bot } = await start()
    bot.on('text', (context) => context.sendChatAction('typing'))
    bot.botInfo = await bot.telegram.getMe()
    const hook = bot.webhookCallback('/hook', { secretToken: 'a-secret' })
    const url = await listen((request, response) => void hook(request, response))
    await bot.telegram.setWebhook(url, { secret_token: 'a-secret' })
    fake.customer().says('hello')
    await fake.settled()
    expect(fake.webhookCalls.at(-1)?.status).toBe(200)
    expect(fake.errors).toEqual([expect.stringContaining('would have been carried out')])
  })

  it('sends, changes and takes back what it carries', async () => {
    const { fake, bot } = await start()
    const ada = fake.customer()
    const { telegram } = bot
    const photo = await telegram.sendPhoto(ada.id, Input.fromBuffer(DOT, 'dot.png'), { caption: 'One' })
    await telegram.sendDocument(ada.id, Input.fromBuffer(Buffer.from('bill'), 'bill.pdf'))
    const album = await telegram.sendMediaGroup(ada.id, [
      { type: 'photo', media: Input.fromBuffer(DOT), caption: 'Two' },
      { type: 'photo', media: Input.fromBuffer(DOT) },
    ])
    const text = await telegram.sendMessage(
      ada.id,
      'Three',
      Markup.inlineKeyboard([Markup.button.callback('Yes', 'y')]),
    )
    await telegram.editMessageText(ada.id, text.message_id, undefined, 'Four')
    await telegram.editMessageCaption(ada.id, photo.message_id, undefined, 'Five')
    await telegram.deleteMessage(ada.id, album[1]?.message_id ?? 0)
    await telegram.sendChatAction(ada.id, 'typing')
    expect(ada.received().map(({ method, text: words }) => `${method} ${words}`)).toEqual([
      'sendPhoto Five',
      'sendDocument ',
      'sendMediaGroup Two',
      'sendMessage Four',
    ])
    expect(ada.chat().filter(({ album: name }) => name !== undefined)).toHaveLength(2)
    const [largest] = photo.photo.slice(-1)
    const link = await telegram.getFileLink(largest?.file_id ?? '')
    expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(DOT)).toBe(true)
  })

  it('is refused as by the real server', async () => {
    const { fake, bot } = await start({ floodPerChat: { messages: 3, perMs: 60_000 } })
    const { telegram } = bot
    const [ada, bob, cid] = [fake.customer(), fake.customer(), fake.customer()]
    const { message_id: id } = await telegram.sendMessage(ada.id, 'x')
    bob.blocks()
    const text = (chatId: number, words: string, html = false) =>
      refusal(telegram.sendMessage(chatId, words, html ? { parse_mode: 'HTML' } : {}))
    const said = [
      await text(4_711, 'x'),
      await text(bob.id, 'x'),
      await text(ada.id, ' \n '),
      await text(ada.id, 'x'.repeat(4_097)),
      await text(cid.id, '<b>x', true),
      await text(cid.id, '<font>x</font>', true),
      await text(cid.id, '<i><b>x</i></b>', true),
      await text(cid.id, 'a < b', true),
      await refusal(telegram.editMessageText(ada.id, id, undefined, 'x')),
      await refusal(telegram.editMessageText(ada.id, 99, undefined, 'x')),
      await refusal(telegram.deleteMessage(ada.id, 99)),
      await refusal(telegram.answerCbQuery('1')),
      await refusal(telegram.getFile('none')),
      await refusal(new Telegraf('1:x', { telegram: { apiRoot: fake.url } }).telegram.getMe()),
    ].map((error) => error && `${error.code} ${error.description.slice(0, 59)}`)
    expect(said).toEqual([
      '400 Bad Request: chat not found',
      '403 Forbidden: bot was blocked by the user',
      '400 Bad Request: message text is empty',
      '400 Bad Request: message is too long',
      "400 Bad Request: can't parse entities: Can't find end tag corre",
      '400 Bad Request: can\'t parse entities: Unsupported start tag "f',
      "400 Bad Request: can't parse entities: Unmatched end tag at byt",
      '429 Too Many Requests: retry after 60',
      '400 Bad Request: message is not modified: specified new message',
      '400 Bad Request: message to edit not found',
      '400 Bad Request: message to delete not found',
      '400 Bad Request: query is too old and response timeout expired ',
      '400 Bad Request: invalid file_id',
      '401 Unauthorized',
    ])
    expect(fake.floodRefusals).toBe(1)
  })

  it('counts a text behind its formatting', async () => {
    const { fake, bot } = await start()
    const ada = fake.customer()
    const html = `<b>${'&lt;'.repeat(4_096)}</b>`
    await bot.telegram.sendMessage(ada.id, html, { parse_mode: 'HTML' })
    expect(ada.received()[0]?.text).toBe('<'.repeat(4_096))
  })
})

describe('receivers', () => {
  it('exclude each other', async () => {
    const { fake, bot } = await start()
    const first = refusal(bot.telegram.callApi('getUpdates', { timeout: 20 }))
    await expect.poll(() => fake.server.calls.length).toBe(1)
    await bot.telegram.callApi('getUpdates', { timeout: 0 })
    expect(await first).toMatchObject({ code: 409 })
    await bot.telegram.setWebhook('http://127.0.0.1:9/x')
    expect(await refusal(bot.telegram.callApi('getUpdates', {}))).toMatchObject({ code: 409 })
  })

  it('forget what lies below the offset, and only that', async () => {
    const { fake, bot } = await start()
    const ada = fake.customer()
    for (const text of ['one', 'two', 'three']) ada.says(text)
    const ids = async (offset?: number) =>
      (await bot.telegram.callApi('getUpdates', offset === undefined ? {} : { offset })).map(
        (one) => one.update_id,
      )
    expect(await ids()).toEqual([500_000, 500_001, 500_002])
    expect(await ids(500_002)).toEqual([500_002])
    expect(await ids(900_000)).toEqual([500_002])
    expect(await ids(500_003)).toEqual([])
  })

  it('get by webhook each chat in order, again until it is taken, and one chat holds up no other', async () => {
    const { fake, bot } = await start({ firstRetryMs: 5, longestRetryMs: 20 })
    const taken: string[] = []
    let refusals = 4
    const url = await listen((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { message } = JSON.parse(Buffer.concat(chunks).toString()) as { message: { text: string } }
        if (message.text === 'ada 1' && refusals > 0) {
          refusals -= 1
          response.writeHead(503).end()
          return
        }
        taken.push(message.text)
        response.writeHead(200).end()
      })
    })
    await bot.telegram.setWebhook(url)
    const [ada, bob] = [fake.customer(), fake.customer()]
    for (const number of [1, 2, 3]) {
      ada.says(`ada ${number}`)
      bob.says(`bob ${number}`)
    }
    await fake.settled()
    expect(taken.filter((text) => text.startsWith('ada'))).toEqual(['ada 1', 'ada 2', 'ada 3'])
    expect(taken.filter((text) => text.startsWith('bob'))).toEqual(['bob 1', 'bob 2', 'bob 3'])
    expect(taken.indexOf('bob 3')).toBeLessThan(taken.indexOf('ada 3'))
    expect(fake.webhookCalls).toHaveLength(10)
    expect(fake.errors).toEqual([])
  })

  it('are told of reactions only where they ask for them', async () => {
    const { fake, bot } = await start()
    const ada = fake.customer()
    ada.reacts(1, '👍')
    expect(fake.pending).toEqual([])
    await bot.telegram.callApi('getUpdates', { allowed_updates: ['message_reaction'] })
    ada.reacts(1, '👍')
    expect(fake.pending).toHaveLength(1)
    ada.says('not asked for')
    expect(fake.pending).toHaveLength(1)
  })
})
