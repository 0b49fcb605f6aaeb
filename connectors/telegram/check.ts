import type { CheckResult } from '../../src/contract/check-result.ts'
import type { ConnectorContext } from '../../src/contract/connector.ts'
import { openBot } from './bot-api.ts'
import { toConnectorError } from './failures.ts'
import { isOurs, receivesByWebhook } from './set-webhook.ts'
import type { TelegramConfig } from './settings.ts'
import { webhookTrouble } from './webhook-trouble.ts'

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
      if (url !== '' && !isOurs(url, ctx))
        said.push('Another program has set a webhook for this bot; it is removed when this channel is saved.')
      said.push('Messages are fetched by long polling.')
      return { ok: true, detail: said.join(' ') }
    }
    if (url === '') said.push('Its webhook is set when this channel is saved.')
    else if (!isOurs(url, ctx)) {
      return {
        ok: false,
        code: 'webhook-elsewhere',
        detail:
          'The webhook of this bot leads to another program. Save this channel to take its messages back.',
        field: 'botToken',
      }
    } else if (url !== webhookUrl) {
      said.push('Its webhook leads to an earlier address of this server; it is set again by itself.')
    } else {
      said.push(webhookTrouble(hook, ctx, RECENT_MS) ?? 'Its webhook stands.')
    }
    return { ok: true, detail: said.join(' ') }
  } catch (error) {
    const { code, detail = 'Telegram refused it.' } = toConnectorError(error, config.botToken).facts
    const field = code === 'bad-credentials' ? 'botToken' : 'apiBaseUrl'
    return { ok: false, code, detail, field }
  }
}
