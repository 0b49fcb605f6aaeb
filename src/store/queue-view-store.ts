import type { Connection, mongo } from 'mongoose'
import type { Priority, WorkType } from '../domain/conversation.ts'
import type { CategoryId, ChannelId, ConversationId, TeamId } from '../domain/ids.ts'
import type { ChannelScope } from '../domain/permissions.ts'
import { type ConversationDocument, fromConversationDocument } from './conversation-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import type { StoredConversation } from './stored-conversation.ts'

/** Somebody who waits, in as few words as can be. */
export interface WaitingCustomer {
  readonly id: ConversationId
  readonly channelId: ChannelId
  readonly categoryId?: CategoryId
  readonly identityExternalId: string
  readonly workType: WorkType
  readonly priority: Priority
  /** The router looked for somebody and found nobody. */
  readonly passedOver: boolean
}

export type QueueViewStore = ReturnType<typeof createQueueViewStore>

const ORDER = { rank: 1, 'routing.since': 1, _id: 1 } as const
const INDEX = 'queue-order'
const LEFT_INDEX = 'left-to-team'
/** What nobody owns and the router still works on. */
const WAITS = { 'routing.open': true, status: 'open', assigneeId: null } as const

/** What the router is done with. */
const LEFT = { status: 'open', 'routing.status': 'settled' } as const

/** The queue as people look at it: across all groups, in the order in which it leaves. */
export function createQueueViewStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')

  return {
    async ensureIndexes(): Promise<void> {
      await conversations.createIndex(ORDER, {
        name: INDEX,
        partialFilterExpression: { 'routing.open': true },
      })
      await conversations.createIndex(
        { teamId: 1, assigneeId: 1, ...ORDER },
        { name: LEFT_INDEX, partialFilterExpression: { ...LEFT, teamId: { $exists: true } } },
      )
    },

    /** The first that wait for the router. */
    async waiting(channels: ChannelScope, limit: number): Promise<readonly StoredConversation[]> {
      const found = await conversations
        .find({ ...WAITS, ...within(channels) }, { hint: INDEX })
        .sort(ORDER)
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /** The first that lie with these teams and that the router is done with: a member is to take them. */
    async leftToTeams(
      teamIds: readonly TeamId[],
      channels: ChannelScope,
      limit: number,
    ): Promise<readonly StoredConversation[]> {
      if (teamIds.length === 0) return []
      const found = await conversations
        .find({ ...leftTo(teamIds), ...within(channels) }, { hint: LEFT_INDEX })
        .sort(ORDER)
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /** How many wait for each team, those that are left to it included; undefined stands for no team. */
    async totals(
      teamIds: readonly TeamId[],
      channels: ChannelScope,
    ): Promise<ReadonlyMap<TeamId | undefined, number>> {
      const count = (match: object, hint: string) =>
        conversations
          .aggregate<{ _id: mongo.ObjectId | null; count: number }>(
            [
              { $match: { ...match, ...within(channels) } },
              { $group: { _id: '$teamId', count: { $sum: 1 } } },
            ],
            { hint },
          )
          .toArray()
      const counts = await Promise.all([
        count(WAITS, INDEX),
        teamIds.length === 0 ? [] : count(leftTo(teamIds), LEFT_INDEX),
      ])
      const totals = new Map<TeamId | undefined, number>()
      for (const { _id, count } of counts.flat()) {
        const teamId = (_id?.toHexString() ?? undefined) as TeamId | undefined
        totals.set(teamId, (totals.get(teamId) ?? 0) + count)
      }
      return totals
    },

    /** Who waits for the router, in order. */
    async line(limit: number): Promise<readonly WaitingCustomer[]> {
      const found = await conversations
        .find(WAITS, {
          hint: INDEX,
          projection: {
            channelId: 1,
            categoryId: 1,
            identityExternalId: 1,
            workType: 1,
            priority: 1,
            'routing.status': 1,
          },
        })
        .sort(ORDER)
        .limit(limit)
        .toArray()
      return found.map(({ _id, channelId, categoryId, identityExternalId, workType, priority, routing }) => ({
        id: _id.toHexString() as ConversationId,
        channelId: channelId.toHexString() as ChannelId,
        ...(categoryId ? { categoryId: categoryId.toHexString() as CategoryId } : {}),
        identityExternalId,
        workType,
        priority,
        passedOver: routing?.status === 'waiting',
      }))
    },
  }
}

const within = (channels: ChannelScope): mongo.Filter<ConversationDocument> =>
  channels === 'all' ? {} : { channelId: { $in: [...channels].map(toObjectId) } }

const leftTo = (teamIds: readonly TeamId[]): mongo.Filter<ConversationDocument> => ({
  teamId: { $in: teamIds.map(toObjectId) },
  ...LEFT,
  assigneeId: null,
})
