import type {
  AutomaticKind,
  LetterAddress,
  LetterAuthentication,
  LetterParticipants,
} from '../domain/letter.ts'
import type { ReceiptStatus } from '../domain/message.ts'
import type { MessageCard } from '../domain/message-card.ts'
import type { TextSpan } from '../domain/text-spans.ts'

/** The customer as the platform names him. */
export interface InboundIdentity {
  /** Stable on this channel: a number, an address, a chat id, a visitor id. */
  readonly externalId: string
  readonly displayName?: string
  readonly email?: string
  readonly phone?: string
  readonly attributes?: Readonly<Record<string, string>>
  /** True when the platform vouches for email and phone; claims of an anonymous visitor are false. */
  readonly verified: boolean
}

/** A file that came with a message: already stored by us, or to be fetched with `fetchAttachment`. */
export type AttachmentRef =
  | { readonly kind: 'stored'; readonly attachmentId: string }
  | {
      readonly kind: 'remote'
      readonly ref: string
      readonly name: string
      readonly contentType?: string
      readonly sizeBytes?: number
      /** By this id the letter's formatted body names it. */
      readonly contentId?: string
      /** The platform does not keep it for long: it is fetched once the message is recorded. */
      readonly fetchAtOnce?: boolean
    }
  | {
      /** It came inside the raw item; the core stores it. */
      readonly kind: 'content'
      readonly bytes: Uint8Array
      readonly name: string
      readonly contentType?: string
      readonly contentId?: string
    }

/** What a message is beside its text where messages are letters. Nothing of it is trusted. */
export interface InboundLetter extends LetterParticipants {
  /** The platform's id of this letter, without angle brackets; others name it when they answer. */
  readonly letterId?: string
  /** Ids of earlier letters that this one answers, the nearest first. */
  readonly references: readonly string[]
  /**
   * What may be tokens of ours ({@link OutboundMessage.token}), found in the addresses it came to and then in
   * `references`. Whoever got a letter of ours knows one: it says what is answered, never who answers.
   */
  readonly tokens: readonly string[]
  /** The subject without marks of answers, forwards and lists, for comparing; empty = nothing to compare. */
  readonly baseSubject: string
  /** As it came; the core sanitises it. Quoted history is marked with the class `tributary-quoted`. */
  readonly html?: string
  /** With all that is quoted, where the event's `text` is only what is new. */
  readonly fullText?: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly automatic?: AutomaticKind
  readonly spam?: boolean
  readonly authentication?: LetterAuthentication
  readonly forwardedFrom?: LetterAddress
  readonly partial?: boolean
  readonly broken?: boolean
}

/**
 * What a connector's `parse` makes of a raw request or item. Instants are milliseconds since the epoch.
 * `externalId` is unique per channel and the same at every redelivery: it is what removes duplicates.
 */
export type InboundEvent =
  | {
      readonly type: 'message'
      readonly externalId: string
      readonly identity: InboundIdentity
      /** One live conversation per thread; the identity's external id when left out. */
      readonly threadKey?: string
      readonly text: string
      readonly attachments: readonly AttachmentRef[]
      readonly subject?: string
      readonly sentAtMs?: number
      readonly replyToExternalId?: string
      /** The sending client's own id of the message, where it knows one. */
      readonly clientMessageId?: string
      readonly letter?: InboundLetter
      /** Formatting of `text`. */
      readonly spans?: readonly TextSpan[]
      readonly cards?: readonly MessageCard[]
      /**
       * Parts with the same key are one message, such as the pictures of an album: the first to come makes it, others
       * add their text and files to it in the order of `externalId`. Whatever names one of them by its `externalId`
       * later, an edit, a deletion, a reaction or an answer, means the whole.
       */
      readonly groupKey?: string
      /** The raw item stays readable beside the message for as long as it exists. */
      readonly keepSource?: boolean
      /**
       * It counts only where its thread has a conversation, and is dropped otherwise: where everybody may talk, what
       * stands below a message that came in belongs to it, and what stands elsewhere is nobody's business.
       */
      readonly onlyInThread?: boolean
    }
  | {
      readonly type: 'message-edited'
      readonly externalId: string
      /** The thread of its message; needed with `onlyInThread` only. */
      readonly threadKey?: string
      readonly text: string
      readonly spans?: readonly TextSpan[]
      readonly editedAtMs: number
      /**
       * Of several edits at the same instant the one with the highest counts: for platforms whose instants are coarser
       * than people are quick. Left out, such an edit gives way to those that have one.
       */
      readonly editOrder?: number
      /**
       * An edit waits for a message that has not come yet. This one does so only where its thread has a conversation:
       * where everybody may talk, what others said and changed is nobody's business.
       */
      readonly onlyInThread?: boolean
    }
  | { readonly type: 'message-deleted'; readonly externalId: string; readonly deletedAtMs: number }
  | {
      /** The customer said that he wants no messages of this channel any more, or wants them again. */
      readonly type: 'consent'
      readonly identity: InboundIdentity
      readonly optedOut: boolean
      readonly atMs: number
      /**
       * The message that says so, where one does: the word is as old as that, however often the platform, or somebody
       * who caught its call, brings both.
       */
      readonly saidIn?: string
    }
  | {
      /** The platform goes on with a thread under another key. */
      readonly type: 'thread-moved'
      readonly fromThreadKey: string
      readonly toThreadKey: string
    }
  | {
      /**
       * The platform goes on with a place that holds threads, such as a channel, under another key, and so with all
       * that is in it. What is in a place has a thread key, and messages an external id, of the place, a colon and more.
       * A setting that lists the place lists the other one from then on.
       */
      readonly type: 'place-moved'
      readonly fromPlace: string
      readonly toPlace: string
    }
  | {
      readonly type: 'status'
      /** Of messages we sent. */
      readonly externalId: string
      /**
       * When set, this customer's own client says so: only a message to him may change, and one that is not recorded
       * is not waited for.
       */
      readonly identityExternalId?: string
      readonly status: ReceiptStatus
      readonly atMs: number
      readonly errorCode?: string
      readonly errorDetail?: string
      /** It failed because the customer wants no messages of this channel. */
      readonly optedOut?: boolean
      /** The raw item is the platform's report: it stays readable beside the message. */
      readonly keepSource?: boolean
    }
  | {
      readonly type: 'reaction'
      readonly externalId: string
      readonly identity: InboundIdentity
      readonly emoji: string
      readonly removed: boolean
    }
  | { readonly type: 'typing'; readonly identityExternalId: string }
  | {
      /** Something we cannot show; the raw source stays in the journal and the agent is told what it was. */
      readonly type: 'unsupported'
      readonly externalId: string
      readonly identity?: InboundIdentity
      readonly threadKey?: string
      readonly what: string
    }
