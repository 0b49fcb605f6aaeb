import type { mongo } from 'mongoose'
import type { ConversationStatus, Priority } from '../domain/conversation.ts'
import type { AgentId, CategoryId, TeamId } from '../domain/ids.ts'
import type { FiledReason } from '../domain/letter.ts'
import type { QueueState } from '../domain/routing/agent-state.ts'
import { priorityRank } from '../domain/routing/queue-order.ts'
import {
  type ConversationDocument,
  toLastMessage,
  toRoutingDocument,
  toSilenceDocument,
} from './conversation-document.ts'
import { toObjectId } from './object-id.ts'
import type { LastMessage, Silence, StoredConversation } from './stored-conversation.ts'

/** A change by a person or a timer. Undefined leaves a field as it is, null clears it. */
export interface ConversationChange {
  /** A status without `filed` also takes it out of where it was filed. */
  readonly status?: ConversationStatus
  /** By a person; goes with status `resolved`. */
  readonly filed?: FiledReason
  readonly snoozedUntilMs?: number | null
  readonly priority?: Priority
  readonly tags?: readonly string[]
  /** Whom it is with. */
  readonly person?: Pick<
    StoredConversation,
    'identityId' | 'identityExternalId' | 'contactId' | 'contactName'
  >
  readonly assigneeId?: AgentId | null
  readonly teamId?: TeamId | null
  /** Whether a person chose the team; goes with it. */
  readonly teamByHand?: boolean
  readonly categoryId?: CategoryId | null
  readonly queue?: QueueState | null
  readonly silence?: Silence | null
  readonly assignedAtMs?: number
  readonly assignedBy?: 'router' | 'person'
  readonly lastAgentId?: AgentId
  readonly resolvedAtMs?: number
  readonly routing?: StoredConversation['routing']
  readonly lastMessage?: LastMessage
  readonly lastActivityAtMs?: number
  readonly unreadCount?: number
  readonly readOrder?: number
}

/** The update that makes a change; whoever filters by the version makes it conditional. */
export function changeOperation(change: ConversationChange): mongo.UpdateFilter<ConversationDocument> {
  const set: Partial<Record<string, unknown>> = {}
  if (change.status !== undefined) set['status'] = change.filed ?? change.status
  if (typeof change.snoozedUntilMs === 'number') set['snoozedUntil'] = new Date(change.snoozedUntilMs)
  if (change.person) {
    set['identityId'] = toObjectId(change.person.identityId)
    set['identityExternalId'] = change.person.identityExternalId
    set['contactId'] = toObjectId(change.person.contactId)
    set['contactName'] = change.person.contactName
  }
  if (change.priority !== undefined) {
    set['priority'] = change.priority
    set['rank'] = priorityRank(change.priority)
  }
  if (change.tags !== undefined) set['tags'] = [...change.tags]
  if (change.assigneeId !== undefined) {
    set['assigneeId'] = change.assigneeId === null ? null : toObjectId(change.assigneeId)
  }
  const unset: Partial<
    Record<'snoozedUntil' | 'teamId' | 'teamByHand' | 'categoryId' | 'queue' | 'silence' | 'filedByHand', ''>
  > = {}
  if (change.filed !== undefined) set['filedByHand'] = true
  else if (change.status !== undefined) unset.filedByHand = ''
  if (change.snoozedUntilMs === null) unset.snoozedUntil = ''
  if (change.teamId === null) unset.teamId = ''
  else if (change.teamId !== undefined) set['teamId'] = toObjectId(change.teamId)
  if (change.teamByHand === false) unset.teamByHand = ''
  else if (change.teamByHand !== undefined) set['teamByHand'] = true
  if (change.categoryId === null) unset.categoryId = ''
  else if (change.categoryId !== undefined) set['categoryId'] = toObjectId(change.categoryId)
  if (change.queue === null) unset.queue = ''
  else if (change.queue !== undefined) set['queue'] = change.queue
  if (change.silence === null) unset.silence = ''
  else if (change.silence !== undefined) set['silence'] = toSilenceDocument(change.silence)
  if (change.assignedAtMs !== undefined) set['assignedAt'] = new Date(change.assignedAtMs)
  if (change.assignedBy !== undefined) set['assignedBy'] = change.assignedBy
  if (change.lastAgentId !== undefined) set['lastAgentId'] = toObjectId(change.lastAgentId)
  if (change.resolvedAtMs !== undefined) set['resolvedAt'] = new Date(change.resolvedAtMs)
  if (change.routing !== undefined) set['routing'] = toRoutingDocument(change.routing)
  if (change.lastMessage !== undefined) set['lastMessage'] = toLastMessage(change.lastMessage)
  if (change.lastActivityAtMs !== undefined) set['lastActivityAt'] = new Date(change.lastActivityAtMs)
  if (change.unreadCount !== undefined) set['unreadCount'] = change.unreadCount
  if (change.readOrder !== undefined) set['readOrder'] = change.readOrder
  return {
    ...(Object.keys(set).length > 0 ? { $set: set as mongo.MatchKeysAndValues<ConversationDocument> } : {}),
    ...(Object.keys(unset).length > 0 ? { $unset: unset } : {}),
    $inc: { version: 1 },
  }
}
