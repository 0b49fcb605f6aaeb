import type { Connection } from 'mongoose'
import type { ConversationStatus, WorkType } from '../domain/conversation.ts'
import type { AgentId, TeamId } from '../domain/ids.ts'
import type { ConversationDocument } from './conversation-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

export type ConversationLoadStore = ReturnType<typeof createConversationLoadStore>

/** How much work agents and teams have, counted in the conversations themselves. */
export function createConversationLoadStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')

  return {
    async ensureIndexes(): Promise<void> {
      await conversations.createIndex(
        { teamId: 1, status: 1, lastActivityAt: -1, _id: -1 },
        { name: 'by-team', partialFilterExpression: { teamId: { $exists: true } } },
      )
    },

    /** Whether a team has conversations that are not resolved. */
    async teamHasWork(teamId: TeamId): Promise<boolean> {
      const found = await conversations.findOne(
        { teamId: toObjectId(teamId), status: { $in: ['open', 'pending', 'snoozed'] } },
        { projection: { _id: 1 } },
      )
      return found !== null
    },

    /** How many conversations an agent has in these statuses, per work type. */
    async loadOf(
      agentId: AgentId,
      statuses: readonly ConversationStatus[],
    ): Promise<Readonly<Partial<Record<WorkType, number>>>> {
      const counts = await conversations
        .aggregate<{ _id: WorkType; count: number }>([
          { $match: { assigneeId: toObjectId(agentId), status: { $in: [...statuses] } } },
          { $group: { _id: '$workType', count: { $sum: 1 } } },
        ])
        .toArray()
      return Object.fromEntries(counts.map(({ _id, count }) => [_id, count]))
    },
  }
}
