import type { mongo } from 'mongoose'
import type * as id from '../domain/ids.ts'
import { priorityRank } from '../domain/routing/queue-order.ts'
import { toObjectId } from './object-id.ts'
import type { LastMessage, OwedGreeting, StoredConversation } from './stored-conversation.ts'

type Unchanged = Pick<
  StoredConversation,
  | 'threadKey'
  | 'identityExternalId'
  | 'contactName'
  | 'status'
  | 'workType'
  | 'priority'
  | 'subject'
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

export function toConversationDocument(conversation: StoredConversation): ConversationDocument {
  const { routing } = conversation
  return {
    _id: toObjectId(conversation.id),
    channelId: toObjectId(conversation.channelId),
    threadKey: conversation.threadKey,
    current: true,
    identityId: toObjectId(conversation.identityId),
    identityExternalId: conversation.identityExternalId,
    contactId: toObjectId(conversation.contactId),
    contactName: conversation.contactName,
    status: conversation.status,
    assigneeId: conversation.assigneeId ? toObjectId(conversation.assigneeId) : null,
    ...(conversation.teamId ? { teamId: toObjectId(conversation.teamId) } : {}),
    ...(conversation.teamByHand ? { teamByHand: true as const } : {}),
    ...(conversation.categoryId ? { categoryId: toObjectId(conversation.categoryId) } : {}),
    workType: conversation.workType,
    priority: conversation.priority,
    tags: [...conversation.tags],
    ...(conversation.subject === undefined ? {} : { subject: conversation.subject }),
    unreadCount: conversation.unreadCount,
    readOrder: conversation.readOrder,
    lastInboundOrder: conversation.lastInboundOrder,
    ...(conversation.lastMessage ? { lastMessage: toLastMessage(conversation.lastMessage) } : {}),
    ...(conversation.lastInboundAtMs === undefined
      ? {}
      : { lastInboundAt: new Date(conversation.lastInboundAtMs) }),
    lastActivityAt: new Date(conversation.lastActivityAtMs),
    createdAt: new Date(conversation.createdAtMs),
    ...(conversation.language === undefined ? {} : { language: conversation.language }),
    ...(conversation.queue ? { queue: conversation.queue } : {}),
    ...(conversation.assignedAtMs === undefined ? {} : { assignedAt: new Date(conversation.assignedAtMs) }),
    ...(conversation.assignedBy ? { assignedBy: conversation.assignedBy } : {}),
    ...(conversation.lastAgentId ? { lastAgentId: toObjectId(conversation.lastAgentId) } : {}),
    ...(conversation.silence ? { silence: toSilenceDocument(conversation.silence) } : {}),
    ...(conversation.greeting ? { greeting: toGreetingDocument(conversation.greeting) } : {}),
    ...(conversation.resolvedAtMs === undefined ? {} : { resolvedAt: new Date(conversation.resolvedAtMs) }),
    ...(conversation.previousId ? { previousId: toObjectId(conversation.previousId) } : {}),
    rank: priorityRank(conversation.priority),
    routing: toRoutingDocument(routing),
    version: conversation.version,
  }
}

export function fromConversationDocument(document: ConversationDocument): StoredConversation {
  const { routing, silence } = document
  return {
    id: document._id.toHexString() as id.ConversationId,
    channelId: document.channelId.toHexString() as id.ChannelId,
    threadKey: document.threadKey,
    identityId: document.identityId.toHexString() as id.ContactIdentityId,
    identityExternalId: document.identityExternalId,
    contactId: document.contactId.toHexString() as id.ContactId,
    contactName: document.contactName,
    status: document.status,
    ...(document.snoozedUntil ? { snoozedUntilMs: document.snoozedUntil.getTime() } : {}),
    ...(document.assigneeId ? { assigneeId: document.assigneeId.toHexString() as id.AgentId } : {}),
    ...(document.teamId ? { teamId: document.teamId.toHexString() as id.TeamId } : {}),
    ...(document.teamByHand ? { teamByHand: true } : {}),
    ...(document.categoryId ? { categoryId: document.categoryId.toHexString() as id.CategoryId } : {}),
    workType: document.workType,
    priority: document.priority,
    tags: document.tags,
    ...(document.subject === undefined ? {} : { subject: document.subject }),
    unreadCount: document.unreadCount,
    readOrder: document.readOrder,
    lastInboundOrder: document.lastInboundOrder,
    ...(document.lastMessage ? { lastMessage: fromLastMessage(document.lastMessage) } : {}),
    ...(document.lastInboundAt ? { lastInboundAtMs: document.lastInboundAt.getTime() } : {}),
    lastActivityAtMs: document.lastActivityAt.getTime(),
    createdAtMs: document.createdAt.getTime(),
    ...(document.language === undefined ? {} : { language: document.language }),
    ...(document.queue ? { queue: document.queue } : {}),
    ...(document.assignedAt ? { assignedAtMs: document.assignedAt.getTime() } : {}),
    ...(document.assignedBy ? { assignedBy: document.assignedBy } : {}),
    ...(document.lastAgentId ? { lastAgentId: document.lastAgentId.toHexString() as id.AgentId } : {}),
    ...(silence ? { silence: fromSilenceDocument(silence) } : {}),
    ...(document.greeting ? { greeting: fromGreetingDocument(document.greeting) } : {}),
    ...(document.resolvedAt ? { resolvedAtMs: document.resolvedAt.getTime() } : {}),
    ...(document.previousId ? { previousId: document.previousId.toHexString() as id.ConversationId } : {}),
    routing: fromRoutingDocument(routing),
    version: document.version,
  }
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
