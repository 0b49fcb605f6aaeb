import type { ConnectorContext } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { ALLOWED_UPDATES } from './allowed-updates.ts'
import { openBot } from './bot-api.ts'
import { toConnectorError } from './failures.ts'
import type { TelegramConfig } from './settings.ts'

type Context = ConnectorContext<TelegramConfig>

/** How many deliveries at once; the journal writes those that come together in one go. */
const CONNECTIONS = 40

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
  if (receivesByWebhook(ctx)) await removeWebhook(ctx)
}

async function removeWebhook(ctx: Context): Promise<void> {
  try {
    await (await openBot(ctx)).callApi('deleteWebhook', { drop_pending_updates: false })
  } catch (error) {
    throw toConnectorError(error, ctx.config.botToken)
  }
}

/**
 * Looks whether the webhook stands, and sets it again where it does not: the address of this server may have changed,
 * and the platform gives a webhook up that was answered 410 for a day. It then delivers by itself what waited. The
 * webhook of another program is left alone.
 * @throws ConnectorError also when another program receives
 */
export async function mendWebhook(ctx: Context): Promise<void> {
  if (!receivesByWebhook(ctx)) return
  const { webhookUrl, config } = ctx
  try {
    const { url = '' } = await (await openBot(ctx)).callApi('getWebhookInfo', {})
    if (url === webhookUrl) return
    if (url === '' || isThisChannel(url, webhookUrl)) return await activate(ctx)
    throw new ConnectorError({
      code: 'webhook-elsewhere',
      detail:
        'Another program has set its own webhook for this bot and gets its messages. Save this channel to take them back.',
      retry: 'never',
      delivery: 'not-sent',
    })
  } catch (error) {
    throw toConnectorError(error, config.botToken)
  }
}

/** The same channel under an earlier address. */
const isThisChannel = (url: string, webhookUrl: string): boolean =>
  URL.canParse(url) &&
  new URL(url).pathname.endsWith(new URL(webhookUrl).pathname.replace(/^.*(?=\/ingress\/)/, ''))
