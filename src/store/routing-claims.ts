import type { mongo } from 'mongoose'
import type { AgentId, RoutingDecisionId, TeamId } from '../domain/ids.ts'
import type { QueueState } from '../domain/routing/agent-state.ts'
import {
  type ConversationDocument,
  toGreetingDocument,
  toRoutingDocument,
  toSilenceDocument,
} from './conversation-document.ts'
import { toObjectId } from './object-id.ts'
import type { OwedGreeting, Silence, StoredConversation } from './stored-conversation.ts'

/** One conversation for one agent. */
export interface Claim {
  /** As it was when the router decided. */
  readonly conversation: StoredConversation
  readonly agentId: AgentId
  readonly decisionId: RoutingDecisionId
  /** The team that the router chose. */
  readonly teamId?: TeamId
  /** It is no longer with the team it was with, whoever chose that. */
  readonly leavesTeam: boolean
  readonly queue?: QueueState
  readonly silence?: Silence
  readonly greeting?: OwedGreeting
}

/** A run that gave a conversation to nobody. */
export interface UnclaimedOutcome {
  /** As it was when the router decided. */
  readonly conversation: StoredConversation
  readonly routing: StoredConversation['routing']
  /** The team that the router chose. */
  readonly teamId?: TeamId
  /** It is no longer with the team it was with, whoever chose that. */
  readonly leavesTeam: boolean
  readonly queue?: QueueState
}

/** The conversation waits as it did: nobody took it, sent it back, or gave it another team, topic or tags meanwhile. */
function asDecided({
  id,
  routing,
  teamId,
  teamByHand,
  categoryId,
  tags,
}: StoredConversation): mongo.Filter<ConversationDocument> {
  return {
    _id: toObjectId(id),
    assigneeId: null,
    status: 'open',
    'routing.open': true,
    'routing.since': new Date(routing.sinceMs),
    'routing.decisionId': routing.decisionId ? toObjectId(routing.decisionId) : (null as never),
    teamId: teamId ? toObjectId(teamId) : (null as never),
    teamByHand: teamByHand ? true : (null as never),
    categoryId: categoryId ? toObjectId(categoryId) : (null as never),
    tags: [...tags],
  }
}

/** The fields that a team leaves behind where another one, or none, takes its place. */
function withoutTeam(
  teamId: TeamId | undefined,
  leavesTeam: boolean,
): Pick<mongo.UpdateFilter<ConversationDocument>, '$unset'> {
  if (!leavesTeam) return {}
  return { $unset: { teamByHand: '', ...(teamId ? {} : { teamId: '' }) } }
}

/** The write that gives the conversation to the agent, if it still waits as it did. */
export function claimOperation(
  { conversation, agentId, decisionId, teamId, leavesTeam, queue, silence, greeting }: Claim,
  nowMs: number,
): mongo.AnyBulkWriteOperation<ConversationDocument> {
  return {
    updateOne: {
      filter: asDecided(conversation),
      update: {
        $set: {
          assigneeId: toObjectId(agentId),
          lastAgentId: toObjectId(agentId),
          assignedAt: new Date(nowMs),
          assignedBy: 'router',
          routing: toRoutingDocument({ status: 'settled', sinceMs: nowMs, decisionId }),
          ...(teamId ? { teamId: toObjectId(teamId) } : {}),
          ...(queue ? { queue } : {}),
          ...(silence ? { silence: toSilenceDocument(silence) } : {}),
          ...(greeting ? { greeting: toGreetingDocument(greeting) } : {}),
        },
        ...withoutTeam(teamId, leavesTeam),
        $inc: { version: 1 },
      },
    },
  }
}

/** The write that notes a run without a winner, if the conversation still waits as it did. */
export function settleOperation({
  conversation,
  routing,
  teamId,
  leavesTeam,
  queue,
}: UnclaimedOutcome): mongo.AnyBulkWriteOperation<ConversationDocument> {
  return {
    updateOne: {
      filter: asDecided(conversation),
      update: {
        $set: {
          routing: toRoutingDocument(routing),
          ...(teamId ? { teamId: toObjectId(teamId) } : {}),
          ...(queue ? { queue } : {}),
        },
        ...withoutTeam(teamId, leavesTeam),
        $inc: { version: 1 },
      },
    },
  }
}
