import type { WorkType } from './conversation.ts'
import type { RetrySchedule } from './delivery.ts'
import type { SegmentRules } from './text-segments.ts'

/** `native`: the platform does it. `degraded`: we send something near it. `absent`: refused before sending. */
export type Support = 'native' | 'degraded' | 'absent'

/** What one channel can do, as data: the composer, `planOutbound` and the contract kit all read this one object. */
export interface Capabilities {
  readonly workType: WorkType
  readonly text: {
    readonly support: Support
    /** Longest text of one message, in UTF-16 units. */
    readonly maxLength: number
    /** What happens beyond the limit. */
    readonly overLimit: 'split' | 'refuse'
    /** Where texts are paid for by the segment: the composer counts them. */
    readonly segments?: SegmentRules
  }
  /** Whether marks such as *bold* are shown as formatting; absent = as they were typed. */
  readonly formatting?: Support
  readonly attachments: {
    readonly support: Support
    readonly maxBytes: number
    readonly maxPerMessage: number
    /** Of all files of one message together; absent = only each file is limited. */
    readonly maxTotalBytes?: number
    /** What happens beyond `maxPerMessage`; `refuse` where nothing is said. */
    readonly overCount?: 'split' | 'refuse'
    /** The longest text that goes in one message with files; a longer one goes ahead by itself. Absent = any. */
    readonly maxTextLength?: number
    /**
     * Types of files, as `type/subtype` or `type/*`, that a text goes along with; beside any other it goes ahead by
     * itself. Absent or empty = all.
     */
    readonly textWith?: readonly string[]
    /** Narrower limits of some types; the first that fits counts in place of `maxBytes`. */
    readonly sizeLimits?: readonly { readonly contentTypes: readonly string[]; readonly maxBytes: number }[]
    /** Content types as `type/subtype` or `type/*`; empty = whatever the workspace allows. */
    readonly contentTypes: readonly string[]
  }
  readonly replyTo: Support
  readonly reactions: Support
  readonly typing: Support
  readonly markRead: Support
  readonly editMessage: Support
  readonly deleteMessage: Support
  /** Which receipts the platform gives for what we send. */
  readonly receipts: { readonly delivered: Support; readonly read: Support }
  /** Hours after the customer's last message within which we may write freely; absent = always. */
  readonly replyWindowHours?: number
  /** Approved messages that may go out also when the reply window is closed; absent = none. */
  readonly templates?: Support
  /** Whether an agent may begin a conversation. */
  readonly startConversation: Support
  /**
   * What names the customer in a conversation that an agent begins: a phone number (E.164), an email address, or an id
   * of the platform's own. By the first two a contact is also reached where he never wrote. Absent: an email address
   * where there are letters, else an id.
   */
  readonly addresses?: 'phone' | 'email' | 'id'
  /** True when `send` may be repeated after a crash without the customer seeing it twice. */
  readonly idempotentSend: boolean
  /** Present where messages are letters: with a subject, copies to others and formatted text. */
  readonly letters?: {
    /** Most addresses of one letter, over To, Cc and Bcc. */
    readonly maxRecipients: number
    /** Put below what an agent writes unless he takes it out; plain text, may be empty. */
    readonly signature: string
    /** This channel's own addresses, lower case, the first one the sender's. */
    readonly ownAddresses: readonly string[]
    /** Letters of the same sender with the same subject go into one conversation for so long. */
    readonly sameSubjectDays: number
  }
  /** How fast the platform takes messages of this channel, so that it need not refuse any; absent = as fast as may be. */
  readonly pacing?: Pacing
  /** Absent = the default schedule. */
  readonly retry?: RetrySchedule
}

/** So many messages in so many milliseconds, spread evenly but for a burst of `burst` messages, 1 where not said. */
export interface PaceLimit {
  readonly messages: number
  readonly perMs: number
  readonly burst?: number
}

/** The limits of a channel; whoever sends keeps to all that are given. */
export interface Pacing {
  /** Over all conversations of the channel. */
  readonly channel?: PaceLimit
  /** In each conversation, or in those together that a connector says lie in one place. */
  readonly thread?: readonly PaceLimit[]
}
