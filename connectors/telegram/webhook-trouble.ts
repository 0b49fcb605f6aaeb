import type { TelegramConfig } from './settings.ts'

/** What the platform says of its deliveries (getWebhookInfo). */
export interface WebhookInfo {
  readonly pending_update_count: number
  readonly last_error_date?: number
  readonly last_error_message?: string
}

/** What went wrong when the platform last called us, in its words, unless that is longer ago than `withinMs`. */
export function webhookTrouble(
  { last_error_date: at = 0, last_error_message: words = '', pending_update_count: waiting }: WebhookInfo,
  { clock, config }: { readonly clock: () => number; readonly config: TelegramConfig },
  withinMs: number,
): string | undefined {
  if (words === '' || clock() - at * 1_000 > withinMs) return undefined
  const told = words.replaceAll(config.botToken, '…').slice(0, 300)
  const when = new Date(at * 1_000).toISOString()
  return `Telegram’s last failed delivery (${when}): ${told}. ${waiting} updates wait and are sent again by Telegram.`
}
