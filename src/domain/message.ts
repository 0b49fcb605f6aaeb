/** Who the message comes from, seen from the workspace. */
export type MessageDirection = 'inbound' | 'outbound'

/** `message` goes to or comes from the customer, `note` stays among agents, `event` is a line the system wrote. */
export type MessageKind = 'message' | 'note' | 'event'

/** The delivery states of an outbound message, in rank order; `failed` stands beside them. Inbound messages are `delivered`, then `read`. */
export const MESSAGE_STATUSES = ['queued', 'sending', 'sent', 'delivered', 'read', 'failed'] as const
/** See {@link MESSAGE_STATUSES}. */
export type MessageStatus = (typeof MESSAGE_STATUSES)[number]

/** What a receipt from a platform may say of a message we sent. */
export type ReceiptStatus = 'sent' | 'delivered' | 'read' | 'failed'

const RANK: Readonly<Record<MessageStatus, number>> = {
  queued: 0,
  sending: 1,
  sent: 2,
  failed: 3,
  delivered: 4,
  read: 5,
}

/**
 * Statuses that a receipt may replace. Receipts are ranked and never go backwards: `read` beats `delivered`
 * beats `failed` beats `sent`, whatever the order they arrive in, so that every order ends in the same state.
 * A message the customer verifiably has cannot have failed; hence `failed` ranks below `delivered`.
 */
export function statusesBelow(status: MessageStatus): readonly MessageStatus[] {
  return MESSAGE_STATUSES.filter((candidate) => RANK[candidate] < RANK[status])
}

/** The status that stands after a receipt: the higher ranked of the two. */
export function laterStatus(current: MessageStatus, receipt: MessageStatus): MessageStatus {
  return RANK[receipt] > RANK[current] ? receipt : current
}

/** A line that the system wrote into a conversation. */
export type ConversationEventKind =
  | 'assigned'
  | 'unassigned'
  | 'resolved'
  | 'reopened'
  | 'opened'
  | 'snoozed'
  | 'pending'
  | 'priority-changed'
  | 'tags-changed'
  | 'team-changed'
  | 'category-changed'
  /** An agent gave it back to the queue. */
  | 'sent-back'
  /** Its assignee was silent for too long, or went offline: it goes to somebody else. */
  | 'lapsed'
  | 'owner-left'
  /** Too many let it lapse. */
  | 'escalated'
  /** A person filed it away as spam. */
  | 'filed-spam'
  /** Taken out of where it was filed, by a person or by a letter that nobody's machine wrote. */
  | 'unfiled'
  /** A person said whom it is with. */
  | 'contact-changed'
  /** Answers that the customer had not got went on to him by another channel; the value is his address there. */
  | 'continued'
  /** They did not arrive there; the value is the reason. */
  | 'continuation-failed'
  /** The customer wants no messages of this channel any more. */
  | 'opted-out'
  /** He wants them again. */
  | 'opted-in'

/** How many characters of a message a list shows. */
export const PREVIEW_LENGTH = 140

/** What lists show in place of a message that its author took back. */
export const DELETED_PREVIEW = 'This message was deleted'

/** One line of plain text for lists; empty for a message that has only attachments. */
export function previewOf(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim()
  return line.length <= PREVIEW_LENGTH
    ? line
    : `${Array.from(line)
        .slice(0, PREVIEW_LENGTH - 1)
        .join('')}…`
}
