import type { ConversationStatus, Priority, RoutingStatus, WorkType } from '../domain/conversation.ts'
import type * as id from '../domain/ids.ts'
import type { LastMessageView } from '../domain/views.ts'

/** The last thing said, as kept in the conversation. */
export type LastMessage = Omit<LastMessageView, 'at'> & { readonly atMs: number; readonly order: number }

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
  readonly unreadCount: number
  /** Inbound messages up to this place in the thread have been read by an agent. */
  readonly readOrder: number
  readonly lastMessage?: LastMessage
  readonly lastInboundAtMs?: number
  /** Inbound messages up to this place have had their effect on this record; 0 = none. */
  readonly lastInboundOrder: number
  readonly lastActivityAtMs: number
  readonly createdAtMs: number
  readonly routing: {
    readonly status: RoutingStatus
    readonly sinceMs: number
    readonly decisionId?: id.RoutingDecisionId
  }
  readonly version: number
}
