import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectorContext } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { generateSetting } from '../../src/services/channel-settings.ts'
import { startProvider } from '../../test/fakes/provider/provider-server.ts'
import { type FakeTelegram, startFakeTelegram } from '../../test/fakes/telegram/fake-telegram.ts'
import { botConfig, createBotBench } from '../../test/harness/bot-context.ts'
import type { TelegramConfig } from './settings.ts'
import { telegram } from './telegram-connector.ts'
import { webhook } from './webhook.ts'

const HOOK = 'http://127.0.0.1:9/ingress/0123456789abcdef01234567'

let fake: FakeTelegram
beforeEach(async () => {
  fake = await startFakeTelegram({ firstRetryMs: 60_000, longestRetryMs: 60_000 })
})
afterEach(() => fake.close())

function byWebhook(change: Partial<ConnectorContext<TelegramConfig>> = {}) {
  return createBotBench(botConfig(fake), { webhookUrl: HOOK, receives: 'webhook', ...change })
}

describe('the webhook', () => {
  it('is set with the channel’s secret and the updates that are wanted, and removed again', async () => {
    const { ctx } = byWebhook()
    await telegram.activate?.(ctx)
    await telegram.activate?.(ctx)
    expect(fake.webhook).toEqual({
      url: HOOK,
      secret: ctx.config.webhookSecret,
      allowed: ['message', 'edited_message', 'callback_query', 'message_reaction', 'my_chat_member'],
    })
    await telegram.deactivate?.(ctx)
    await telegram.deactivate?.(ctx)
    expect(fake.webhook).toBeUndefined()
  })

  it('is removed when the channel goes over to polling, and another program’s is left when that is paused', async () => {
    await telegram.activate?.(byWebhook().ctx)
    const polling = byWebhook({ receives: 'session' })
    await telegram.activate?.(polling.ctx)
    expect(fake.webhook).toBeUndefined()
    await telegram.activate?.(byWebhook().ctx)
    await telegram.deactivate?.(polling.ctx)
    expect(fake.webhook?.url).toBe(HOOK)
  })

  it('takes every secret that is made for it', () => {
    for (let run = 0; run < 200; run += 1) expect(generateSetting({})).toMatch(/^[A-Za-z0-9_-]{1,256}$/)
  })

  it('that the platform refuses is told in words', async () => {
    const { ctx } = byWebhook({ webhookUrl: 'ftp://nowhere' })
    const error = await telegram.activate?.(ctx).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConnectorError)
    expect((error as ConnectorError).facts).toMatchObject({
      code: 'refused-by-platform',
      detail: expect.stringContaining('HTTPS URL must be provided'),
    })
  })

  it('comes back when it is gone or leads to an address that is no more', async () => {
    const { ctx, health } = byWebhook()
    const push = async (): Promise<void> => undefined
    await telegram.catchUp?.(ctx, 0, push)
    expect(fake.webhook?.url).toBe(HOOK)
    const moved = byWebhook({ webhookUrl: HOOK.replace('127.0.0.1:9', 'localhost:9') })
    await telegram.catchUp?.(moved.ctx, 0, push)
    expect(fake.webhook?.url).toBe(moved.ctx.webhookUrl)
    const calls = fake.server.calls.length
    await telegram.catchUp?.(moved.ctx, 0, push)
    expect(fake.server.calls).toHaveLength(calls + 1)
    expect(health).toEqual([])
  })

  it('of another program is left alone and told of', async () => {
    await fetch(`${fake.url}/bot${fake.token}/setWebhook?url=https://other.example/hook`)
    const { ctx } = byWebhook()
    await expect(telegram.catchUp?.(ctx, 0, async () => undefined)).rejects.toMatchObject({
      facts: { code: 'webhook-elsewhere', detail: expect.stringContaining('Another program') },
    })
    expect(fake.webhook?.url).toBe('https://other.example/hook')
    expect(await telegram.check(ctx)).toMatchObject({ ok: false, code: 'webhook-elsewhere' })
  })

  it('of another program outlives the channel that went before it', async () => {
    const { ctx } = byWebhook()
    await telegram.activate?.(ctx)
    await fetch(`${fake.url}/bot${fake.token}/setWebhook?url=https://other.example/hook`)
    await telegram.deactivate?.(ctx)
    expect(fake.webhook?.url).toBe('https://other.example/hook')
  })

  it('is that of the former bot when the channel goes over to another, and of the same with a new token', () => {
    const { ctx } = byWebhook()
    const { config } = ctx
    expect(telegram.relocates?.(config, { ...config, botToken: `${fake.botId}:renewed` })).toBe(false)
    expect(telegram.relocates?.(config, { ...config, linkPreviews: true })).toBe(false)
    expect(telegram.relocates?.(config, { ...config, botToken: '4711:another' })).toBe(true)
    expect(telegram.relocates?.(config, { ...config, apiBaseUrl: 'https://bots.example' })).toBe(true)
  })

  it('is set again where it asks for less than is wanted', async () => {
    const { ctx } = byWebhook()
    await fetch(`${fake.url}/bot${fake.token}/setWebhook?url=${HOOK}&allowed_updates=["message"]`)
    await telegram.catchUp?.(ctx, 0, async () => undefined)
    expect(fake.webhook?.allowed).toContain('message_reaction')
  })

  it('that leads nowhere is told of while something waits', async () => {
    const { ctx } = byWebhook()
    await telegram.activate?.(ctx)
    await telegram.catchUp?.(ctx, 0, async () => undefined)
    fake.customer().says('hello?')
    await expect.poll(() => fake.webhookCalls.length).toBeGreaterThan(0)
    await expect(telegram.catchUp?.(ctx, 0, async () => undefined)).rejects.toMatchObject({
      facts: { code: 'deliveries-fail', detail: expect.stringContaining('last failed delivery') },
    })
  })

  it('gets the secret that never reached it', async () => {
    const bot = await startFakeTelegram({ token: '700100202:AAfake-token_of-a-bot-for-tests-00000' })
    const config = botConfig(bot)
    const here = await startProvider(({ headers }) => ({
      status: headers['x-telegram-bot-api-secret-token'] === config.webhookSecret ? 200 : 401,
    }))
    const webhookUrl = `${here.url}/ingress/1`
    const { ctx } = createBotBench(config, { webhookUrl, receives: 'webhook' })
    const former = createBotBench({ ...config, webhookSecret: 'former' }, { webhookUrl, receives: 'webhook' })
    await telegram.activate?.(former.ctx)
    bot.customer().says('hello?')
    await expect.poll(() => bot.webhookCalls.map(({ status }) => status)).toContain(401)
    const looked = telegram.catchUp?.(ctx, 0, async () => undefined)
    await expect(looked).rejects.toMatchObject({ facts: { code: 'deliveries-fail' } })
    await expect.poll(() => bot.pending).toEqual([])
    await telegram.catchUp?.(ctx, 0, async () => undefined)
    await Promise.all([bot.close(), here.close()])
  })

  it('is nobody’s business where updates are fetched', async () => {
    const { ctx } = byWebhook({ receives: 'session' })
    await telegram.catchUp?.(ctx, 0, async () => undefined)
    expect(fake.server.calls).toHaveLength(0)
  })
})

describe('a delivery', () => {
  const config = { botToken: '700:x', webhookSecret: 'right', groups: true } as TelegramConfig
  const given = (body: unknown, secret = 'right') => ({
    method: 'POST',
    url: '/ingress/1',
    publicUrl: 'https://inbox.example/ingress/1',
    headers: { 'x-telegram-bot-api-secret-token': secret },
    body: Buffer.from(JSON.stringify(body)),
    receivedAtMs: 5,
  })
  const update = {
    update_id: 5,
    message: { message_id: 3, chat: { id: 11, type: 'private' }, date: 9, text: 'x' },
  }

  it('is known by what it is about and ordered by its chat, and keeps no secret', () => {
    const answer = webhook.verify(given(update), config)
    expect(answer).toMatchObject({
      ok: true,
      deliveryKey: '5:message:11:3:9000',
      sender: '11',
      request: { facts: { bot: '700', groups: 'yes' } },
    })
    expect(JSON.stringify(answer)).not.toContain('right')
  })

  it('of a channel without a secret is never taken', () => {
    expect(webhook.verify(given(update, ''), { ...config, webhookSecret: '' })).toMatchObject({ ok: false })
  })

  it('is answered with nothing at all', () => {
    const request = verified({
      body: Buffer.from('{"method":"sendMessage"}'),
      contentType: '',
      facts: {},
      receivedAtMs: 1,
    })
    expect(webhook.acknowledge(request)).toEqual({ status: 200 })
  })

  it('of a pressed button is answered by a call', async () => {
    const ada = fake.customer()
    await fetch(`${fake.url}/bot${fake.token}/setWebhook?url=http://127.0.0.1:9/x`)
    const id = ada.presses(1, 'yes')
    const { ctx } = byWebhook()
    const pressed = { update_id: 1, callback_query: { id, from: ada.user, data: 'yes' } }
    const request = (body: unknown) =>
      verified({ body: Buffer.from(JSON.stringify(body)), contentType: '', facts: {}, receivedAtMs: 1 })
    await telegram.afterInbound?.(request(update), ctx)
    expect(fake.unansweredButtons.size).toBe(1)
    await telegram.afterInbound?.(request(pressed), ctx)
    expect(fake.unansweredButtons.size).toBe(0)
    await expect(telegram.afterInbound?.(request(pressed), ctx)).rejects.toBeInstanceOf(ConnectorError)
  })
})

describe('"Test connection"', () => {
  it('says who the bot is and how it is received', async () => {
    const { ctx } = byWebhook()
    expect(await telegram.check(ctx)).toEqual({
      ok: true,
      detail: 'Connected as @shop_help_bot. Its webhook is set when this channel is saved.',
    })
    await telegram.activate?.(ctx)
    expect(await telegram.check(ctx)).toMatchObject({
      detail: expect.stringContaining('Its webhook stands.'),
    })
    const moved = byWebhook({ webhookUrl: HOOK.replace('127.0.0.1:9', 'localhost:9') })
    expect(await telegram.check(moved.ctx)).toMatchObject({
      ok: true,
      detail: expect.stringContaining('an earlier address of this server'),
    })
    expect(await telegram.check(byWebhook({ receives: 'session' }).ctx)).toMatchObject({
      ok: true,
      detail: expect.stringContaining('long polling'),
    })
  })

  it('tells what the platform says went wrong', async () => {
    const { ctx } = byWebhook()
    await telegram.activate?.(ctx)
    fake.customer().says('hello?')
    await expect.poll(() => fake.webhookCalls.length).toBeGreaterThan(0)
    const { detail } = await telegram.check(ctx)
    expect(detail).toMatch(/last failed delivery .*Wrong response from the webhook.*1 updates wait/)
  })

  it('warns of privacy mode where groups are wanted', async () => {
    const { ctx } = createBotBench(botConfig(fake, { groups: true }), { receives: 'session' })
    expect((await telegram.check(ctx)).detail).toContain('privacy mode')
  })

  it('names the setting that is wrong', async () => {
    const wrong = createBotBench(botConfig({ token: '1:wrong', url: fake.url }))
    expect(await telegram.check(wrong.ctx)).toMatchObject({
      ok: false,
      code: 'bad-credentials',
      field: 'botToken',
    })
    const inside = createBotBench(botConfig({ token: fake.token, url: 'http://10.0.0.1' }))
    expect(await telegram.check(inside.ctx)).toMatchObject({
      ok: false,
      code: 'destination-not-allowed',
      field: 'apiBaseUrl',
    })
  })
})
