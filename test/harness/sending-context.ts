import type { EmailConfig } from '../../connectors/email/config.ts'
import type { ConnectorContext } from '../../src/contract/connector.ts'
import type { ChannelId } from '../../src/domain/ids.ts'

let channels = 0

/** What a connector may touch, of a channel of its own, with every host of the settings on this machine. */
export function sendingContext(config: EmailConfig): ConnectorContext<EmailConfig> {
  channels += 1
  const quiet = (): void => undefined
  return {
    config,
    channelId: channels.toString(16).padStart(24, '0') as ChannelId,
    webhookUrl: 'https://inbox.example/ingress/1',
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    fetch: () => Promise.reject(new TypeError('there is no network')),
    resolveHost: async () => '127.0.0.1',
    resolveDns: () => Promise.reject(new TypeError('there is no network')),
    clock: () => Date.UTC(2026, 10, 23, 12),
    checkpoint: { read: async () => undefined, write: async () => undefined },
    reportHealth: quiet,
    keepSecret: async () => undefined,
    signal: new AbortController().signal,
  }
}
