/** Conversations as the database holds them, for tests that begin where others have ended. */
import type { ChannelId, ContactId, ContactIdentityId, ConversationId } from '../../src/domain/ids.ts'
import { freshId } from '../../src/store/object-id.ts'
import type { StoredConversation } from '../../src/store/stored-conversation.ts'

/** One that came in at an instant and waits for the router since, but for the change. */
export function waitingConversation(
  channelId: string,
  atMs: number,
  change: Partial<StoredConversation> = {},
): StoredConversation {
  const id = freshId() as ConversationId
  return {
    id,
    channelId: channelId as ChannelId,
    threadKey: id,
    identityId: freshId() as ContactIdentityId,
    identityExternalId: id,
    contactId: freshId() as ContactId,
    contactName: 'Customer',
    status: 'open',
    workType: 'messaging',
    priority: 'normal',
    tags: [],
    unreadCount: 1,
    readOrder: 0,
    lastInboundOrder: 1,
    lastActivityAtMs: atMs,
    createdAtMs: atMs,
    routing: { status: 'waiting', sinceMs: atMs },
    version: 1,
    ...change,
  }
}
