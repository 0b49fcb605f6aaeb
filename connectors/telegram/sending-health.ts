import type { ConnectorContext } from '../../src/contract/connector.ts'
import type { ConnectorError } from '../../src/contract/connector-error.ts'
import type { TelegramConfig } from './settings.ts'

/** What sending touches. */
export type HealthContext = Pick<
  ConnectorContext<TelegramConfig>,
  'config' | 'fetch' | 'signal' | 'channelId' | 'reportHealth'
>

/** Channels of which this process said that sending fails: so that the first success takes it back, and only that. */
const failing = new Set<string>()

/** Says that the token does not hold, and that it does again. */
export function noteSending({ channelId, reportHealth }: HealthContext, error?: ConnectorError): void {
  if (error?.facts.code === 'bad-credentials') {
    failing.add(channelId)
    const { code, detail } = error.facts
    reportHealth({ state: 'failing', part: 'sending', code, ...(detail === undefined ? {} : { detail }) })
  } else if (!error && failing.delete(channelId)) reportHealth({ state: 'healthy', part: 'sending' })
}
