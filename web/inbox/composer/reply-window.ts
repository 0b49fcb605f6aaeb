import type { Capabilities } from '../../../src/domain/capabilities.ts'
import type { ConversationView, ReachView } from '../../../src/domain/views.ts'

/** Whether free text may go to the customer now. */
export type ReplyWindow =
  /** The channel knows no such limit. */
  | { readonly kind: 'none' }
  | { readonly kind: 'open' | 'closing'; readonly closesAtMs: number; readonly leftMs: number }
  /** @property hours how long it is open after each message of his */
  | { readonly kind: 'closed'; readonly hours: number; readonly closedAtMs?: number }

const HOUR_MS = 3_600_000

/** From so long before the end on it is a warning. */
export const CLOSING_MS = HOUR_MS

/**
 * A conversation as its window is reckoned: a platform counts from the customer's last message to the channel, whichever
 * conversation it is in. Where he is known there by several names, only the conversation itself tells which one counts.
 */
export function heardLast(
  conversation: Pick<ConversationView, 'channelId' | 'lastInboundAt'>,
  ways: readonly ReachView[] | undefined,
): Pick<ConversationView, 'lastInboundAt'> {
  const here = ways?.filter(({ channelId }) => channelId === conversation.channelId) ?? []
  const heard = here.length === 1 ? here[0]?.lastInboundAt : undefined
  const later = heard !== undefined && heard > (conversation.lastInboundAt ?? '')
  return later ? { lastInboundAt: heard } : conversation
}

/** How a reply window stands; the server has the last word. */
export function replyWindowOf(
  { replyWindowHours }: Pick<Capabilities, 'replyWindowHours'>,
  { lastInboundAt }: Pick<ConversationView, 'lastInboundAt'>,
  nowMs: number,
): ReplyWindow {
  if (replyWindowHours === undefined) return { kind: 'none' }
  if (lastInboundAt === undefined) return { kind: 'closed', hours: replyWindowHours }
  const closesAtMs = Date.parse(lastInboundAt) + replyWindowHours * HOUR_MS
  const leftMs = closesAtMs - nowMs
  if (leftMs <= 0) return { kind: 'closed', hours: replyWindowHours, closedAtMs: closesAtMs }
  return { kind: leftMs < CLOSING_MS ? 'closing' : 'open', closesAtMs, leftMs }
}
