import type { CheckResult } from '../../src/contract/check-result.ts'
import type { ConnectorContext } from '../../src/contract/connector.ts'
import { openBot } from './bot-api.ts'
import { toConnectorError } from './failures.ts'
import { receivesByWebhook } from './set-webhook.ts'
import type { TelegramConfig } from './settings.ts'

type Context = ConnectorContext<TelegramConfig>

/** An error of the last hour still matters; older ones are history. */
const RECENT_MS = 3_600_000

/** Asks who the bot is and how its webhook does. */
export async function check(ctx: Context): Promise<CheckResult> {
  const { config, webhookUrl } = ctx
  try {
    const bot = await openBot(ctx)
    const me = await bot.callApi('getMe', {})
    const hook = await bot.callApi('getWebhookInfo', {})
    const said = [`Connected as @${me.username}.`]
    if (config.groups && me.can_read_all_group_messages !== true) {
      said.push('Its privacy mode is on: in groups it sees commands and answers to itself only.')
    }
    const url = hook.url ?? ''
    if (!receivesByWebhook(ctx)) {
      const foreign = url !== '' && url !== webhookUrl
      if (foreign)
        said.push('Another program has set a webhook for this bot; it is removed when this channel is saved.')
      said.push('Messages are fetched by long polling.')
      return { ok: true, detail: said.join(' ') }
    }
    if (url === '') said.push('Its webhook is set when this channel is saved.')
    else if (url !== webhookUrl) {
      return {
        ok: false,
        code: 'webhook-elsewhere',
        detail:
          'The webhook of this bot leads to another program. Save this channel to take its messages back.',
        field: 'botToken',
      }
    } else {
      said.push(...(await deliveryTrouble(hook, ctx)))
    }
    return { ok: true, detail: said.join(' ') }
  } catch (error) {
    const { code, detail = 'Telegram refused it.' } = toConnectorError(error, config.botToken).facts
    const field = code === 'bad-credentials' ? 'botToken' : 'apiBaseUrl'
    return { ok: false, code, detail, field }
  }
}

/** What the platform says went wrong when it last called us. */
async function deliveryTrouble(
  hook: {
    readonly pending_update_count: number
    readonly last_error_date?: number
    readonly last_error_message?: string
  },
  { clock, config }: Context,
): Promise<readonly string[]> {
  const { last_error_date: at = 0, last_error_message: words = '', pending_update_count: waiting } = hook
  if (words === '' || clock() - at * 1_000 > RECENT_MS) return ['Its webhook stands.']
  const told = words.replaceAll(config.botToken, '…').slice(0, 300)
  const when = new Date(at * 1_000).toISOString()
  return [
    `Telegram’s last failed delivery (${when}): ${told}. ${waiting} updates wait and are sent again by Telegram.`,
  ]
}
