import { EARLIER_PART_FAILED, type OutboxStore, type SettledFailure } from '../store/outbox-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'

/** The key of one part of a reply, `index` counted from 0; the first one's is that of the reply. */
export const keyOfPart = (replyKey: string, index: number): string =>
  index === 0 ? replyKey : `${replyKey}#${index}`

/** The key of the reply that a message is a part of: no reply's own has such a number at its end. */
const replyKeyOf = ({ sendKey = '' }: StoredMessage): string => sendKey.replace(/#\d+$/, '')

const isFurtherPart = (message: StoredMessage): boolean => replyKeyOf(message) !== (message.sendKey ?? '')

/** What a part says that stays because one before it did not go. */
export const HELD_BACK: SettledFailure = {
  code: EARLIER_PART_FAILED,
  detail: 'Not sent, since an earlier part of this answer did not go out for certain',
  retry: 'never',
  delivery: 'not-sent',
}

/**
 * Whether a message must stay because a part of the same reply that goes before it failed, or may have: the customer
 * would read the end of something without its beginning. Costs nothing for what is one message.
 */
export async function isHeldBack(
  message: StoredMessage,
  outbox: Pick<OutboxStore, 'partsOf'>,
): Promise<boolean> {
  if (!isFurtherPart(message) || message.delivery?.apart) return false
  const parts = await outbox.partsOf(message.conversationId, replyKeyOf(message))
  const before = parts.filter(({ order }) => order < message.order)
  // Whoever sent one of them alone has said that it goes on from there.
  const from = before.findLastIndex(({ delivery }) => delivery?.apart)
  return before.slice(Math.max(0, from)).some(({ status }) => status === 'failed')
}

/**
 * Puts a message back into the outbox because a person says so, and with it the parts of the same reply that stayed
 * because of it.
 * @returns what goes again, the message first; empty when it did not fail
 */
export async function requeueWithParts(
  message: StoredMessage,
  nowMs: number,
  outbox: Pick<OutboxStore, 'partsOf' | 'requeue'>,
): Promise<readonly StoredMessage[]> {
  const isPart = isFurtherPart(message)
  const chosen = await outbox.requeue(message.id, nowMs, isPart ? 'alone' : undefined)
  if (!chosen) return []
  if (!isPart && (message.partCount ?? 1) === 1) return [chosen]
  const parts = await outbox.partsOf(message.conversationId, replyKeyOf(message))
  const queued = [chosen]
  for (const { id, order } of parts) {
    const follows = order > message.order ? await outbox.requeue(id, nowMs, 'held-back') : undefined
    if (follows) queued.push(follows)
  }
  return queued
}
