import type { ConnectorContext } from '../contract/connector.ts'
import { ConnectorError, type ConnectorErrorFacts } from '../contract/connector-error.ts'
import { backoffMs } from '../domain/delivery.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { FilingStore, OwedFiling } from '../store/filing-store.ts'
import { reach } from '../store/stations.ts'
import type { LiveChannel } from './channel-directory.ts'
import { destinationOf, type ToOutboundDeps, toOutbound } from './to-outbound.ts'
import { withinLimit } from './within-limit.ts'

export interface FileSentDeps extends ToOutboundDeps {
  readonly filings: FilingStore
  readonly conversations: Pick<ConversationStore, 'find'>
  readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
  /** @param limit aborts when the attempt has taken too long */
  readonly contextOf: (channel: LiveChannel, limit: AbortSignal) => ConnectorContext<LiveChannel['config']>
  readonly nodeId: string
  readonly isStopping: () => boolean
  readonly now: () => number
  readonly random: () => number
  readonly observe: (outcome: 'filed' | 'retry' | 'given-up') => void
  readonly onUnexpected: (error: unknown, messageId: string) => void
}

/** How long one attempt may take before another worker may look after it. */
export const FILING_LEASE_MS = 60_000
const FILING_LIMIT_MS = FILING_LEASE_MS - 5_000
/** Whoever has to put a password right has a long weekend for it. */
const GIVE_UP_MS = 5 * 24 * 3_600_000
const SCHEDULE = { maxAttempts: Number.POSITIVE_INFINITY, firstDelayMs: 5_000, longestDelayMs: 3_600_000 }
/** What is wrong by the platform's own word is asked for rarely, so that no account is locked. */
const HOPELESS_DELAY_MS = 1_800_000
/** The others of the channel wait this long at most: what one of them met may be its own trouble. */
const OTHERS_WAIT_MS = 60_000
const PAUSED_LOOK_MS = 60_000

/**
 * Files what a channel sent with its platform, one message after the other, until nothing is due or one fails. Several
 * workers may run this for one channel at once: each message is in one's hands only.
 */
export async function fileSentOf(channelId: ChannelId, deps: FileSentDeps): Promise<undefined> {
  const { filings } = deps
  while (!deps.isStopping()) {
    const channel = await deps.findChannel(channelId)
    if (!channel?.connector.fileSent || channel.deletedAtMs !== undefined) {
      await filings.forgetDue(channelId, deps.now())
      return undefined
    }
    if (channel.paused) {
      await filings.waitUntil(channelId, deps.now(), deps.now() + PAUSED_LOOK_MS)
      return undefined
    }
    const owed = await filings.lease(channelId, deps.now(), FILING_LEASE_MS, deps.nodeId)
    if (!owed || !(await attempt(owed, channel, deps))) return undefined
  }
  return undefined
}

/** @returns whether it went well */
async function attempt(owed: OwedFiling, channel: LiveChannel, deps: FileSentDeps): Promise<boolean> {
  const { message, receipt } = owed
  try {
    reach('before-file')
    const destination = await destinationOf(message, deps.conversations)
    if (destination) {
      const outbound = await toOutbound(message, channel, destination, deps)
      await withinLimit(
        FILING_LIMIT_MS,
        async (limit) => channel.connector.fileSent?.(outbound, receipt, deps.contextOf(channel, limit)),
        () =>
          new ConnectorError({
            code: 'timeout',
            detail: 'The platform did not answer in time',
            retry: 'later',
            delivery: 'not-sent',
          }),
      )
    }
  } catch (error) {
    await fail(error, owed, channel, deps)
    return false
  }
  reach('after-file')
  await deps.filings.done(owed)
  deps.observe('filed')
  return true
}

async function fail(
  error: unknown,
  owed: OwedFiling,
  channel: LiveChannel,
  deps: FileSentDeps,
): Promise<void> {
  const { filings } = deps
  if (!(error instanceof ConnectorError)) deps.onUnexpected(error, owed.message.id)
  const facts: ConnectorErrorFacts =
    error instanceof ConnectorError
      ? error.facts
      : { code: 'unexpected', retry: 'later', delivery: 'not-sent' }
  const nowMs = deps.now()
  if (nowMs - owed.sinceMs >= GIVE_UP_MS) {
    deps.observe('given-up')
    await filings.giveUp(owed, facts)
    deps.contextOf(channel, AbortSignal.timeout(FILING_LIMIT_MS)).reportHealth({
      state: 'degraded',
      part: 'sending',
      code: 'not-filed',
      detail: `A message that was sent could not be filed with the platform: ${facts.detail ?? facts.code}`,
    })
    return
  }
  deps.observe('retry')
  const hopelessMs = facts.retry === 'never' ? HOPELESS_DELAY_MS : 0
  const delayMs = backoffMs(
    owed.attempts,
    SCHEDULE,
    deps.random(),
    Math.max(facts.retryAfterMs ?? 0, hopelessMs),
  )
  await filings.retry(owed, nowMs + delayMs, facts)
  const othersMs = facts.retry === 'never' ? delayMs : Math.min(delayMs, OTHERS_WAIT_MS)
  await filings.waitUntil(channel.id, nowMs, nowMs + othersMs)
}
