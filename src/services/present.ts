import type { VisitorMessageView } from '../domain/events.ts'
import type { Instant } from '../domain/ids.ts'
import type { ConversationView, MessageView } from '../domain/views.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'

/** Stored records as interfaces show them. */
export function instant(ms: number): Instant {
  return new Date(ms).toISOString()
}

export function presentConversation(conversation: StoredConversation): ConversationView {
  const { lastMessage, routing } = conversation
  return {
    id: conversation.id,
    channelId: conversation.channelId,
    contact: { id: conversation.contactId, name: conversation.contactName },
    status: conversation.status,
    ...(conversation.snoozedUntilMs === undefined
      ? {}
      : { snoozedUntil: instant(conversation.snoozedUntilMs) }),
    ...(conversation.assigneeId ? { assigneeId: conversation.assigneeId } : {}),
    ...(conversation.teamId ? { teamId: conversation.teamId } : {}),
    ...(conversation.teamByHand ? { teamByHand: true } : {}),
    workType: conversation.workType,
    ...(conversation.categoryId ? { categoryId: conversation.categoryId } : {}),
    priority: conversation.priority,
    tags: conversation.tags,
    ...(conversation.subject === undefined ? {} : { subject: conversation.subject }),
    unreadCount: conversation.unreadCount,
    ...(lastMessage
      ? {
          lastMessage: {
            id: lastMessage.id,
            direction: lastMessage.direction,
            kind: lastMessage.kind,
            preview: lastMessage.preview,
            attachmentCount: lastMessage.attachmentCount,
            ...(lastMessage.status ? { status: lastMessage.status } : {}),
            at: instant(lastMessage.atMs),
          },
        }
      : {}),
    ...(conversation.lastInboundAtMs === undefined
      ? {}
      : { lastInboundAt: instant(conversation.lastInboundAtMs) }),
    lastActivityAt: instant(conversation.lastActivityAtMs),
    createdAt: instant(conversation.createdAtMs),
    ...(conversation.previousId ? { previousId: conversation.previousId } : {}),
    routing: {
      status: routing.status,
      ...(routing.decisionId ? { decisionId: routing.decisionId } : {}),
    },
    version: conversation.version,
  }
}

export function presentMessage(message: StoredMessage): MessageView {
  const { delivery } = message
  return {
    id: message.id,
    conversationId: message.conversationId,
    direction: message.direction,
    kind: message.kind,
    author: message.author,
    text: message.text,
    attachments: message.attachments,
    ...(message.event ? { event: message.event } : {}),
    ...(message.status ? { status: message.status } : {}),
    ...(message.clientMessageId ? { clientMessageId: message.clientMessageId } : {}),
    ...(delivery
      ? {
          delivery: {
            state: delivery.state,
            attempts: delivery.attempts,
            ...(delivery.nextAttemptAtMs === undefined
              ? {}
              : { nextAttemptAt: instant(delivery.nextAttemptAtMs) }),
            ...(delivery.errorCode ? { errorCode: delivery.errorCode } : {}),
            ...(delivery.errorDetail ? { errorDetail: delivery.errorDetail } : {}),
            ...(delivery.certainty ? { certainty: delivery.certainty } : {}),
          },
        }
      : {}),
    ...(message.unsupported ? { unsupported: message.unsupported } : {}),
    ...(message.editedAtMs === undefined ? {} : { editedAt: instant(message.editedAtMs) }),
    ...(message.deletedAtMs === undefined ? {} : { deletedAt: instant(message.deletedAtMs) }),
    createdAt: instant(message.createdAtMs),
    order: message.order,
    version: message.version,
  }
}

/**
 * A message as its customer's client shows it. Undefined for what is not meant for him.
 * @param readOrder up to where agents have read: his own messages before it count as read
 */
export function presentToVisitor(message: StoredMessage, readOrder: number): VisitorMessageView | undefined {
  if (message.kind !== 'message') return undefined
  const own = message.direction === 'inbound'
  const read = own && message.order <= readOrder
  return {
    id: message.id,
    ...(own && message.clientMessageId ? { clientMessageId: message.clientMessageId } : {}),
    from: own ? 'visitor' : 'agent',
    ...(own ? {} : { authorName: message.author.name }),
    text: message.text,
    attachments: message.attachments,
    status: own ? (read ? 'read' : 'delivered') : (message.status ?? 'sent'),
    at: instant(message.createdAtMs),
    order: message.order,
    deleted: message.deletedAtMs !== undefined,
    version: message.version * 2 + (read ? 1 : 0),
  }
}

/** Whether a customer's client may see an outbound message yet: once it counts as sent. */
export function isVisibleToVisitor(message: StoredMessage): boolean {
  if (message.kind !== 'message') return false
  return message.direction === 'inbound' || ['sent', 'delivered', 'read'].includes(message.status ?? '')
}
