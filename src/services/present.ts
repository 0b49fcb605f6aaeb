import type { VisitorMessageView } from '../domain/events.ts'
import type { Instant } from '../domain/ids.ts'
import type { Letter } from '../domain/letter.ts'
import type { ConversationView, LastMessageView, LetterView, MessageView } from '../domain/views.ts'
import type { Writable } from '../domain/writable.ts'
import type { LastMessage, StoredConversation } from '../store/stored-conversation.ts'
import type { Delivery, StoredMessage } from '../store/stored-message.ts'

let latest = { ms: Number.NaN, text: '' as Instant }

/** Instants as interfaces show them; one record names the same few times over, so the last one is kept at hand. */
export function instant(ms: number): Instant {
  if (ms !== latest.ms) latest = { ms, text: new Date(ms).toISOString() }
  return latest.text
}

/** A conversation as interfaces show it. */
export function presentConversation(conversation: StoredConversation): ConversationView {
  const { snoozedUntilMs, assigneeId, teamId, categoryId, lastMessage, lastInboundAtMs } = conversation
  const { previousId, routing } = conversation
  const view: Writable<ConversationView> = {
    id: conversation.id,
    channelId: conversation.channelId,
    contact: { id: conversation.contactId, name: conversation.contactName },
    status: conversation.status,
    workType: conversation.workType,
    priority: conversation.priority,
    tags: conversation.tags,
    unreadCount: conversation.unreadCount,
    lastActivityAt: instant(conversation.lastActivityAtMs),
    createdAt: instant(conversation.createdAtMs),
    routing: {
      status: routing.status,
      ...(routing.decisionId ? { decisionId: routing.decisionId } : {}),
    },
    version: conversation.version,
  }
  if (snoozedUntilMs !== undefined) view.snoozedUntil = instant(snoozedUntilMs)
  if (assigneeId) view.assigneeId = assigneeId
  if (teamId) view.teamId = teamId
  if (conversation.teamByHand) view.teamByHand = true
  if (categoryId) view.categoryId = categoryId
  if (conversation.subject !== undefined) view.subject = conversation.subject
  if (lastMessage) view.lastMessage = presentLastMessage(lastMessage)
  if (lastInboundAtMs !== undefined) view.lastInboundAt = instant(lastInboundAtMs)
  if (previousId) view.previousId = previousId
  if (conversation.filed) view.filed = conversation.filed
  return view
}

function presentLastMessage(lastMessage: LastMessage): LastMessageView {
  const { id, direction, kind, preview, attachmentCount, status, atMs } = lastMessage
  const view: Writable<LastMessageView> = { id, direction, kind, preview, attachmentCount, at: instant(atMs) }
  if (status) view.status = status
  return view
}

/** @param replyTo what it answers, where that was looked up: see present-messages.ts */
export function presentMessage(message: StoredMessage, replyTo?: MessageView['replyTo']): MessageView {
  const { event, status, clientMessageId, delivery, letter, unsupported, editedAtMs, deletedAtMs } = message
  const { spans, cards, reactions, template } = message
  const view: Writable<MessageView> = {
    id: message.id,
    conversationId: message.conversationId,
    direction: message.direction,
    kind: message.kind,
    author: message.author,
    text: message.text,
    attachments: message.attachments,
    createdAt: instant(message.createdAtMs),
    order: message.order,
    version: message.version,
  }
  if (event) view.event = event
  if (status) view.status = status
  if (clientMessageId) view.clientMessageId = clientMessageId
  if (delivery) view.delivery = presentDelivery(delivery)
  if (spans) view.spans = spans
  if (cards) view.cards = cards
  if (reactions && reactions.length > 0) view.reactions = presentReactions(reactions, message)
  if (replyTo) view.replyTo = replyTo
  if (template) view.template = { id: template.id, name: template.name }
  if (letter) view.letter = presentLetter(letter)
  if (unsupported) view.unsupported = unsupported
  if (editedAtMs !== undefined) view.editedAt = instant(editedAtMs)
  if (deletedAtMs !== undefined) view.deletedAt = instant(deletedAtMs)
  return view
}

function presentReactions(
  reactions: NonNullable<StoredMessage['reactions']>,
  { author }: StoredMessage,
): NonNullable<MessageView['reactions']> {
  return reactions.map(({ emoji, by }) => ({
    emoji,
    by: by ?? (author.kind === 'contact' ? author.name : ''),
  }))
}

function presentLetter({ sentAtMs, ...letter }: Letter): LetterView {
  return { ...letter, ...(sentAtMs === undefined ? {} : { sentAt: instant(sentAtMs) }) }
}

function presentDelivery(delivery: Delivery): NonNullable<MessageView['delivery']> {
  const { state, attempts, nextAttemptAtMs, errorCode, errorDetail, certainty, hasReport } = delivery
  const checking = delivery.checkFromMs !== undefined
  const waits = state === 'queued' && !checking
  return {
    state,
    attempts,
    ...(waits && nextAttemptAtMs !== undefined ? { nextAttemptAt: instant(nextAttemptAtMs) } : {}),
    ...(errorCode ? { errorCode } : {}),
    ...(errorDetail ? { errorDetail } : {}),
    ...(certainty ? { certainty } : {}),
    ...(checking ? { checking } : {}),
    ...(hasReport ? { hasReport } : {}),
  }
}

/**
 * A message as its customer's client shows it. Undefined for what is not meant for him.
 * @param readOrder up to where agents have read: his own messages before it count as read
 */
export function presentToVisitor(message: StoredMessage, readOrder: number): VisitorMessageView | undefined {
  // What a machine wrote in his name he does not know of.
  if (message.kind !== 'message' || message.quiet) return undefined
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
