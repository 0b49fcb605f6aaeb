import type { Connection } from 'mongoose'
import type { ConversationId } from '../domain/ids.ts'
import type { MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

/** More than this many unread messages are counted as this many. */
const MOST = 100

export type CountUnreadByVisitor = ReturnType<typeof createCountUnreadByVisitor>

/** Counts the answers in a conversation that its visitor has not read yet. */
export function createCountUnreadByVisitor(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')
  return (conversationId: ConversationId): Promise<number> =>
    messages.countDocuments(
      {
        conversationId: toObjectId(conversationId),
        direction: 'outbound',
        kind: 'message',
        status: { $in: ['sent', 'delivered'] },
        deletedAt: { $exists: false },
      },
      { limit: MOST },
    )
}
