import type { OutboundMessage } from '../contract/connector.ts'
import { ConnectorError, type ConnectorErrorFacts } from '../contract/connector-error.ts'
import { afterFailure, DEFAULT_RETRY_SCHEDULE, type DeliveryCertainty } from '../domain/delivery.ts'
import type { ChannelId, ConversationId } from '../domain/ids.ts'
import { windowClosedAtMs } from '../domain/outbound.ts'
import type { AfterLostLease, OutboxStore, SettledFailure, Settlement } from '../store/outbox-store.ts'
import { reach } from '../store/stations.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { applyRefusal } from './apply-consent.ts'
import type { LiveChannel } from './channel-directory.ts'
import { standingOf } from './customer-standing.ts'
import { FIRST_LOOK_MS, type FindSentDeps, lookForSent } from './find-sent.ts'
import { HELD_BACK, isHeldBack } from './reply-parts.ts'
import { settleDelivery } from './settle-delivery.ts'
import { type Destination, destinationOf, toOutbound } from './to-outbound.ts'
import { withinLimit } from './within-limit.ts'
import { writeSurely } from './write-surely.ts'

/** Says when a channel may send: its platform takes only so much in so much time. */
export interface Pace {
  /**
   * Asked before the head of a conversation is looked at.
   * @returns undefined when a message may be made ready now; else when to ask again
   */
  take(conversationId: ConversationId): number | undefined
  /**
   * Asked right before the platform is called; waits for the very moment, two seconds at most.
   * @param place on the platform, where the limits of a thread count over several conversations
   * @returns undefined when it may not go for longer than that; else what to call as soon as the platform took it
   */
  go(conversationId: ConversationId, place?: string): Promise<(() => void) | undefined>
  /** What was asked for goes to nobody: the platform is only asked about it. */
  skip(conversationId: ConversationId): void
  /** The platform takes nothing of the whole channel until then. */
  hold(untilMs: number): void
}

export interface DeliverDeps extends FindSentDeps {
  readonly outbox: OutboxStore
  readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
  readonly pace: Pace
  /** Whose leases are taken: when this node is gone, others need not wait for them to run out. */
  readonly nodeId: string
  /** Once true, nothing further is begun. */
  readonly isStopping: () => boolean
  /** Milliseconds since the epoch by the clock of all nodes: leases are taken and judged by it. */
  readonly leaseNow: () => number
}

/** How long one attempt may take before another worker may look after it, unless its connector says otherwise. */
export const SEND_LEASE_MS = 60_000
/** An attempt ends before its lease does, so that what became of it can still be written. */
const MARGIN_MS = 5_000
const leaseMs = (channel: LiveChannel | undefined): number =>
  channel?.connector.sendLimitMs === undefined ? SEND_LEASE_MS : channel.connector.sendLimitMs + MARGIN_MS
/** What is left of the time that the platform may take: less than all of it where getting ready took long. */
const leftMs = ({ delivery }: StoredMessage, { leaseNow }: DeliverDeps): number =>
  (delivery?.leaseUntilMs ?? 0) - MARGIN_MS - leaseNow()

/**
 * Sends what a conversation's outbox holds, in order, until it is empty or its head has to wait. Several workers may
 * run this for one conversation at once: only the holder of the head's lease sends.
 * @returns when the head is due next, milliseconds since the epoch; undefined when nothing waits
 */
export async function deliverConversation(
  conversationId: ConversationId,
  deps: DeliverDeps,
): Promise<number | undefined> {
  for (;;) {
    // Whatever the head is, it stays due meanwhile: whoever keeps the pace knows when to look at it.
    const paceMs = deps.isStopping() ? undefined : deps.pace.take(conversationId)
    if (paceMs !== undefined) return paceMs
    const head = await deps.outbox.head(conversationId)
    if (!head?.delivery || deps.isStopping()) return undefined
    const found = await deps.findChannel(head.channelId)
    const channel = found?.deletedAtMs === undefined ? found : undefined
    const clocks = { nowMs: deps.now(), leaseNowMs: deps.leaseNow() }
    const { nowMs } = clocks
    if (head.delivery.state === 'leased') {
      const leftoverMs = (head.delivery.leaseUntilMs ?? 0) - clocks.leaseNowMs
      if (leftoverMs > 0) return nowMs + leftoverMs
      const reclaimed = await deps.outbox.reclaim(head, clocks, afterLostLease(channel, nowMs))
      if (reclaimed) await settleDelivery(reclaimed, deps)
      continue
    }
    const dueMs = head.delivery.nextAttemptAtMs ?? 0
    const waitMs = dueMs > nowMs ? dueMs : channel?.paused ? nowMs + PAUSED_LOOK_MS : undefined
    if (waitMs !== undefined) {
      await deps.outbox.waitUntil(conversationId, waitMs)
      return waitMs
    }
    const checks = head.delivery.checkFromMs !== undefined
    if (checks) deps.pace.skip(conversationId)
    const leased = await deps.outbox.lease(head, clocks, leaseMs(channel), deps.nodeId)
    if (leased) await (checks ? check(leased, channel, deps) : attempt(leased, channel, deps))
  }
}

/** A paused channel's messages wait; how soon to look again. */
const PAUSED_LOOK_MS = 5_000

function afterLostLease(channel: LiveChannel | undefined, nowMs: number): AfterLostLease {
  if (channel?.capabilities.idempotentSend) return { next: 'repeat' }
  return channel?.connector.findSent ? { next: 'check', atMs: nowMs + FIRST_LOOK_MS } : { next: 'unknown' }
}

async function attempt(
  leased: StoredMessage,
  channel: LiveChannel | undefined,
  deps: DeliverDeps,
): Promise<void> {
  reach('before-send')
  const settlement = channel ? await send(leased, channel, deps) : gone('not-sent')
  if (settlement === 'not-now') {
    await writeSurely(() => deps.outbox.putBack(leased, deps.now()), deps)
    return
  }
  reach('after-send')
  await settle(leased, settlement, deps)
}

async function check(
  leased: StoredMessage,
  channel: LiveChannel | undefined,
  deps: DeliverDeps,
): Promise<void> {
  reach('before-look')
  const settlement = channel ? await look(leased, channel, deps) : gone('unknown')
  reach('after-look')
  await settle(leased, settlement, deps)
}

async function look(leased: StoredMessage, channel: LiveChannel, deps: DeliverDeps): Promise<Settlement> {
  const found = await lookForSent(leased, channel, leftMs(leased, deps), deps)
  return found.outcome === 'not-sent' ? afterwards(found.failure, leased, channel, deps) : found
}

async function settle(leased: StoredMessage, settlement: Settlement, deps: DeliverDeps): Promise<void> {
  deps.observe(settlement.outcome)
  const { value, atOnce } = await writeSurely(() => deps.outbox.settle(leased, settlement), deps)
  reach('settled')
  await writeSurely(async () => {
    // Where a write seemed to fail and was done, it is for us to tell of it.
    const settled = value ?? (atOnce ? undefined : await deps.messages.find(leased.id))
    if (settled) await settleDelivery(settled, deps)
  }, deps)
}

function gone(delivery: SettledFailure['delivery']): Settlement {
  return {
    outcome: delivery === 'unknown' ? 'unknown' : 'dead',
    failure: { code: 'channel-gone', detail: 'The channel was deleted', retry: 'never', delivery },
  }
}

async function send(
  leased: StoredMessage,
  channel: LiveChannel,
  deps: DeliverDeps,
): Promise<Settlement | 'not-now'> {
  const ready = await makeReady(leased, channel, deps)
  if ('outcome' in ready) return ready
  const place = channel.connector.placeOf?.(ready.to.threadKey)
  const taken = await deps.pace.go(leased.conversationId, place)
  if (!taken) return 'not-now'
  // Somebody else may have it in hand by the time that this would end.
  if (leftMs(leased, deps) <= 0) return 'not-now'
  try {
    const { externalId, status = 'sent' } = await withinLimit(
      leftMs(leased, deps),
      (limit) => channel.connector.send(ready, deps.contextOf(channel, limit)),
      () => timeoutOf(channel),
    )
    taken()
    const filed = channel.connector.fileSent ? { fileFromMs: deps.now() } : {}
    return { outcome: 'sent', externalId, status, ...filed }
  } catch (error) {
    // What a connector throws against its contract tells nothing: it may have been sent.
    return failed(error, channel.capabilities.idempotentSend ? 'not-sent' : 'unknown', leased, channel, deps)
  }
}

/** Reads all that the message is made of. What fails here is our own trouble, and surely nothing was sent. */
async function makeReady(
  leased: StoredMessage,
  channel: LiveChannel,
  deps: DeliverDeps,
): Promise<OutboundMessage | Settlement> {
  try {
    const destination = await destinationOf(leased, deps.conversations)
    if (!destination) return gone('not-sent')
    if (await isHeldBack(leased, deps.outbox)) return { outcome: 'dead', failure: HELD_BACK }
    const refusal = await refusedNow(leased, destination, channel, deps)
    if (refusal) return { outcome: 'dead', failure: refusal }
    return await toOutbound(leased, channel, destination, deps)
  } catch (error) {
    return failed(error, 'not-sent', leased, channel, deps)
  }
}

/** Why the customer may not be written to any more: it may have been long ago that the message was. */
async function refusedNow(
  { template }: StoredMessage,
  destination: Destination,
  channel: LiveChannel,
  deps: DeliverDeps,
): Promise<SettledFailure | undefined> {
  const standing = await standingOf(destination, channel, deps)
  const never = { retry: 'never', delivery: 'not-sent' } as const
  if (standing.optedOut) {
    return { code: 'opted-out', detail: 'The customer wants no messages of this channel', ...never }
  }
  const { replyWindowHours } = channel.capabilities
  if (template || windowClosedAtMs(replyWindowHours, standing, deps.now()) === undefined) return undefined
  const detail = 'The time for free answers was over before it could go out'
  return { code: 'reply-window-closed', detail, ...never }
}

/**
 * The platform neither takes nor refuses. A send that nobody waits for any more may still go through, so it counts as
 * unknown unless sending twice does no harm.
 */
function timeoutOf({ capabilities }: LiveChannel): ConnectorError {
  return new ConnectorError({
    code: 'timeout',
    detail: 'The platform did not answer in time',
    retry: 'later',
    delivery: capabilities.idempotentSend ? 'not-sent' : 'unknown',
  })
}

/** @param delivery how sure it is that nothing was sent, where the error does not say */
async function failed(
  error: unknown,
  delivery: DeliveryCertainty,
  leased: StoredMessage,
  channel: LiveChannel,
  deps: DeliverDeps,
): Promise<Settlement> {
  if (!(error instanceof ConnectorError)) deps.onUnexpected(error, leased.id)
  const facts: ConnectorErrorFacts =
    error instanceof ConnectorError ? error.facts : { code: 'unexpected', retry: 'later', delivery }
  const { holds, optedOut, ...failure } = facts
  if (holds === 'channel' && failure.retryAfterMs !== undefined) {
    deps.pace.hold(deps.now() + failure.retryAfterMs)
  }
  if (optedOut) await keepOptedOut(leased, channel.id, deps)
  return afterwards(failure, leased, channel, deps)
}

async function keepOptedOut(leased: StoredMessage, channelId: ChannelId, deps: DeliverDeps): Promise<void> {
  const destination = await destinationOf(leased, deps.conversations)
  if (!destination) return
  const nowMs = deps.now()
  const said = { atMs: nowMs, toldAtMs: nowMs }
  await applyRefusal({ channelId, recipient: destination.identityExternalId }, said, deps)
}

/** What a failure leads to. Where the platform can be asked about an uncertain one, it is. */
function afterwards(
  failure: SettledFailure,
  leased: StoredMessage,
  channel: LiveChannel,
  deps: DeliverDeps,
): Settlement {
  const { attempts = 1, attemptsBefore = 0 } = leased.delivery ?? {}
  const after = afterFailure(
    failure,
    attempts - attemptsBefore,
    channel.capabilities.retry ?? DEFAULT_RETRY_SCHEDULE,
    deps.random(),
  )
  if (after.next === 'retry') return { outcome: 'retry', atMs: deps.now() + after.delayMs, failure }
  if (after.next === 'unknown' && channel.connector.findSent) {
    return { outcome: 'check', atMs: deps.now() + FIRST_LOOK_MS, looks: 0, failure }
  }
  return { outcome: after.next, failure }
}
