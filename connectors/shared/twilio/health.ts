import type { ConnectorContext } from '../../../src/contract/connector.ts'
import type { ConnectorErrorFacts } from '../../../src/contract/connector-error.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'

/** What is wrong with the channel and not with one message. */
const OF_THE_CHANNEL: ReadonlySet<string> = new Set([
  'bad-credentials',
  'account-inactive',
  'account-suspended',
  'sender-unknown',
  'sender-not-registered',
  'trial-account',
  'webhook-unreachable',
  'destination-not-allowed',
])
const OF_THE_LINE: ReadonlySet<string> = new Set(['platform-unreachable', 'platform-unavailable', 'timeout'])

const last = new Map<ChannelId, string>()

/** Tells how sending goes, when that has changed. @param facts of a failure; undefined = it went well */
export function sawSending(
  ctx: Pick<ConnectorContext<unknown>, 'channelId' | 'reportHealth'>,
  facts: ConnectorErrorFacts | undefined,
): void {
  const state =
    facts === undefined
      ? 'healthy'
      : OF_THE_CHANNEL.has(facts.code)
        ? 'failing'
        : OF_THE_LINE.has(facts.code)
          ? 'degraded'
          : undefined
  // What is wrong with one message says nothing of the channel.
  if (state === undefined) return
  const now = `${state} ${facts?.code ?? ''}`
  if (last.get(ctx.channelId) === now) return
  last.set(ctx.channelId, now)
  ctx.reportHealth({
    state,
    part: 'sending',
    ...(facts === undefined ? {} : { code: facts.code, detail: facts.detail ?? facts.code }),
  })
}
