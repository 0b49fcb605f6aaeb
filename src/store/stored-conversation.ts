import type { ConversationStatus, Priority, RoutingStatus, WorkType } from '../domain/conversation.ts'
import type * as id from '../domain/ids.ts'
import type { FiledReason } from '../domain/letter.ts'
import type { QueueState } from '../domain/routing/agent-state.ts'
import type { LastMessageView } from '../domain/views.ts'

/** The last thing said, as kept in the conversation. */
export type LastMessage = Omit<LastMessageView, 'at'> & { readonly atMs: number; readonly order: number }

/** What holds for an assignee whom the router chose under a policy that does not wait for ever. */
export interface Silence {
  /** How long he may be silent, milliseconds. */
  readonly afterMs: number
  /** Until when he must have answered; absent while nothing waits for an answer. */
  readonly dueAtMs?: number
}

/**
 * What the customer is still to be told of an assignment. It is written with the claim and taken away when the message
 * is recorded, so that no crash in between leaves it unsaid.
 */
export interface OwedGreeting {
  /** Of the assignment; the message's id follows from it. */
  readonly decisionId: id.RoutingDecisionId
  readonly agentId: id.AgentId
  /** As the policy has it, with its variables. */
  readonly text: string
  readonly atMs: number
}

/** A conversation as stored. Instants are milliseconds since the epoch. */
export interface StoredConversation {
  readonly id: id.ConversationId
  readonly channelId: id.ChannelId
  /** One current conversation per channel and thread: a unique index sees to it. */
  readonly threadKey: string
  readonly identityId: id.ContactIdentityId
  /** The customer's id on the channel: whom replies go to. */
  readonly identityExternalId: string
  readonly contactId: id.ContactId
  readonly contactName: string
  readonly status: ConversationStatus
  readonly snoozedUntilMs?: number
  readonly assigneeId?: id.AgentId
  readonly teamId?: id.TeamId
  /** A person chose the team. */
  readonly teamByHand?: boolean
  readonly workType: WorkType
  readonly categoryId?: id.CategoryId
  readonly priority: Priority
  readonly tags: readonly string[]
  readonly subject?: string
  /** Of the first letter, where its conversation is one of letters: further ones are found by it. */
  readonly baseSubject?: string
  /** Whom the letters name that opened it, as addresses to compare: known before these letters are recorded. */
  readonly openedWith?: readonly string[]
  readonly unreadCount: number
  readonly filed?: FiledReason
  /** A person filed it. */
  readonly filedByHand?: true
  /** Inbound messages up to this place in the thread have been read by an agent. */
  readonly readOrder: number
  readonly lastMessage?: LastMessage
  readonly lastInboundAtMs?: number
  /** Inbound messages up to this place have had their effect on this record; 0 = none. */
  readonly lastInboundOrder: number
  readonly lastActivityAtMs: number
  readonly createdAtMs: number
  /** Two-letter code of the language of the first message, where it was recognised. */
  readonly language?: string
  /** Where it stands in its policy. */
  readonly queue?: QueueState
  readonly assignedAtMs?: number
  readonly assignedBy?: 'router' | 'person'
  /** Who owns it or last owned it. */
  readonly lastAgentId?: id.AgentId
  readonly silence?: Silence
  readonly greeting?: OwedGreeting
  readonly resolvedAtMs?: number
  /** The conversation of the same thread before this one. */
  readonly previousId?: id.ConversationId
  readonly routing: {
    readonly status: RoutingStatus
    readonly sinceMs: number
    readonly decisionId?: id.RoutingDecisionId
    /** Opened again: whoever had it is asked first. */
    readonly returning?: boolean
    /** While it waits: the same for all that fail alike. */
    readonly group?: string
    /** While it waits: when its policy moves on. */
    readonly wakeAtMs?: number
  }
  readonly version: number
}
