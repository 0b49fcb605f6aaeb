/** Where a conversation stands: `open` wants work, `pending` waits for the customer, `snoozed` sleeps until an instant, `resolved` is done. */
export const CONVERSATION_STATUSES = ['open', 'pending', 'snoozed', 'resolved'] as const
/** See {@link CONVERSATION_STATUSES}. */
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number]

/** Order in which waiting conversations leave the queue: urgent first. */
export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const
/** See {@link PRIORITIES}. */
export type Priority = (typeof PRIORITIES)[number]

/** The class in which an agent's load is counted. */
export const WORK_TYPES = ['messaging', 'email', 'calling'] as const
/** See {@link WORK_TYPES}. */
export type WorkType = (typeof WORK_TYPES)[number]

/**
 * Where the router stands with a conversation: `pending` = a run is owed, `waiting` = a run found nobody,
 * `settled` = nothing to do until the next trigger.
 */
export type RoutingStatus = 'pending' | 'waiting' | 'settled'

/** What an inbound customer message does to the conversation it meets. */
export interface InboundEffect {
  readonly status: ConversationStatus
  readonly reopened: boolean
}

/**
 * The reopen rule: a customer's message wakes a resolved, snoozed or pending conversation.
 * @param status where the conversation stands before the message
 */
export function statusAfterInbound(status: ConversationStatus): InboundEffect {
  return { status: 'open', reopened: status === 'resolved' }
}
