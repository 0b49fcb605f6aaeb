import type { Connection, mongo } from 'mongoose'
import type { ConversationStatus, Priority } from '../domain/conversation.ts'
import type { AgentId, ChannelId, ContactId, ConversationId, RoutingDecisionId } from '../domain/ids.ts'
import {
  type ConversationDocument,
  fromConversationDocument,
  toConversationDocument,
  toLastMessage,
} from './conversation-document.ts'
import { nativeCollection } from './native.ts'
import { duplicatePositions, toObjectId } from './object-id.ts'
import type { LastMessage, StoredConversation } from './stored-conversation.ts'

/** What a batch of inbound messages does to one conversation, computed from the version it was read at. */
export interface InboundUpdate {
  readonly was: StoredConversation
  readonly next: StoredConversation
}

/** One conversation for one agent. */
export interface Claim {
  readonly id: ConversationId
  readonly agentId: AgentId
  readonly decisionId: RoutingDecisionId
}

/** A run that gave a conversation to nobody: it waits for somebody, or nothing automatic is wanted. */
export interface UnclaimedOutcome {
  readonly id: ConversationId
  readonly status: 'waiting' | 'settled'
  readonly decisionId: RoutingDecisionId
}

/** A change by a person or a timer. Undefined leaves a field as it is, null clears it. */
export interface ConversationChange {
  readonly status?: ConversationStatus
  readonly snoozedUntilMs?: number | null
  readonly priority?: Priority
  readonly tags?: readonly string[]
  readonly assigneeId?: AgentId | null
  readonly routing?: StoredConversation['routing']
  readonly lastMessage?: LastMessage
  readonly lastActivityAtMs?: number
  readonly unreadCount?: number
  readonly readOrder?: number
}

export type ConversationStore = ReturnType<typeof createConversationStore>

type Routing = ConversationDocument['routing']

export function createConversationStore(connection: Connection) {
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')

  return {
    async ensureIndexes(): Promise<void> {
      await conversations.createIndex(
        { channelId: 1, threadKey: 1 },
        { name: 'one-current-per-thread', unique: true, partialFilterExpression: { current: true } },
      )
      await conversations.createIndex({ status: 1, lastActivityAt: -1, _id: -1 }, { name: 'all' })
      await conversations.createIndex(
        { assigneeId: 1, status: 1, lastActivityAt: -1, _id: -1 },
        { name: 'by-assignee' },
      )
      await conversations.createIndex(
        { channelId: 1, status: 1, lastActivityAt: -1, _id: -1 },
        { name: 'by-channel' },
      )
      // Without the time, which every message moves: a contact's conversations are few enough to be sorted.
      await conversations.createIndex({ contactId: 1 }, { name: 'of-contact' })
      await conversations.createIndex(
        { 'routing.status': 1, 'routing.since': 1 },
        { name: 'routing-queue', partialFilterExpression: { 'routing.open': true } },
      )
      await conversations.createIndex(
        { snoozedUntil: 1 },
        { name: 'snoozed', partialFilterExpression: { snoozedUntil: { $exists: true } } },
      )
    },

    async find(id: ConversationId): Promise<StoredConversation | undefined> {
      const found = await conversations.findOne({ _id: toObjectId(id) })
      return found ? fromConversationDocument(found) : undefined
    },

    async findMany(ids: readonly ConversationId[]): Promise<StoredConversation[]> {
      if (ids.length === 0) return []
      return (await conversations.find({ _id: { $in: ids.map(toObjectId) } }).toArray()).map(
        fromConversationDocument,
      )
    },

    async findCurrent(channelId: ChannelId, threadKeys: readonly string[]): Promise<StoredConversation[]> {
      const found = await conversations
        .find({ channelId: toObjectId(channelId), threadKey: { $in: [...threadKeys] }, current: true })
        .toArray()
      return found.map(fromConversationDocument)
    },

    /**
     * Simultaneous first messages meet here: of two conversations for one thread the index lets one be.
     * @returns the positions of those whose thread has a conversation already
     */
    async createMissing(wanted: readonly StoredConversation[]): Promise<ReadonlySet<number>> {
      if (wanted.length === 0) return new Set()
      try {
        await conversations.insertMany(wanted.map(toConversationDocument), {
          ordered: false,
          writeConcern: { w: 1 },
        })
        return new Set()
      } catch (error) {
        return duplicatePositions(error)
      }
    },

    /**
     * Writes what a batch did, each update only over the version it was computed from.
     * @returns the ids whose conversation had changed meanwhile: compute those again
     */
    async applyInbound(
      updates: readonly InboundUpdate[],
      batch: string,
    ): Promise<ReadonlySet<ConversationId>> {
      if (updates.length === 0) return new Set()
      const matched = await inParallel(updates, (part) =>
        conversations.bulkWrite(
          part.map((update) => inboundOperation(update, batch)),
          { ordered: false, writeConcern: { w: 1 } },
        ),
      )
      if (matched === updates.length) return new Set()
      const held = await conversations
        .find(
          { _id: { $in: updates.map(({ was }) => toObjectId(was.id)) }, batch },
          { projection: { _id: 1 } },
        )
        .toArray()
      const applied = new Set(held.map(({ _id }) => _id.toHexString()))
      return new Set(updates.map(({ was }) => was.id).filter((id) => !applied.has(id)))
    },

    /** Changes a conversation if it is still at `version`. Undefined when it is not. */
    async change(
      id: ConversationId,
      version: number,
      change: ConversationChange,
    ): Promise<StoredConversation | undefined> {
      const updated = await conversations.findOneAndUpdate(
        { _id: toObjectId(id), version },
        changeOperation(change),
        { returnDocument: 'after' },
      )
      return updated ? fromConversationDocument(updated) : undefined
    },

    /**
     * Lets a contact's conversations bear its name.
     * @returns of those that bore another one the latest, as they stand now
     */
    async renameContact(
      contactId: ContactId,
      contactName: string,
      limit: number,
    ): Promise<StoredConversation[]> {
      const misnamed = { contactId: toObjectId(contactId), contactName: { $ne: contactName } }
      const latest = await conversations
        .find(misnamed, { projection: { _id: 1 } })
        .sort({ lastActivityAt: -1, _id: -1 })
        .limit(limit)
        .toArray()
      if (latest.length === 0) return []
      await conversations.updateMany(misnamed, { $set: { contactName }, $inc: { version: 1 } })
      return this.findMany(latest.map(({ _id }) => _id.toHexString() as ConversationId))
    },

    /**
     * The router's conditional claims: each holds only while nobody owns the conversation and it still waits.
     * @returns the conversations claimed, as they stand now; the others were taken by somebody else
     */
    async claim(claims: readonly Claim[], nowMs: number): Promise<StoredConversation[]> {
      if (claims.length === 0) return []
      await inParallel(claims, (part) =>
        conversations.bulkWrite(
          part.map((claim) => claimOperation(claim, nowMs)),
          { ordered: false, writeConcern: { w: 1 } },
        ),
      )
      const mine = new Map(claims.map((claim) => [claim.id, claim.decisionId]))
      return (await this.findMany([...mine.keys()])).filter(
        ({ id, routing }) => routing.decisionId === mine.get(id),
      )
    },

    /**
     * Notes the outcome of runs that claimed nothing, where the run is still owed.
     * @returns the conversations as they stand now
     */
    async settleRouting(outcomes: readonly UnclaimedOutcome[], nowMs: number): Promise<StoredConversation[]> {
      if (outcomes.length === 0) return []
      await conversations.bulkWrite(
        outcomes.map(({ id, status, decisionId }) => ({
          updateOne: {
            filter: { _id: toObjectId(id), 'routing.status': 'pending' as const },
            update: {
              $set: {
                'routing.status': status,
                'routing.decisionId': toObjectId(decisionId),
                ...(status === 'settled' ? { 'routing.since': new Date(nowMs) } : {}),
              },
              ...(status === 'settled' ? { $unset: { 'routing.open': '' as const } } : {}),
              $inc: { version: 1 },
            },
          },
        })),
        { ordered: false, writeConcern: { w: 1 } },
      )
      return this.findMany(outcomes.map(({ id }) => id))
    },

    /** Conversations that a routing run is owed to, those never tried first, each by arrival. */
    async routingQueue(
      status: 'pending' | 'waiting',
      limit: number,
      beforeMs?: number,
    ): Promise<StoredConversation[]> {
      const found = await conversations
        .find({
          'routing.open': true,
          'routing.status': status,
          ...(beforeMs === undefined ? {} : { 'routing.since': { $lt: new Date(beforeMs) } }),
        })
        .sort({ 'routing.since': 1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },

    async countRouting(status: 'pending' | 'waiting'): Promise<number> {
      return conversations.countDocuments(
        { 'routing.open': true, 'routing.status': status },
        { limit: 100_000 },
      )
    },

    /** Snoozed conversations whose time has come. */
    async dueSnoozed(nowMs: number, limit: number): Promise<StoredConversation[]> {
      const found = await conversations
        .find({ snoozedUntil: { $exists: true, $lte: new Date(nowMs) } })
        .sort({ snoozedUntil: 1 })
        .limit(limit)
        .toArray()
      return found.map(fromConversationDocument)
    },
  }
}

/** Updates are one transaction each: a few streams at once keep both the engine's threads and ours busy. */
const STREAMS = 4
const LEAST_PER_STREAM = 16

async function inParallel<T>(
  items: readonly T[],
  write: (part: readonly T[]) => Promise<mongo.BulkWriteResult>,
): Promise<number> {
  const size = Math.max(LEAST_PER_STREAM, Math.ceil(items.length / STREAMS))
  const parts: (readonly T[])[] = []
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size))
  const results = await Promise.all(parts.map(write))
  return results.reduce((sum, { matchedCount }) => sum + matchedCount, 0)
}

function claimOperation(
  { id, agentId, decisionId }: Claim,
  nowMs: number,
): mongo.AnyBulkWriteOperation<ConversationDocument> {
  return {
    updateOne: {
      filter: { _id: toObjectId(id), assigneeId: null, status: 'open', 'routing.open': true },
      update: {
        $set: {
          assigneeId: toObjectId(agentId),
          routing: { status: 'settled', since: new Date(nowMs), decisionId: toObjectId(decisionId) },
        },
        $inc: { version: 1 },
      },
    },
  }
}

function routingDocument(routing: StoredConversation['routing']): Routing {
  return {
    status: routing.status,
    since: new Date(routing.sinceMs),
    ...(routing.status === 'settled' ? {} : { open: true as const }),
    ...(routing.decisionId ? { decisionId: toObjectId(routing.decisionId) } : {}),
  }
}

/** Names only what changes: each field that an index looks at costs the database more than all the others. */
function inboundOperation(
  { was, next }: InboundUpdate,
  batch: string,
): mongo.AnyBulkWriteOperation<ConversationDocument> {
  return {
    updateOne: {
      filter: { _id: toObjectId(was.id), version: was.version },
      update: {
        $set: {
          unreadCount: next.unreadCount,
          lastInboundOrder: next.lastInboundOrder,
          lastActivityAt: new Date(next.lastActivityAtMs),
          ...(next.lastMessage ? { lastMessage: toLastMessage(next.lastMessage) } : {}),
          ...(next.lastInboundAtMs === undefined ? {} : { lastInboundAt: new Date(next.lastInboundAtMs) }),
          ...(next.status === was.status ? {} : { status: next.status }),
          ...(next.routing === was.routing ? {} : { routing: routingDocument(next.routing) }),
          version: next.version,
          batch,
        },
        ...(next.status === 'open' && was.snoozedUntilMs !== undefined
          ? { $unset: { snoozedUntil: '' as const } }
          : {}),
      },
    },
  }
}

function changeOperation(change: ConversationChange): mongo.UpdateFilter<ConversationDocument> {
  const set: Partial<Record<string, unknown>> = {}
  if (change.status !== undefined) set['status'] = change.status
  if (typeof change.snoozedUntilMs === 'number') set['snoozedUntil'] = new Date(change.snoozedUntilMs)
  if (change.priority !== undefined) set['priority'] = change.priority
  if (change.tags !== undefined) set['tags'] = [...change.tags]
  if (change.assigneeId !== undefined) {
    set['assigneeId'] = change.assigneeId === null ? null : toObjectId(change.assigneeId)
  }
  if (change.routing !== undefined) set['routing'] = routingDocument(change.routing)
  if (change.lastMessage !== undefined) set['lastMessage'] = toLastMessage(change.lastMessage)
  if (change.lastActivityAtMs !== undefined) set['lastActivityAt'] = new Date(change.lastActivityAtMs)
  if (change.unreadCount !== undefined) set['unreadCount'] = change.unreadCount
  if (change.readOrder !== undefined) set['readOrder'] = change.readOrder
  return {
    $set: set as mongo.MatchKeysAndValues<ConversationDocument>,
    ...(change.snoozedUntilMs === null ? { $unset: { snoozedUntil: '' as const } } : {}),
    $inc: { version: 1 },
  }
}
