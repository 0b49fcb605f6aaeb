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
  readonly teamId?: TeamId
  readonly queue?: QueueState
  readonly silence?: Silence
  readonly greeting?: OwedGreeting
}

/** A run that gave a conversation to nobody. */
export interface UnclaimedOutcome {
  /** As it was when the router decided. */
  readonly conversation: StoredConversation
  readonly routing: StoredConversation['routing']
  readonly teamId?: TeamId
  readonly queue?: QueueState
}

/** The conversation waits as it did: nobody took it, sent it back, or gave it another team, topic or tags meanwhile. */
function asDecided({
  id,
  routing,
  teamId,
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
    categoryId: categoryId ? toObjectId(categoryId) : (null as never),
    tags: [...tags],
  }
}

/** The write that gives the conversation to the agent, if it still waits as it did. */
export function claimOperation(
  { conversation, agentId, decisionId, teamId, queue, silence, greeting }: Claim,
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
        $inc: { version: 1 },
      },
    },
  }
}
