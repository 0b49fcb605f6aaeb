import type { VisitorMessageView } from '../domain/events.ts'
import type { Page } from '../domain/views.ts'
import type { QueuePlaceView } from '../domain/visitor.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { CountUnreadByVisitor } from '../store/visitor-unread.ts'
import { threadPlaceOf } from './list-messages.ts'
import { encodeCursor } from './page-cursor.ts'
import { isVisibleToVisitor, presentToVisitor } from './present.ts'
import type { QueuePlaces } from './queue-places.ts'
import type { KnownVisitor } from './visitor-channel.ts'

/** What reading a visitor's thread needs. */
export interface VisitorHistoryDeps {
  readonly conversations: Pick<ConversationStore, 'findCurrent'>
  readonly messages: Pick<MessageStore, 'page'>
  readonly countUnread: CountUnreadByVisitor
  readonly queuePlaces: QueuePlaces
}

/**
 * A page of a visitor's thread, how many answers he has not read, and on the newest page where he stands in the queue,
 * if he waits and may know it.
 */
export type VisitorHistory = Page<VisitorMessageView> & {
  readonly unreadCount: number
  readonly queue?: QueuePlaceView
}

/**
 * One page of a visitor's own conversation, newest first: nothing of anybody else, no notes, nothing that was not
 * sent yet. A page may hold fewer than asked for although more follow.
 * @throws AppError `invalid-cursor`
 */
export async function readVisitorHistory(
  { channelId, visitorId }: KnownVisitor,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number },
  { conversations, messages, countUnread, queuePlaces }: VisitorHistoryDeps,
): Promise<VisitorHistory> {
  const place = before === undefined ? undefined : threadPlaceOf(before)
  const [conversation] = await conversations.findCurrent(channelId, [visitorId])
  if (!conversation) return { items: [], unreadCount: 0 }
  const [found, unreadCount, places] = await Promise.all([
    messages.page(conversation.id, limit + 1, place, ['message']),
    countUnread(conversation.id),
    place === undefined ? queuePlaces(channelId, [visitorId]) : undefined,
  ])
  const queue = places?.places.get(visitorId)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.flatMap((message) =>
      isVisibleToVisitor(message) ? (presentToVisitor(message, conversation.readOrder) ?? []) : [],
    ),
    ...(found.length > limit && last ? { nextCursor: encodeCursor([last.order, last.id]) } : {}),
    unreadCount,
    ...(queue ? { queue } : {}),
  }
}
