import { createHash, hash } from 'node:crypto'
import type { JournaledRequest, RawRequest, Verified, WebhookAnswer } from '../contract/raw-request.ts'
import { AppError } from '../domain/errors.ts'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import { JOURNAL_PARTITIONS, type JournalEntry } from '../store/journal-store.ts'
import type { LiveChannel } from './channel-directory.ts'
import type { OrderClock } from './order-clock.ts'

export interface AcceptDeps {
  /**
   * @param spooled whether it may wait on this machine's disk while the database is away
   * @returns when the entry is on disk
   */
  readonly append: (entry: JournalEntry, spooled: boolean) => Promise<unknown>
  readonly orderClock: OrderClock
  /** Seconds the sender has to wait; 0 when he may go on. */
  readonly takeQuota: (sender: string, nowMs: number) => number
  /** Starts what a connector does beside the acknowledgement; must not throw nor be waited for. */
  readonly afterAccepted?: (channel: LiveChannel, request: Verified<JournaledRequest>) => void
}

/**
 * The way in for everything a platform delivers: verify, journal, and only then acknowledge.
 * @throws AppError `invalid-signature`, `invalid-token`, `invalid-input`, `unsupported-content-type`, `rate-limited`,
 *   `channel-paused`, `not-found` for a channel that is not called by anybody; what the database throws
 */
export async function acceptDelivery(
  channel: LiveChannel,
  request: RawRequest,
  deps: AcceptDeps,
): Promise<WebhookAnswer> {
  const { inbound } = channel
  if (inbound.kind !== 'webhook') throw new AppError('not-found')
  const verification = inbound.verify(request, channel.config)
  if (!verification.ok) {
    const { code, detail, field } = verification
    throw new AppError(code, {
      ...(detail === undefined ? {} : { detail }),
      ...(field === undefined ? {} : { field }),
    })
  }
  if (verification.handshake) return verification.handshake
  if (channel.paused) throw new AppError('channel-paused')
  const { sender } = verification
  const waitSeconds =
    sender === undefined ? 0 : deps.takeQuota(`${channel.id}:${sender}`, request.receivedAtMs)
  if (waitSeconds > 0) throw new AppError('rate-limited', { retryAfterSeconds: waitSeconds })
  await deps.append(
    toEntry(channel.id, verification.request, verification.deliveryKey, sender, deps.orderClock),
    // A client of ours keeps what it could not deliver, and shows that; a platform may give up.
    channel.connector.visitors === undefined,
  )
  if (channel.connector.afterInbound) deps.afterAccepted?.(channel, verification.request)
  return inbound.acknowledge(verification.request)
}

function toEntry(
  channelId: ChannelId,
  request: Verified<JournaledRequest>,
  deliveryKey: string | undefined,
  sender: string | undefined,
  orderClock: OrderClock,
): JournalEntry {
  const { body, contentType, facts, receivedAtMs } = request
  return {
    id: entryId(channelId, deliveryKey ?? body),
    channelId,
    order: orderClock(receivedAtMs),
    partition: partitionOf(`${channelId}:${sender ?? ''}`),
    body,
    contentType,
    facts,
    receivedAtMs,
    tries: 0,
  }
}

/** The same for every redelivery of one thing on one channel. */
export function entryId(channelId: ChannelId, deliveryKey: string | Uint8Array): JournalEntryId {
  const digest =
    typeof deliveryKey === 'string'
      ? hash('sha256', `${channelId}\u0000${deliveryKey}`, 'base64url')
      : createHash('sha256').update(`${channelId}\u0000`).update(deliveryKey).digest('base64url')
  return digest as JournalEntryId
}

/** FNV-1a: spreads senders over partitions, the same on every node. */
export function partitionOf(sender: string, partitions = JOURNAL_PARTITIONS): number {
  let spread = 0x811c9dc5
  for (let index = 0; index < sender.length; index += 1) {
    spread = Math.imul(spread ^ sender.charCodeAt(index), 0x01000193)
  }
  return (spread >>> 0) % partitions
}
