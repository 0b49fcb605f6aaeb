import type { ConnectorContext, RecordedAmong, SentSearch } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import type { SettledFailure, Settlement } from '../store/outbox-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { keepUntilRecorded } from './apply-message-news.ts'
import type { LiveChannel } from './channel-directory.ts'
import type { MessageNews } from './parse-entries.ts'
import type { SettleDeliveryDeps } from './settle-delivery.ts'
import { destinationOf, type ToOutboundDeps, toOutbound } from './to-outbound.ts'
import { withinLimit } from './within-limit.ts'

export interface FindSentDeps extends ToOutboundDeps, SettleDeliveryDeps {
  /** @param limit aborts when the attempt has taken too long */
  readonly contextOf: (channel: LiveChannel, limit: AbortSignal) => ConnectorContext<LiveChannel['config']>
  readonly random: () => number
  readonly observe: (outcome: Settlement['outcome']) => void
  readonly onUnexpected: (error: unknown, messageId: string) => void
}

/** A platform may show what it took only after a while. */
export const FIRST_LOOK_MS = 5_000
/** How long after a look that told nothing the next one comes. */
const NEXT_LOOKS_MS = [15_000, 60_000]
/** A look that cannot be had is none, but nobody is kept waiting for ever. */
const GIVE_UP_MS = 180_000
const ANOTHER_TRY_MS = 15_000

/** Of a message whose attempt is uncertain: what the platform knows of it. */
export type Found = Settlement | { readonly outcome: 'not-sent'; readonly failure: SettledFailure }

/** Asks the platform whether an attempt arrived, under the lease that the message was taken with. */
export async function lookForSent(
  leased: StoredMessage,
  channel: LiveChannel,
  limitMs: number,
  deps: FindSentDeps,
): Promise<Found> {
  const { looks = 0, checkFromMs = 0 } = leased.delivery ?? {}
  const search = await ask(leased, channel, limitMs, deps)
  const nowMs = deps.now()
  switch (search.found) {
    case 'failed':
      // Recorded like any other that the platform took; what it says of it counts right after.
      await keepUntilRecorded(reportOf(search, channel, nowMs), deps)
      return sentAs(search, channel, nowMs)
    case 'sent':
      return sentAs(search, channel, nowMs)
    case 'not-sent':
      return { outcome: 'not-sent', failure: { ...failureOf(leased), delivery: 'not-sent' } }
    case 'unasked':
      return nowMs - checkFromMs < GIVE_UP_MS
        ? {
            outcome: 'check',
            atMs: nowMs + Math.min(Math.max(search.afterMs, ANOTHER_TRY_MS), GIVE_UP_MS),
            looks,
          }
        : { outcome: 'unknown', failure: failureOf(leased) }
    case 'unknown': {
      const waitMs = NEXT_LOOKS_MS[looks]
      return waitMs === undefined
        ? { outcome: 'unknown', failure: failureOf(leased) }
        : { outcome: 'check', atMs: nowMs + waitMs, looks: looks + 1 }
    }
  }
}

function sentAs(
  { receipt: { externalId, status = 'sent' } }: Extract<SentSearch, { readonly found: 'sent' | 'failed' }>,
  { connector }: LiveChannel,
  nowMs: number,
): Settlement {
  return { outcome: 'sent', externalId, status, ...(connector.fileSent ? { fileFromMs: nowMs } : {}) }
}

function reportOf(
  { receipt, failure }: Extract<SentSearch, { readonly found: 'failed' }>,
  channel: LiveChannel,
  nowMs: number,
): MessageNews {
  const { code, detail, optedOut } = failure
  return {
    type: 'status',
    channelId: channel.id,
    externalId: receipt.externalId,
    status: 'failed',
    atMs: nowMs,
    errorCode: code,
    ...(detail === undefined ? {} : { errorDetail: detail }),
    ...(optedOut === undefined ? {} : { optedOut }),
  }
}

/** What the attempt failed with, as it was kept. */
function failureOf({ delivery }: StoredMessage): SettledFailure {
  const { errorCode = 'interrupted', errorDetail } = delivery ?? {}
  return {
    code: errorCode,
    ...(errorDetail ? { detail: errorDetail } : {}),
    retry: 'later',
    delivery: 'unknown',
  }
}

async function ask(
  leased: StoredMessage,
  channel: LiveChannel,
  limitMs: number,
  deps: FindSentDeps,
): Promise<SentSearch | { readonly found: 'unasked'; readonly afterMs: number }> {
  const { connector } = channel
  const destination = await destinationOf(leased, deps.conversations)
  if (!connector.findSent || !destination) return { found: 'unknown' }
  try {
    const message = await toOutbound(leased, channel, destination, deps)
    const find = connector.findSent.bind(connector)
    const recordedAmong: RecordedAmong = async (ids) => {
      const recorded = await deps.messages.findByExternalIds(channel.id, ids)
      return new Set(recorded.flatMap(({ id, externalId = [] }) => (id === leased.id ? [] : externalId)))
    }
    const found = await withinLimit(
      limitMs,
      (limit) => find(message, deps.contextOf(channel, limit), recordedAmong),
      tooSlow,
    )
    // Another message has that id: the platform does not tell the two apart.
    const isTaken = 'receipt' in found && (await recordedAmong([found.receipt.externalId])).size > 0
    return isTaken ? { found: 'unknown' } : found
  } catch (error) {
    if (!(error instanceof ConnectorError)) deps.onUnexpected(error, leased.id)
    const later = error instanceof ConnectorError && error.facts.retry === 'later'
    return later ? { found: 'unasked', afterMs: error.facts.retryAfterMs ?? 0 } : { found: 'unknown' }
  }
}

const tooSlow = (): ConnectorError =>
  new ConnectorError({ code: 'timeout', retry: 'later', delivery: 'not-sent' })
