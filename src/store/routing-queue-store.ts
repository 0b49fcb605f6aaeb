import type { Connection, mongo } from 'mongoose'
import type { ConversationStatus, WorkType } from '../domain/conversation.ts'
import type {
  AgentId,
  CategoryId,
  ChannelId,
  ContactId,
  ConversationId,
  RoutingDecisionId,
} from '../domain/ids.ts'
import type { CountedLoad } from './agent-load-store.ts'
import { type ConversationDocument, fromConversationDocument } from './conversation-document.ts'
import { inParallel } from './conversation-store.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'
import { type Claim, claimOperation, settleOperation, type UnclaimedOutcome } from './routing-claims.ts'
import type { StoredConversation } from './stored-conversation.ts'

/** Where to go on reading a group. */
export interface QueuePlace {
  readonly rank: number
  readonly sinceMs: number
  readonly id: ConversationId
}

/** Where to go on reading what is due. */
export interface DuePlace {
  readonly wakeAtMs: number
  readonly id: ConversationId
}

/** Conversations under policies that say something, by channel and by the categories that go before it. */
export interface PolicyScope {
  readonly channelIds: readonly ChannelId[]
  readonly categoryIds: readonly CategoryId[]
  /** Every category with a policy of its own. */
  readonly otherCategoryIds: readonly CategoryId[]
}

export type RoutingQueueStore = ReturnType<typeof createRoutingQueueStore>

/** What the router reads and writes of conversations that exist. */
export function createRoutingQueueStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')
  const writeConcern = { w: 1 } as const

  const read = async (ids: readonly ConversationId[]): Promise<StoredConversation[]> =>
    (await conversations.find({ _id: { $in: ids.map(toObjectId) } }).toArray()).map(fromConversationDocument)

  return {
    async ensureIndexes(): Promise<void> {
      await conversations.createIndex(
        { 'routing.status': 1, 'routing.group': 1, rank: 1, 'routing.since': 1, _id: 1 },
        { name: 'routing-order', partialFilterExpression: { 'routing.open': true } },
      )
      await conversations.createIndex(
        { 'routing.wakeAt': 1, _id: 1 },
        { name: 'routing-due', partialFilterExpression: { 'routing.wakeAt': { $exists: true } } },
      )
      await conversations.createIndex(
        { 'silence.dueAt': 1 },
        { name: 'silent', partialFilterExpression: { 'silence.dueAt': { $exists: true } } },
      )
    },

    /**
     * The conditional claims: each holds only while nobody owns the conversation and it waits as it did when the
     * router decided.
     * @returns the conversations claimed, as they stand now; the others were changed by somebody else
     */
    async claim(claims: readonly Claim[], nowMs: number): Promise<StoredConversation[]> {
      if (claims.length === 0) return []
      await inParallel(claims, (part) =>
        conversations.bulkWrite(
          part.map((claim) => claimOperation(claim, nowMs)),
          { ordered: false, writeConcern },
        ),
      )
      const mine = new Map(claims.map(({ conversation, decisionId }) => [conversation.id, decisionId]))
      return (await read([...mine.keys()])).filter(({ id, routing }) => routing.decisionId === mine.get(id))
    },

    /**
     * Notes runs that claimed nothing, where the conversation still waits as it did.
     * @returns the conversations as they stand now
     */
    async settle(outcomes: readonly UnclaimedOutcome[]): Promise<StoredConversation[]> {
      if (outcomes.length === 0) return []
      await inParallel(outcomes, (part) =>
        conversations.bulkWrite(part.map(settleOperation), { ordered: false, writeConcern }),
      )
      return read(outcomes.map(({ conversation }) => conversation.id))
    },

    /** Conversations that a run is owed to, in the order in which they leave. */
    async owed(limit: number, beforeMs?: number, after?: QueuePlace): Promise<StoredConversation[]> {
      const left = beforeMs === undefined ? [] : [{ 'routing.since': { $lt: new Date(beforeMs) } }]
      const found = await conversations
        .find({
          'routing.open': true,
          'routing.status': 'pending',
          'routing.group': null as never,
          $and: [after ? behind(after) : {}, ...left],
        } as mongo.Filter<ConversationDocument>)
        // Another index has the same order, and all that waits in it.
        .hint('routing-order')
        .sort({ rank: 1, 'routing.since': 1, _id: 1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /** The groups in which conversations wait; undefined stands for those that belong to none yet. */
    async groups(): Promise<readonly (string | undefined)[]> {
      const groups: (string | undefined)[] = []
      let after: string | undefined
      // Jumps from group to group along the index, however many wait in each.
      for (;;) {
        const head: ConversationDocument | null = await conversations.findOne(
          {
            'routing.open': true,
            'routing.status': 'waiting',
            ...(after === undefined ? {} : { 'routing.group': { $gt: after } }),
          },
          {
            projection: { 'routing.group': 1 },
            sort: { 'routing.group': 1, rank: 1, 'routing.since': 1, _id: 1 },
            hint: 'routing-order',
          },
        )
        if (!head) return groups
        const { group } = head.routing
        groups.push(group)
        after = group ?? ''
      }
    },

    /** The next of a group in the order in which they leave. */
    async waiting(
      group: string | undefined,
      limit: number,
      after?: QueuePlace,
    ): Promise<readonly StoredConversation[]> {
      const found = await conversations
        .find({
          'routing.open': true,
          'routing.status': 'waiting',
          'routing.group': (group ?? null) as never,
          ...(after ? behind(after) : {}),
        })
        .hint('routing-order')
        .sort({ rank: 1, 'routing.since': 1, _id: 1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /** Waiting conversations whose policy moves on by now. */
    async due(nowMs: number, limit: number, after?: DuePlace): Promise<readonly StoredConversation[]> {
      const from = after && new Date(after.wakeAtMs)
      const found = await conversations
        .find({
          'routing.wakeAt': { $exists: true, $lte: new Date(nowMs), ...(from ? { $gte: from } : {}) },
          ...(after && from
            ? {
                $or: [
                  { 'routing.wakeAt': { $gt: from } },
                  { 'routing.wakeAt': from, _id: { $gt: toObjectId(after.id) } },
                ],
              }
            : {}),
        } as mongo.Filter<ConversationDocument>)
        .sort({ 'routing.wakeAt': 1, _id: 1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /** Conversations whose assignee should have answered by now. */
    async silent(nowMs: number, limit: number): Promise<readonly StoredConversation[]> {
      const found = await conversations
        .find({ 'silence.dueAt': { $exists: true, $lte: new Date(nowMs) } })
        .sort({ 'silence.dueAt': 1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /** Open conversations of these agents under policies of a scope. */
    async ownedBy(
      agentIds: readonly AgentId[],
      { channelIds, categoryIds, otherCategoryIds }: PolicyScope,
      limit: number,
    ): Promise<readonly StoredConversation[]> {
      const found = await conversations
        .find({
          assigneeId: { $in: agentIds.map(toObjectId) },
          status: 'open',
          $or: [
            { categoryId: { $in: categoryIds.map(toObjectId) } },
            {
              channelId: { $in: channelIds.map(toObjectId) },
              categoryId: { $nin: otherCategoryIds.map(toObjectId) },
            },
          ],
        })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    /** Who last owned a conversation of each contact. */
    async lastAgents(contactIds: readonly ContactId[]): Promise<ReadonlyMap<ContactId, AgentId>> {
      if (contactIds.length === 0) return new Map()
      const found = await conversations
        .find(
          { contactId: { $in: contactIds.map(toObjectId) }, lastAgentId: { $exists: true } },
          { projection: { contactId: 1, lastAgentId: 1, assignedAt: 1 } },
        )
        .toArray()
      found.sort((a, b) => (a.assignedAt?.getTime() ?? 0) - (b.assignedAt?.getTime() ?? 0))
      return new Map(
        found.map(({ contactId, lastAgentId }) => [
          contactId.toHexString() as ContactId,
          lastAgentId?.toHexString() as AgentId,
        ]),
      )
    },

    /** What agents really have in these statuses; of it, what was assigned after an instant. */
    async countLoads(
      agentIds: readonly AgentId[],
      statuses: readonly ConversationStatus[],
      recentAfterMs: number,
    ): Promise<ReadonlyMap<AgentId, CountedLoad>> {
      const after = new Date(recentAfterMs)
      const counts = await conversations
        .aggregate<{ _id: { agent: mongo.ObjectId; type: WorkType }; open: number; recent: number }>([
          {
            $match: { assigneeId: { $in: agentIds.map(toObjectId) }, status: { $in: [...statuses] } },
          },
          {
            $group: {
              _id: { agent: '$assigneeId', type: '$workType' },
              open: { $sum: 1 },
              recent: {
                $sum: { $cond: [{ $gte: [{ $ifNull: ['$assignedAt', '$createdAt'] }, after] }, 1, 0] },
              },
            },
          },
        ])
        .toArray()
      const loads = new Map<AgentId, { open: Record<string, number>; recent: Record<string, number> }>(
        agentIds.map((id) => [id, { open: {}, recent: {} }]),
      )
      for (const { _id, open, recent } of counts) {
        const load = loads.get(_id.agent.toHexString() as AgentId)
        if (!load) continue
        load.open[_id.type] = open
        load.recent[_id.type] = recent
      }
      return loads
    },

    async count(status: 'pending' | 'waiting'): Promise<number> {
      return conversations.countDocuments(
        { 'routing.open': true, 'routing.status': status },
        { limit: 100_000 },
      )
    },

    /** Which of these conversations still wait for somebody. */
    async stillWaiting(ids: readonly ConversationId[]): Promise<ReadonlySet<ConversationId>> {
      if (ids.length === 0) return new Set()
      const found = await conversations
        .find(
          { _id: { $in: ids.map(toObjectId) }, assigneeId: null as never, 'routing.open': true },
          { projection: { _id: 1 } },
        )
        .toArray()
      return new Set(found.map(({ _id }) => _id.toHexString() as ConversationId))
    },

    /** Which of these decisions led to an assignment that was made. */
    async claimed(decisionIds: ReadonlyMap<ConversationId, RoutingDecisionId>) {
      const found = await conversations
        .find(
          { _id: { $in: [...decisionIds.keys()].map(toObjectId) } },
          { projection: { 'routing.decisionId': 1, lastAgentId: 1 } },
        )
        .toArray()
      return new Set(
        found
          .filter(
            ({ _id, routing, lastAgentId }) =>
              lastAgentId !== undefined &&
              routing.decisionId?.toHexString() === decisionIds.get(_id.toHexString() as ConversationId),
          )
          .map(({ routing }) => routing.decisionId?.toHexString() as RoutingDecisionId),
      )
    },
  }
}

function behind({ rank, sinceMs, id }: QueuePlace): mongo.Filter<ConversationDocument> {
  const since = new Date(sinceMs)
  return {
    rank: { $gte: rank },
    $or: [
      { rank: { $gt: rank } },
      { rank, 'routing.since': { $gt: since } },
      { rank, 'routing.since': since, _id: { $gt: toObjectId(id) } },
    ],
  } as mongo.Filter<ConversationDocument>
}
