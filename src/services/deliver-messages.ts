import type { ConnectorContext } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import { afterFailure, DEFAULT_RETRY_SCHEDULE } from '../domain/delivery.ts'
import type { ConversationId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { EarlyEventStore } from '../store/early-event-store.ts'
import type { LetterSourceStore } from '../store/letter-source-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { OutboxStore, SettledFailure, Settlement } from '../store/outbox-store.ts'
import { reach } from '../store/stations.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { applyEarlyEvents } from './apply-message-news.ts'
import type { Bus } from './bus.ts'
import type { LiveChannel } from './channel-directory.ts'
import { publishChanged } from './publish-changed.ts'
import { destinationOf, type ToOutboundDeps, toOutbound } from './to-outbound.ts'
import { withinLimit } from './within-limit.ts'

export interface DeliverDeps extends ToOutboundDeps {
  readonly outbox: OutboxStore
  readonly messages: MessageStore
  readonly conversations: ConversationStore
  readonly earlyEvents: EarlyEventStore
  readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
  /** @param limit aborts when the attempt has taken too long */
  readonly contextOf: (channel: LiveChannel, limit: AbortSignal) => ConnectorContext<LiveChannel['config']>
  readonly letterSources: Pick<LetterSourceStore, 'hold'>
  readonly bus: Bus
  /** Whose leases are taken: when this node is gone, others need not wait for them to run out. */
  readonly nodeId: string
  /** Once true, nothing further is begun. */
  readonly isStopping: () => boolean
  readonly now: () => number
  readonly random: () => number
  readonly observe: (outcome: Settlement['outcome']) => void
  readonly onUnexpected: (error: unknown, messageId: string) => void
}

/** How long one attempt may take before another worker may look after it, unless its connector says otherwise. */
export const SEND_LEASE_MS = 60_000
/** An attempt ends before its lease does, so that what became of it can still be written. */
const MARGIN_MS = 5_000
const sendLimitMs = (channel: LiveChannel | undefined): number =>
  channel?.connector.sendLimitMs ?? SEND_LEASE_MS - MARGIN_MS

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
    const head = await deps.outbox.head(conversationId)
    if (!head?.delivery || deps.isStopping()) return undefined
    const found = await deps.findChannel(head.channelId)
    const channel = found?.deletedAtMs === undefined ? found : undefined
    const nowMs = deps.now()
    if (head.delivery.state === 'leased') {
      if ((head.delivery.leaseUntilMs ?? 0) > nowMs) return head.delivery.leaseUntilMs
      const repeatable = channel?.capabilities.idempotentSend ?? false
      const reclaimed = await deps.outbox.reclaim(head, nowMs, repeatable)
      if (reclaimed) await publishChanged([reclaimed], deps)
      continue
    }
    const dueMs = head.delivery.nextAttemptAtMs ?? 0
    const waitMs = dueMs > nowMs ? dueMs : channel?.paused ? nowMs + PAUSED_LOOK_MS : undefined
    if (waitMs !== undefined) {
      await deps.outbox.waitUntil(conversationId, waitMs)
      return waitMs
    }
    const leased = await deps.outbox.lease(head, nowMs, sendLimitMs(channel) + MARGIN_MS, deps.nodeId)
    if (leased) await attempt(leased, channel, deps)
  }
}

/** A paused channel's messages wait; how soon to look again. */
const PAUSED_LOOK_MS = 5_000

async function attempt(
  leased: StoredMessage,
  channel: LiveChannel | undefined,
  deps: DeliverDeps,
): Promise<void> {
  reach('before-send')
  const settlement = channel ? await send(leased, channel, deps) : gone()
  reach('after-send')
  deps.observe(settlement.outcome)
  const settled = await deps.outbox.settle(leased, settlement)
  reach('settled')
  if (!settled) return
  await publishChanged([settled], deps)
  if (settled.externalId === undefined) return
  await applyEarlyEvents(settled.channelId, [settled.externalId], deps, (changed) =>
    publishChanged(changed, deps),
  )
}

function gone(): Settlement {
  return {
    outcome: 'dead',
    failure: {
      code: 'channel-gone',
      detail: 'The channel was deleted',
      retry: 'never',
      delivery: 'not-sent',
    },
  }
}

async function send(leased: StoredMessage, channel: LiveChannel, deps: DeliverDeps): Promise<Settlement> {
  try {
    const destination = await destinationOf(leased, deps.conversations)
    if (!destination) return gone()
    const message = await toOutbound(leased, channel, destination, deps)
    const { externalId, status = 'sent' } = await withinLimit(
      sendLimitMs(channel),
      (limit) => channel.connector.send(message, deps.contextOf(channel, limit)),
      () => timeoutOf(channel),
    )
    const filed = channel.connector.fileSent ? { fileFromMs: deps.now() } : {}
    return { outcome: 'sent', externalId, status, ...filed }
  } catch (error) {
    return failed(error, leased, channel, deps)
  }
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

function failed(error: unknown, leased: StoredMessage, channel: LiveChannel, deps: DeliverDeps): Settlement {
  if (!(error instanceof ConnectorError)) deps.onUnexpected(error, leased.id)
  // What a connector throws against its contract tells nothing: it may have been sent.
  const failure: SettledFailure =
    error instanceof ConnectorError
      ? error.facts
      : {
          code: 'unexpected',
          retry: 'later',
          delivery: channel.capabilities.idempotentSend ? 'not-sent' : 'unknown',
        }
  const { attempts = 1, attemptsBefore = 0 } = leased.delivery ?? {}
  const after = afterFailure(
    failure,
    attempts - attemptsBefore,
    channel.capabilities.retry ?? DEFAULT_RETRY_SCHEDULE,
    deps.random(),
  )
  if (after.next === 'retry') return { outcome: 'retry', atMs: deps.now() + after.delayMs, failure }
  return { outcome: after.next, failure }
}
