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

/** After so long the same is told again: a test of the connection, new settings or another node may have told otherwise. */
const AGAIN_MS = 30_000

const last = new Map<ChannelId, { readonly state: string; readonly atMs: number }>()

/** Tells how sending goes: at once what has changed, else now and then. @param facts of a failure; undefined = it went well */
export function sawSending(
  ctx: Pick<ConnectorContext<unknown>, 'channelId' | 'reportHealth' | 'clock'>,
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
  const now = { state: `${state} ${facts?.code ?? ''}`, atMs: ctx.clock() }
  const told = last.get(ctx.channelId)
  if (told?.state === now.state && now.atMs - told.atMs < AGAIN_MS) return
  last.set(ctx.channelId, now)
  ctx.reportHealth({
    state,
    part: 'sending',
    ...(facts === undefined ? {} : { code: facts.code, detail: facts.detail ?? facts.code }),
  })
}
