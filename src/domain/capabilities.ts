import type { WorkType } from './conversation.ts'
import type { RetrySchedule } from './delivery.ts'

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
  }
  readonly attachments: {
    readonly support: Support
    readonly maxBytes: number
    readonly maxPerMessage: number
    /** Of all files of one message together; absent = only each file is limited. */
    readonly maxTotalBytes?: number
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
  /** Whether an agent may begin a conversation. */
  readonly startConversation: Support
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
  /** Absent = the default schedule. */
  readonly retry?: RetrySchedule
}
