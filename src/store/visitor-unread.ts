import type { Connection } from 'mongoose'
import type { ConversationId } from '../domain/ids.ts'
import type { MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

/** Looked at are the newest so many lines: a thread may be long, and every visit asks. */
const NEWEST = 500
/** More than this many unread messages are counted as this many. */
const MOST = 100

export type CountUnreadByVisitor = ReturnType<typeof createCountUnreadByVisitor>

/** Counts the answers in a conversation that its visitor has not read yet. */
export function createCountUnreadByVisitor(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')
  return async (conversationId: ConversationId): Promise<number> => {
    const [counted] = await messages
      .aggregate<{ readonly count: number }>([
        { $match: { conversationId: toObjectId(conversationId) } },
        { $sort: { order: -1, _id: -1 } },
        { $limit: NEWEST },
        {
          $match: {
            direction: 'outbound',
            kind: 'message',
            status: { $in: ['sent', 'delivered'] },
            deletedAt: { $exists: false },
          },
        },
        { $limit: MOST },
        { $count: 'count' },
      ])
      .toArray()
    return counted?.count ?? 0
  }
}
