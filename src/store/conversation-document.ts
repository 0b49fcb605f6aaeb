import type { mongo } from 'mongoose'
import type * as id from '../domain/ids.ts'
import { FILED_REASONS, type FiledReason } from '../domain/letter.ts'
import { priorityRank } from '../domain/routing/queue-order.ts'
import type { Writable } from '../domain/writable.ts'
import { toObjectId } from './object-id.ts'
import type { LastMessage, OwedGreeting, StoredConversation } from './stored-conversation.ts'

type Unchanged = Pick<
  StoredConversation,
  | 'threadKey'
  | 'identityExternalId'
  | 'contactName'
  | 'workType'
  | 'priority'
  | 'subject'
  | 'baseSubject'
  | 'openedWith'
  | 'unreadCount'
  | 'readOrder'
  | 'lastInboundOrder'
  | 'language'
  | 'queue'
  | 'assignedBy'
  | 'version'
>

/** How a conversation lies in the database. `assigneeId` is null, never absent: "unassigned" is looked up by it. */
export interface ConversationDocument extends Unchanged {
  _id: mongo.ObjectId
  channelId: mongo.ObjectId
  /** The one conversation of its thread that new messages go to. */
  current: boolean
  identityId: mongo.ObjectId
  contactId: mongo.ObjectId
  /**
   * What is filed away has its reason here in place of `resolved`: every list that is read by status leaves it out, and
   * its own list is read by the same indexes.
   */
  status: StoredConversation['status'] | FiledReason
  /** Goes with a reason. */
  filedByHand?: true
  snoozedUntil?: Date
  assigneeId: mongo.ObjectId | null
  teamId?: mongo.ObjectId
  teamByHand?: true
  categoryId?: mongo.ObjectId
  tags: string[]
  lastMessage?: LastMessageDocument
  lastInboundAt?: Date
  lastActivityAt: Date
  createdAt: Date
  /** The place of its priority among those waiting, 0 = leaves first. */
  rank?: number
  assignedAt?: Date
  lastAgentId?: mongo.ObjectId
  silence?: { afterMs: number; dueAt?: Date }
  greeting?: GreetingDocument
  resolvedAt?: Date
  previousId?: mongo.ObjectId
  routing: RoutingDocument
  /** The projection batch that wrote last: tells which updates of a bulk write held. */
  batch?: string
}

export interface RoutingDocument {
  status: StoredConversation['routing']['status']
  since: Date
  open?: true
  decisionId?: mongo.ObjectId
  returning?: true
  group?: string
  wakeAt?: Date
}

export interface GreetingDocument {
  decisionId: mongo.ObjectId
  agentId: mongo.ObjectId
  text: string
  at: Date
}

export interface LastMessageDocument extends Omit<LastMessage, 'id' | 'atMs'> {
  id: mongo.ObjectId
  at: Date
}

export function toLastMessage({ id, atMs, ...rest }: LastMessage): LastMessageDocument {
  return { ...rest, id: toObjectId(id), at: new Date(atMs) }
}

function fromLastMessage({ id, at, ...rest }: LastMessageDocument): LastMessage {
  return { ...rest, id: id.toHexString() as id.MessageId, atMs: at.getTime() }
}

/** Only what waits belongs to a group and has something to wake for. */
export function toRoutingDocument(routing: StoredConversation['routing']): RoutingDocument {
  const waits = routing.status === 'waiting'
  return {
    status: routing.status,
    since: new Date(routing.sinceMs),
    ...(routing.status === 'settled' ? {} : { open: true as const }),
    ...(routing.decisionId ? { decisionId: toObjectId(routing.decisionId) } : {}),
    ...(routing.status === 'pending' && routing.returning ? { returning: true as const } : {}),
    ...(waits && routing.group !== undefined ? { group: routing.group } : {}),
    ...(waits && routing.wakeAtMs !== undefined ? { wakeAt: new Date(routing.wakeAtMs) } : {}),
  }
}

export function toGreetingDocument({ decisionId, agentId, text, atMs }: OwedGreeting): GreetingDocument {
  return { decisionId: toObjectId(decisionId), agentId: toObjectId(agentId), text, at: new Date(atMs) }
}

function fromGreetingDocument({ decisionId, agentId, text, at }: GreetingDocument): OwedGreeting {
  return {
    decisionId: decisionId.toHexString() as id.RoutingDecisionId,
    agentId: agentId.toHexString() as id.AgentId,
    text,
    atMs: at.getTime(),
  }
}

export function toSilenceDocument({
  dueAtMs,
  ...rest
}: NonNullable<StoredConversation['silence']>): NonNullable<ConversationDocument['silence']> {
  return { ...rest, ...(dueAtMs === undefined ? {} : { dueAt: new Date(dueAtMs) }) }
}

/** Field by field on the hot path: an object put together from parts costs the engine ten times as much (measured). */
export function toConversationDocument(conversation: StoredConversation): ConversationDocument {
  const { teamId, categoryId, lastMessage, lastInboundAtMs, assignedAtMs, lastAgentId } = conversation
  const { silence, greeting, resolvedAtMs, previousId } = conversation
  const document: Writable<ConversationDocument> = {
    _id: toObjectId(conversation.id),
    channelId: toObjectId(conversation.channelId),
    threadKey: conversation.threadKey,
    current: true,
    identityId: toObjectId(conversation.identityId),
    identityExternalId: conversation.identityExternalId,
    contactId: toObjectId(conversation.contactId),
    contactName: conversation.contactName,
    status: conversation.filed ?? conversation.status,
    assigneeId: conversation.assigneeId ? toObjectId(conversation.assigneeId) : null,
    workType: conversation.workType,
    priority: conversation.priority,
    tags: [...conversation.tags],
    unreadCount: conversation.unreadCount,
    readOrder: conversation.readOrder,
    lastInboundOrder: conversation.lastInboundOrder,
    lastActivityAt: new Date(conversation.lastActivityAtMs),
    createdAt: new Date(conversation.createdAtMs),
    rank: priorityRank(conversation.priority),
    routing: toRoutingDocument(conversation.routing),
    version: conversation.version,
  }
  if (conversation.filedByHand) document.filedByHand = true
  if (teamId) document.teamId = toObjectId(teamId)
  if (conversation.teamByHand) document.teamByHand = true
  if (categoryId) document.categoryId = toObjectId(categoryId)
  if (conversation.subject !== undefined) document.subject = conversation.subject
  if (conversation.baseSubject !== undefined) document.baseSubject = conversation.baseSubject
  if (conversation.openedWith !== undefined) document.openedWith = conversation.openedWith
  if (lastMessage) document.lastMessage = toLastMessage(lastMessage)
  if (lastInboundAtMs !== undefined) document.lastInboundAt = new Date(lastInboundAtMs)
  if (conversation.language !== undefined) document.language = conversation.language
  if (conversation.queue) document.queue = conversation.queue
  if (assignedAtMs !== undefined) document.assignedAt = new Date(assignedAtMs)
  if (conversation.assignedBy) document.assignedBy = conversation.assignedBy
  if (lastAgentId) document.lastAgentId = toObjectId(lastAgentId)
  if (silence) document.silence = toSilenceDocument(silence)
  if (greeting) document.greeting = toGreetingDocument(greeting)
  if (resolvedAtMs !== undefined) document.resolvedAt = new Date(resolvedAtMs)
  if (previousId) document.previousId = toObjectId(previousId)
  return document
}

export function fromConversationDocument(document: ConversationDocument): StoredConversation {
  const { silence, greeting, snoozedUntil, lastMessage, lastInboundAt, assignedAt, resolvedAt } = document
  const filed = FILED_REASONS.find((reason) => reason === document.status)
  const conversation: Writable<StoredConversation> = {
    id: document._id.toHexString() as id.ConversationId,
    channelId: document.channelId.toHexString() as id.ChannelId,
    threadKey: document.threadKey,
    identityId: document.identityId.toHexString() as id.ContactIdentityId,
    identityExternalId: document.identityExternalId,
    contactId: document.contactId.toHexString() as id.ContactId,
    contactName: document.contactName,
    status: filed ? 'resolved' : (document.status as StoredConversation['status']),
    workType: document.workType,
    priority: document.priority,
    tags: document.tags,
    unreadCount: document.unreadCount,
    readOrder: document.readOrder,
    lastInboundOrder: document.lastInboundOrder,
    lastActivityAtMs: document.lastActivityAt.getTime(),
    createdAtMs: document.createdAt.getTime(),
    routing: fromRoutingDocument(document.routing),
    version: document.version,
  }
  if (snoozedUntil) conversation.snoozedUntilMs = snoozedUntil.getTime()
  if (document.assigneeId) conversation.assigneeId = document.assigneeId.toHexString() as id.AgentId
  if (document.teamId) conversation.teamId = document.teamId.toHexString() as id.TeamId
  if (document.teamByHand) conversation.teamByHand = true
  if (document.categoryId) conversation.categoryId = document.categoryId.toHexString() as id.CategoryId
  if (document.subject !== undefined) conversation.subject = document.subject
  if (document.baseSubject !== undefined) conversation.baseSubject = document.baseSubject
  if (document.openedWith !== undefined) conversation.openedWith = document.openedWith
  if (filed) conversation.filed = filed
  if (filed && document.filedByHand) conversation.filedByHand = true
  if (lastMessage) conversation.lastMessage = fromLastMessage(lastMessage)
  if (lastInboundAt) conversation.lastInboundAtMs = lastInboundAt.getTime()
  if (document.language !== undefined) conversation.language = document.language
  if (document.queue) conversation.queue = document.queue
  if (assignedAt) conversation.assignedAtMs = assignedAt.getTime()
  if (document.assignedBy) conversation.assignedBy = document.assignedBy
  if (document.lastAgentId) conversation.lastAgentId = document.lastAgentId.toHexString() as id.AgentId
  if (silence) conversation.silence = fromSilenceDocument(silence)
  if (greeting) conversation.greeting = fromGreetingDocument(greeting)
  if (resolvedAt) conversation.resolvedAtMs = resolvedAt.getTime()
  if (document.previousId) conversation.previousId = document.previousId.toHexString() as id.ConversationId
  return conversation
}

function fromSilenceDocument({
  dueAt,
  ...rest
}: NonNullable<ConversationDocument['silence']>): NonNullable<StoredConversation['silence']> {
  return { ...rest, ...(dueAt ? { dueAtMs: dueAt.getTime() } : {}) }
}

function fromRoutingDocument({
  status,
  since,
  decisionId,
  returning,
  group,
  wakeAt,
}: RoutingDocument): StoredConversation['routing'] {
  return {
    status,
    sinceMs: since.getTime(),
    ...(decisionId ? { decisionId: decisionId.toHexString() as id.RoutingDecisionId } : {}),
    ...(returning ? { returning: true } : {}),
    ...(group === undefined ? {} : { group }),
    ...(wakeAt ? { wakeAtMs: wakeAt.getTime() } : {}),
  }
}
