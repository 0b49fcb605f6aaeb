import { configFields, type TelegramConfig } from '../../connectors/telegram/settings.ts'
import type { ConnectorContext, HealthReport, OutboundMessage } from '../../src/contract/connector.ts'
import type { ConfigValue } from '../../src/domain/commands.ts'
import type { ChannelId } from '../../src/domain/ids.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import { validateSettings } from '../../src/services/channel-settings.ts'
import type { FakeTelegram } from '../fakes/telegram/fake-telegram.ts'

/** A context as the product makes it, of a channel of its own, and what was said and marked in it. */
export interface BotBench {
  readonly ctx: ConnectorContext<TelegramConfig>
  readonly health: HealthReport[]
  readonly marks: Readonly<Record<string, unknown>>[]
  stop(): void
}

export const botConfig = (
  { token, url }: Pick<FakeTelegram, 'token' | 'url'>,
  change: Readonly<Record<string, ConfigValue>> = {},
): TelegramConfig =>
  validateSettings(configFields, { botToken: token, apiBaseUrl: url, ...change }) as TelegramConfig

let channels = 0

/** @param limits of the guarded fetch, in milliseconds */
export function createBotBench(
  config: TelegramConfig,
  change: Partial<ConnectorContext<TelegramConfig>> = {},
  limits: { readonly timeoutMs?: number } = {},
): BotBench {
  channels += 1
  const stopping = new AbortController()
  const health: HealthReport[] = []
  const marks: Readonly<Record<string, unknown>>[] = []
  const quiet = (): void => undefined
  return {
    health,
    marks,
    stop: () => stopping.abort(),
    ctx: {
      config,
      channelId: channels.toString(16).padStart(24, 'b') as ChannelId,
      webhookUrl: 'http://127.0.0.1:1/ingress/1',
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      fetch: createGuardedFetch({ allow: ['127.0.0.1'], ...limits }),
      resolveHost: () => Promise.reject(new TypeError('no sockets are opened')),
      resolveDns: () => Promise.reject(new TypeError('no names are looked up')),
      clock: Date.now,
      checkpoint: {
        read: async () => marks.at(-1),
        write: async (value) => void marks.push(structuredClone(value)),
      },
      reportHealth: (report) => void health.push(report),
      keepSecret: async () => undefined,
      signal: stopping.signal,
      ...change,
    },
  }
}

/** A message ready to go to a chat. */
export function outgoing(
  chatId: number,
  text: string,
  change: Partial<OutboundMessage> = {},
): OutboundMessage {
  return {
    id: 'f'.repeat(24),
    attempt: 1,
    to: { identityExternalId: String(chatId), threadKey: String(chatId) },
    author: { name: 'Agnes' },
    text,
    attachments: [],
    token: 'a'.repeat(32),
    writtenAtMs: Date.UTC(2026, 10, 23, 12),
    automatic: false,
    ...change,
  }
}
