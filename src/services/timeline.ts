import type { ContactId } from '../domain/ids.ts'
import type { Page, TimelineEntryView } from '../domain/views.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { TimelineStore } from '../store/timeline-store.ts'
import { type ContactAccessDeps, openContact } from './contact-access.ts'
import { threadPlaceOf } from './list-messages.ts'
import { encodeCursor } from './page-cursor.ts'
import { presentMessages, type RepliesDeps } from './present-messages.ts'
import { type Principal, requirePermission } from './principal.ts'

export interface TimelineDeps extends ContactAccessDeps, RepliesDeps {
  readonly timelines: Pick<TimelineStore, 'page'>
  readonly conversations: Pick<ConversationStore, 'findMany'>
}

/**
 * Everything that was said with a contact on every channel in sight, newest first, in one stream: messages and notes,
 * without the lines that tell what became of a conversation, and without spam.
 * @throws AppError `permission-denied`, `not-found`, `invalid-cursor`
 */
export async function readTimeline(
  id: ContactId,
  { before, limit }: { readonly before?: string; readonly limit: number },
  principal: Principal,
  deps: TimelineDeps,
): Promise<Page<TimelineEntryView>> {
  requirePermission(principal, 'contact.read')
  const { contact } = await openContact(id, principal, 'conversation.read', deps)
  const place = before === undefined ? undefined : threadPlaceOf(before)
  const found = await deps.timelines.page(contact.id, principal.channels, limit + 1, place)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const conversations = new Map(
    (await deps.conversations.findMany([...new Set(page.map(({ conversationId }) => conversationId))])).map(
      (conversation) => [conversation.id, conversation],
    ),
  )
  return {
    items: (await presentMessages(page, deps)).flatMap((message): TimelineEntryView[] => {
      const conversation = conversations.get(message.conversationId)
      if (!conversation) return []
      const { id: conversationId, channelId, status, subject } = conversation
      return [
        {
          message,
          channelId,
          conversation: { id: conversationId, status, ...(subject === undefined ? {} : { subject }) },
        },
      ]
    }),
    ...(found.length > limit && last ? { nextCursor: encodeCursor([last.order, last.id]) } : {}),
  }
}
