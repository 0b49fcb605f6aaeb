import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { ConnectorContext } from '../../src/contract/connector.ts'
import type { ChannelId } from '../../src/domain/ids.ts'

/** The channel that the kit plays on. */
export const CHANNEL = '1'.repeat(24) as ChannelId

export type Fetch = typeof globalThis.fetch
const noNetwork: Fetch = () => Promise.reject(new TypeError('there is no network'))

/** All that a connector may touch, without a network unless one is given; `lines` gets what it logs and reports. */
export function contextOf(
  config: ConfigValues,
  signal = new AbortController().signal,
  fetch: Fetch = noNetwork,
  lines: string[] = [],
): ConnectorContext<ConfigValues> {
  const note = (facts: object, message = ''): void => void lines.push(`${JSON.stringify(facts)} ${message}`)
  let mark: Readonly<Record<string, unknown>> | undefined
  return {
    config,
    channelId: CHANNEL,
    webhookUrl: 'https://inbox.example/ingress/1',
    logger: { debug: note, info: note, warn: note, error: note },
    fetch,
    resolveHost: () => Promise.reject(new TypeError('there is no network')),
    resolveDns: () => Promise.reject(new TypeError('there is no network')),
    clock: () => Date.UTC(2026, 10, 23, 12),
    checkpoint: {
      read: async () => mark,
      write: async (value) => {
        mark = value
      },
    },
    reportHealth: note,
    keepSecret: async () => undefined,
    signal,
  }
}
