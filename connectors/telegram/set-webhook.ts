import type { ConnectorContext } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { ALLOWED_UPDATES } from './allowed-updates.ts'
import { apiRootOf, type Bot, openBot } from './bot-api.ts'
import { toConnectorError } from './failures.ts'
import { botIdOf, type TelegramConfig } from './settings.ts'
import { webhookTrouble } from './webhook-trouble.ts'

type Context = ConnectorContext<TelegramConfig>

/** How many deliveries at once; the journal writes those that come together in one go. */
const CONNECTIONS = 40

/** Telegram calls no others (Bot API, setWebhook). */
const PORTS: ReadonlySet<number> = new Set([443, 80, 88, 8443])
export const isCalled = (port = 443): boolean => PORTS.has(port)

/** By the settings where the server does not say; `auto` then means what needs no address. */
export const receivesByWebhook = ({ receives, config }: Context): boolean =>
  receives === undefined ? config.receive === 'webhook' : receives === 'webhook'

/** Sets the webhook; or takes it away where this channel asks for its updates. */
export async function activate(ctx: Context): Promise<void> {
  if (!receivesByWebhook(ctx)) return removeWebhook(ctx)
  const { config, webhookUrl } = ctx
  try {
    const bot = await openBot(ctx)
    await bot.callApi('setWebhook', {
      url: webhookUrl,
      secret_token: config.webhookSecret,
      allowed_updates: ALLOWED_UPDATES,
      max_connections: CONNECTIONS,
      // What customers wrote while nobody received is theirs to be read.
      drop_pending_updates: false,
    })
  } catch (error) {
    throw toConnectorError(error, config.botToken)
  }
}

/** Removes the webhook where this channel has one; updates wait with the platform for a day. */
export async function deactivate(ctx: Context): Promise<void> {
  if (!receivesByWebhook(ctx)) return
  try {
    const bot = await openBot(ctx)
    const { url = '' } = await bot.callApi('getWebhookInfo', {})
    // Whoever has gone over to another program keeps what that has set.
    if (isOurs(url, ctx)) await deleteWebhook(bot)
  } catch (error) {
    throw toConnectorError(error, ctx.config.botToken)
  }
}

/** The former bot would go on delivering here, under the same secret; a new token of the same bot moves nothing. */
export const relocates = (before: TelegramConfig, after: TelegramConfig): boolean =>
  botIdOf(before) !== botIdOf(after) || apiRootOf(before) !== apiRootOf(after)

async function removeWebhook(ctx: Context): Promise<void> {
  try {
    await deleteWebhook(await openBot(ctx))
  } catch (error) {
    throw toConnectorError(error, ctx.config.botToken)
  }
}

const deleteWebhook = (bot: Bot): Promise<unknown> =>
  bot.callApi('deleteWebhook', { drop_pending_updates: false })

/**
 * A webhook and polling exclude each other: removes one of this channel; what waits for the one stays for the other.
 * @throws ConnectorError when another program has set its own
 */
export async function makeWayForPolling(bot: Bot, ctx: Context): Promise<void> {
  const { url = '' } = await bot.callApi('getWebhookInfo', {})
  if (url === '') return
  if (!isOurs(url, ctx)) throw elsewhere()
  await deleteWebhook(bot)
}

/** Telegram tries again at least every two minutes. */
const RECENT_MS = 5 * 60_000

/**
 * Looks whether the webhook stands, and sets it again where it does not: the address of this server may have changed,
 * its secret may never have got there, and the platform gives a webhook up that was answered 410 for a day. It then
 * delivers by itself what waited. The webhook of another program is left alone.
 * @throws ConnectorError also when another program receives, and when the platform cannot deliver
 */
export async function mendWebhook(ctx: Context): Promise<void> {
  if (!receivesByWebhook(ctx)) return
  try {
    const info = await (await openBot(ctx)).callApi('getWebhookInfo', {})
    const { url = '', allowed_updates: told = [], pending_update_count: waiting } = info
    if (url !== '' && !isOurs(url, ctx)) throw elsewhere()
    const isAsSet = url === ctx.webhookUrl && ALLOWED_UPDATES.every((kind) => told.includes(kind))
    const trouble = waiting > 0 ? webhookTrouble(info, ctx, RECENT_MS) : undefined
    // Refused by ourselves: it has another secret.
    if (!isAsSet || (trouble !== undefined && /\b401\b/.test(info.last_error_message ?? '')))
      await activate(ctx)
    if (isAsSet && trouble !== undefined) throw undelivered(trouble)
  } catch (error) {
    throw toConnectorError(error, ctx.config.botToken)
  }
}

/** The address of this channel, or what it was before `PUBLIC_URL` changed. */
export const isOurs = (url: string, { webhookUrl }: Pick<Context, 'webhookUrl'>): boolean =>
  url === webhookUrl ||
  (URL.canParse(url) &&
    new URL(url).pathname.endsWith(new URL(webhookUrl).pathname.replace(/^.*(?=\/ingress\/)/, '')))

const elsewhere = (): ConnectorError =>
  new ConnectorError({
    code: 'webhook-elsewhere',
    detail:
      'Another program has set its own webhook for this bot and gets its messages. Save this channel to take them back.',
    retry: 'later',
    delivery: 'not-sent',
  })

const undelivered = (detail: string): ConnectorError =>
  new ConnectorError({ code: 'deliveries-fail', detail, retry: 'later', delivery: 'not-sent' })
