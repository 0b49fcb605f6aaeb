import type { DeliveryCertainty, DeliveryState } from '../domain/delivery.ts'
import type { ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import type { Letter } from '../domain/letter.ts'
import type { MessageDirection, MessageKind, MessageStatus } from '../domain/message.ts'
import type { MessageCard } from '../domain/message-card.ts'
import type { MessagePart } from '../domain/message-parts.ts'
import type { FilledTemplate } from '../domain/message-template.ts'
import type { TextSpan } from '../domain/text-spans.ts'
import type { AttachmentView, AuthorView, MessageView } from '../domain/views.ts'

/** The outbox entry of an outbound message. Instants are milliseconds since the epoch. */
export interface Delivery {
  readonly state: DeliveryState
  readonly attempts: number
  /** Attempts that count towards giving up start anew after a manual retry. */
  readonly attemptsBefore: number
  /** How often a person sent again what the platform had taken: a new message to it each time. */
  readonly resends?: number
  /** A person sends this part of a reply whatever became of the parts before it. */
  readonly apart?: true
  readonly nextAttemptAtMs?: number
  readonly leaseToken?: string
  /** The node whose attempt it is. */
  readonly leaseHolder?: string
  readonly leaseUntilMs?: number
  readonly errorCode?: string
  readonly errorDetail?: string
  readonly certainty?: DeliveryCertainty
  /** While it is uncertain whether an attempt arrived and the platform is to be asked: since when. */
  readonly checkFromMs?: number
  /** How often the platform was asked and did not know. */
  readonly looks?: number
  /** The platform's report of the failure is kept beside the message. */
  readonly hasReport?: boolean
}

/** A message as stored. */
export interface StoredMessage {
  readonly id: MessageId
  readonly conversationId: ConversationId
  readonly channelId: ChannelId
  readonly direction: MessageDirection
  readonly kind: MessageKind
  readonly author: AuthorView
  readonly text: string
  readonly attachments: readonly AttachmentView[]
  readonly event?: MessageView['event']
  readonly status?: MessageStatus
  /** Unique per channel: what removes duplicates. */
  readonly externalId?: string
  /** The customer an outbound message goes to, as the channel names him. */
  readonly recipient?: string
  readonly clientMessageId?: string
  /** Unique per conversation: makes a reply sent twice one message. */
  readonly sendKey?: string
  /** On the first part of a reply that had to be split: how many parts there are. */
  readonly partCount?: number
  readonly replyToExternalId?: string
  /** When the customer said it, where it came here late: a platform counts its reply window from then. */
  readonly saidAtMs?: number
  readonly delivery?: Delivery
  /** The customer's client has not said that it has it: when to look whether it goes on by another channel. */
  readonly continueAtMs?: number
  /** It passes on what was said in this conversation, and belongs to no conversation of its own. */
  readonly continues?: ConversationId
  readonly unsupported?: string
  /** No person wrote it: a greeting, a notice, an acknowledgement. */
  readonly automatic?: boolean
  /** A machine's or unwanted: it counts as nothing that the customer said, wakes nobody and is not unread. */
  readonly quiet?: boolean
  readonly letter?: Letter
  /** Without angle brackets; other letters name it. Outbound letters have it as `externalId`. */
  readonly letterId?: string
  /** `by` is who it was in words, as far as that was known. */
  readonly reactions?: readonly { readonly who: string; readonly emoji: string; readonly by?: string }[]
  /** Formatting of `text`. */
  readonly spans?: readonly TextSpan[]
  readonly cards?: readonly MessageCard[]
  /** The approved message that it went out as. */
  readonly template?: FilledTemplate
  /** Unique per channel: parts with this key are this message. */
  readonly groupKey?: string
  /** What came as this message; `externalId` is then the first one's, and text, files and cards are those of all. */
  readonly parts?: readonly MessagePart[]
  /** Of the parts, sorted: by any of them the message is named. */
  readonly partIds?: readonly string[]
  readonly createdAtMs: number
  readonly editedAtMs?: number
  /** Tells edits of the same instant apart. */
  readonly editOrder?: number
  readonly deletedAtMs?: number
  /** Place in the thread; rises with arrival. */
  readonly order: number
  readonly version: number
}
