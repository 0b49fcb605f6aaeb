import type { ChannelId, ConversationId, Instant, MessageId } from './ids.ts'
import type { MessageStatus } from './message.ts'
import type {
  AgentView,
  AttachmentView,
  ChannelView,
  ContactView,
  ConversationView,
  MessageView,
} from './views.ts'
import type { QueuePlaceView } from './visitor.ts'

/**
 * What happened, once, under one name: the same string on the bus, on the socket and later on outgoing webhooks.
 * Each event but `routing.changed` carries the whole new state with its `version`; a receiver keeps the higher version and may get an
 * event twice or not at all, since REST is the truth.
 */
export type DomainEvent =
  | { readonly type: 'conversation.created'; readonly conversation: ConversationView }
  | { readonly type: 'conversation.updated'; readonly conversation: ConversationView }
  | { readonly type: 'conversation.assigned'; readonly conversation: ConversationView }
  | { readonly type: 'conversation.unassigned'; readonly conversation: ConversationView }
  /** It waits for somebody to become free. */
  | { readonly type: 'conversation.queued'; readonly conversation: ConversationView }
  /** Too many let it lapse: supervisors should look. */
  | { readonly type: 'conversation.escalated'; readonly conversation: ConversationView }
  | { readonly type: 'conversation.resolved'; readonly conversation: ConversationView }
  | { readonly type: 'conversation.reopened'; readonly conversation: ConversationView }
  | {
      readonly type: 'message.created'
      readonly message: MessageView
      readonly conversation: ConversationView
    }
  | { readonly type: 'message.updated'; readonly message: MessageView; readonly channelId: ChannelId }
  | { readonly type: 'contact.updated'; readonly contact: ContactView }
  | { readonly type: 'agent.updated'; readonly agent: AgentView }
  | { readonly type: 'channel.updated'; readonly channel: ChannelView }
  /** Somebody changed what the router goes by. It carries no state: whoever shows that part reads it again. */
  | { readonly type: 'routing.changed'; readonly part: RoutingPart }

/** The parts of what the router goes by; `agents` = what single agents have of their own. */
export const ROUTING_PARTS = ['teams', 'categories', 'skills', 'agents', 'settings'] as const
/** One of {@link ROUTING_PARTS}. */
export type RoutingPart = (typeof ROUTING_PARTS)[number]

/** A message as the customer's own client shows it: no notes, no ids of colleagues beyond a name. */
export interface VisitorMessageView {
  readonly id: MessageId
  readonly clientMessageId?: string
  readonly from: 'visitor' | 'agent' | 'system'
  readonly authorName?: string
  readonly text: string
  readonly attachments: readonly AttachmentView[]
  readonly status: MessageStatus
  readonly at: Instant
  /** Its place: a thread is sorted by it, then by the id. Instants may be the same. */
  readonly order: number
  readonly deleted: boolean
  readonly version: number
}

/** Who looks at or writes in a conversation right now. Never stored. */
export interface PresenceInConversation {
  readonly conversationId: ConversationId
  readonly agentId: string
  readonly name: string
  readonly state: 'viewing' | 'typing' | 'left'
}

/** Server → agent's screen. */
export interface AgentServerEvents {
  /** Everything one write led to, in order, in one packet. */
  events: (events: readonly DomainEvent[]) => void
  /** The customer is typing; holds for six seconds. */
  'visitor.typing': (typing: { readonly conversationId: ConversationId }) => void
  'conversation.presence': (presence: PresenceInConversation) => void
  /** Something may have been missed (a node or Redis was gone): read what is on the screen again over REST. */
  'sync.required': () => void
  /** The session ended; the socket is closed next. */
  'session.ended': () => void
}

/** The answer to every event an agent's or visitor's client sends. `code` is of the error catalogue. */
export type Ack = (
  answer: { readonly ok: true } | { readonly ok: false; readonly code: string; readonly detail?: string },
) => void

/** Agent's screen → server. */
export interface AgentClientEvents {
  /** Says which conversation is on the screen (null = none), for "who is viewing". */
  'conversation.view': (body: { readonly conversationId: string | null }, ack: Ack) => void
  /** The agent is typing; at most one every two seconds. */
  'conversation.typing': (body: { readonly conversationId: string }, ack: Ack) => void
}

/** Server → visitor's widget. */
export interface WidgetServerEvents {
  /** New or changed messages of this visitor's conversation; the client keeps the higher version of each id. */
  messages: (messages: readonly VisitorMessageView[]) => void
  'agent.typing': (typing: { readonly name: string }) => void
  /** Where this visitor stands in the queue now; null = he waits no longer. */
  'queue.place': (place: QueuePlaceView | null) => void
  /** Read the history again over HTTP. */
  'sync.required': () => void
}

/** Visitor's widget → server. Messages and receipts go by HTTP through the ingress, where they become durable. */
export interface WidgetClientEvents {
  'visitor.typing': (ack: Ack) => void
}
