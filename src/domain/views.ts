import type { AgentState, Availability } from './agent.ts'
import type { Capabilities } from './capabilities.ts'
import type { ChannelMark } from './channel-mark.ts'
import type { ConversationStatus, Priority, RoutingStatus, WorkType } from './conversation.ts'
import type { DeliveryCertainty, DeliveryState } from './delivery.ts'
import type * as id from './ids.ts'
import type { FiledReason, Letter } from './letter.ts'
import type { ConversationEventKind, MessageDirection, MessageKind, MessageStatus } from './message.ts'
import type { MessageCard } from './message-card.ts'
import type { Permission, Role } from './permissions.ts'
import type { AssignmentPolicy, RoutingStrategy, SkillRequirement } from './routing/policy.ts'
import type { PolicyIssue } from './routing/policy-check.ts'
import type { RoutingCandidate, RoutingOutcome, StepTally } from './routing/trace.ts'
import type { TextSpan } from './text-spans.ts'

/** A page of a list. `nextCursor` is absent on the last page. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor?: string
}

/** A stored file as an interface shows it. The name is for display only. */
export interface AttachmentView {
  readonly id: id.AttachmentId
  readonly name: string
  readonly contentType: string
  readonly sizeBytes: number
  /** Pixels, for images that the browser may show. */
  readonly width?: number
  readonly height?: number
  /** By this id the letter's formatted body shows it in its place. */
  readonly contentId?: string
  /**
   * Absent when it can be had. `fetching`: it is on its way from the platform, and its type and size are only what that
   * says. `gone`: the platform does not give it any more. `too-large`: it is larger than this server keeps.
   */
  readonly state?: 'fetching' | 'gone' | 'too-large'
}

/** Who wrote a message. */
export interface AuthorView {
  readonly kind: 'contact' | 'agent' | 'system'
  readonly id?: string
  readonly name: string
}

/** The last thing said in a conversation, for lists. */
export interface LastMessageView {
  readonly id: id.MessageId
  readonly direction: MessageDirection
  readonly kind: MessageKind
  readonly preview: string
  readonly attachmentCount: number
  readonly status?: MessageStatus
  readonly at: id.Instant
}

/** A conversation as lists and the thread's head show it. `version` rises by at least one with every change. */
export interface ConversationView {
  readonly id: id.ConversationId
  readonly channelId: id.ChannelId
  readonly contact: { readonly id: id.ContactId; readonly name: string }
  readonly status: ConversationStatus
  readonly snoozedUntil?: id.Instant
  readonly assigneeId?: id.AgentId
  readonly teamId?: id.TeamId
  /** A person chose the team: the router leaves it and gives the conversation to its members only. */
  readonly teamByHand?: boolean
  readonly workType: WorkType
  readonly categoryId?: id.CategoryId
  readonly priority: Priority
  readonly tags: readonly string[]
  readonly subject?: string
  /** Customer messages since an agent last read the conversation. */
  readonly unreadCount: number
  /** Filed away unseen: in a view of its own until a person takes it out. */
  readonly filed?: FiledReason
  readonly lastMessage?: LastMessageView
  readonly lastInboundAt?: id.Instant
  readonly lastActivityAt: id.Instant
  readonly createdAt: id.Instant
  /** The conversation that this one goes on from: it was resolved too long ago to be opened again. */
  readonly previousId?: id.ConversationId
  readonly routing: { readonly status: RoutingStatus; readonly decisionId?: id.RoutingDecisionId }
  readonly version: number
}

/** One line of a thread. */
export interface MessageView {
  readonly id: id.MessageId
  readonly conversationId: id.ConversationId
  readonly direction: MessageDirection
  readonly kind: MessageKind
  readonly author: AuthorView
  readonly text: string
  readonly attachments: readonly AttachmentView[]
  /** Present exactly on `kind: "event"`. */
  readonly event?: {
    readonly name: ConversationEventKind
    readonly agentName?: string
    readonly value?: string
  }
  /** Present on what goes to or comes from the customer. */
  readonly status?: MessageStatus
  readonly clientMessageId?: string
  /** Present on outbound messages: where the outbox stands. */
  readonly delivery?: {
    readonly state: DeliveryState
    readonly attempts: number
    readonly nextAttemptAt?: id.Instant
    readonly errorCode?: string
    readonly errorDetail?: string
    readonly certainty?: DeliveryCertainty
    /** It may have arrived, and the platform is being asked. */
    readonly checking?: boolean
    /** The platform's report of the failure is kept and can be read. */
    readonly hasReport?: boolean
  }
  /** Formatting of `text`. */
  readonly spans?: readonly TextSpan[]
  readonly cards?: readonly MessageCard[]
  /** One for each reaction of a person, the customer's by his name. */
  readonly reactions?: readonly { readonly emoji: string; readonly by: string }[]
  /** What it answers, as far as that is known. */
  readonly replyTo?: {
    readonly id: id.MessageId
    readonly authorName: string
    readonly preview: string
  }
  /** The approved message that it went out as. */
  readonly template?: { readonly id: string; readonly name: string }
  /** What it has as a letter, on channels that carry letters. */
  readonly letter?: LetterView
  /** Set when the platform sent something we cannot show; says what it was. */
  readonly unsupported?: string
  readonly editedAt?: id.Instant
  readonly deletedAt?: id.Instant
  readonly createdAt: id.Instant
  /** Its place: a thread is sorted by it, then by the id. Instants may be the same. */
  readonly order: number
  /** Rises with every change of this message. */
  readonly version: number
}

/** A letter as the thread shows it. */
export interface LetterView extends Omit<Letter, 'sentAtMs'> {
  readonly sentAt?: id.Instant
}

/** A letter's whole content, read when somebody opens it. */
export interface LetterBodyView {
  /** With everything that was quoted. */
  readonly text: string
  /**
   * Sanitised. What was quoted stands in elements with the class `tributary-quoted`; pictures of the letter itself
   * have addresses of ours, remote ones none but `data-remote-image` with their place in the letter.
   */
  readonly html?: string
  /** How many remote pictures there are: each is shown by `/messages/:id/images/:place`, fetched by the server. */
  readonly remoteImages: number
  /** In the order they came. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/** A contact's id on one channel. `verified` is false where name, email and the rest are only the visitor's claim. */
export interface ContactIdentityView {
  readonly id: id.ContactIdentityId
  readonly channelId: id.ChannelId
  readonly externalId: string
  readonly displayName?: string
  readonly verified: boolean
  /** The customer wants no messages of this channel since then. */
  readonly optedOutAt?: id.Instant
  /** A picture of him, fetched from the platform. */
  readonly avatarId?: id.AttachmentId
}

/** A person as the contact panel shows him. */
export interface ContactView {
  readonly id: id.ContactId
  readonly name: string
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: readonly string[]
  readonly identities: readonly ContactIdentityView[]
  /** The agent who looks after this person: policies may give him the contact's conversations first. */
  readonly ownerId?: id.AgentId
  /** It was merged into this contact, and is only told of so that screens follow. */
  readonly mergedInto?: id.ContactId
  readonly createdAt: id.Instant
  readonly version: number
}

/** A colleague as every agent may see him. */
export interface AgentView {
  readonly id: id.AgentId
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly state: AgentState
  readonly availability: Availability
  /** A device is connected now, or was within the grace period. */
  readonly present: boolean
  readonly seenAt?: id.Instant
  /** Until then a device takes push notifications, which the router counts as present. It may have passed. */
  readonly pushReachableUntil?: id.Instant
  readonly version: number
}

/** Oneself, after sign-in. */
export interface ProfileView extends AgentView {
  readonly permissions: readonly Permission[]
  readonly secondFactor: boolean
  readonly locale: string
}

/** A channel as agents see it: enough to show and to write, nothing of its settings. */
export interface ChannelView {
  readonly id: id.ChannelId
  readonly type: id.ChannelType
  readonly typeName: string
  /** Absent where the kind has none. */
  readonly mark?: ChannelMark
  readonly name: string
  readonly paused: boolean
  readonly health: ChannelHealthView
  readonly capabilities: Capabilities
  /** It was deleted: its conversations stay readable, nothing comes or goes. */
  readonly deletedAt?: id.Instant
  readonly version: number
}

/** What the supervisor last heard of a channel. `detail` is in words and free of secrets. */
export interface ChannelHealthView {
  readonly state: 'unknown' | 'healthy' | 'degraded' | 'failing'
  readonly code?: string
  readonly detail?: string
  readonly at?: id.Instant
}

/** A channel as someone sees it who says who gets its conversations: nothing of its settings. */
export interface ChannelRoutingView extends ChannelView {
  readonly policy: AssignmentPolicy
  /** What is questionable about the policy as it stands now; errors too, since agents and teams come and go. */
  readonly policyIssues: readonly PolicyIssue[]
  /** Stamped on new conversations. */
  readonly categoryId?: id.CategoryId
  /** What conversations of this channel ask for, beyond the policy's own skills. */
  readonly skills: readonly SkillRequirement[]
}

/** A channel as an administrator sees it. Secret settings read as `true` when set and are never sent back. */
export interface ChannelAdminView extends ChannelRoutingView {
  readonly config: Readonly<Record<string, string | number | boolean | readonly string[]>>
  readonly access: ChannelAccess
  /** Where the platform must deliver to, for channels that are called by it. */
  readonly webhookUrl?: string
  /** What a site owner pastes, for channels with a widget. */
  readonly snippet?: string
  readonly createdAt: id.Instant
}

/** Who may see a channel's conversations. Owners, administrators and supervisors see all. */
export type ChannelAccess =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'agents'; readonly agentIds: readonly id.AgentId[] }

/**
 * The explanation of one routing run. `lost-to-a-person` = somebody changed the conversation while the router decided;
 * `nobody-eligible` is found on runs of earlier versions only.
 */
export interface RoutingDecisionView {
  readonly id: id.RoutingDecisionId
  readonly conversationId: id.ConversationId
  /** What set it off, such as `arrival` or `capacity`. */
  readonly trigger: string
  readonly outcome: RoutingOutcome | 'nobody-eligible' | 'lost-to-a-person'
  readonly winner?: id.AgentId
  /** The step that found the winner, from 0. */
  readonly step?: number
  readonly strategy?: RoutingStrategy
  /** The team it set. */
  readonly teamId?: id.TeamId
  readonly candidates: readonly RoutingCandidate[]
  readonly tallies: readonly StepTally[]
  /** When it is worth looking again even if nothing happens. */
  readonly wakeAt?: id.Instant
  readonly durationMs: number
  readonly decidedAt: id.Instant
}

/** A journal entry that could not be projected after three tries. */
export interface QuarantineView {
  readonly id: id.JournalEntryId
  readonly channelId: id.ChannelId
  readonly receivedAt: id.Instant
  readonly tries: number
  readonly error: string
  /** The raw source as it came, base64; only when one entry is read. */
  readonly rawBase64?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An API token; the secret itself is shown once, when it is made. */
export interface ApiTokenView {
  readonly id: id.ApiTokenId
  readonly name: string
  readonly scopes: readonly Permission[]
  readonly createdAt: id.Instant
  readonly expiresAt?: id.Instant
  readonly lastUsedAt?: id.Instant
}

/** Why a contact may be the same person as another. */
export interface DuplicateView {
  readonly contact: ContactView
  /** What they have in common: an address or number, as it is shown. */
  readonly because: readonly { readonly kind: 'email' | 'phone'; readonly value: string }[]
}

/** What merging would make of two contacts, or has made. */
export interface MergePreviewView {
  /** The contact that stays, as it would be. */
  readonly result: ContactView
  /** What of it comes from the other contact. */
  readonly taken: {
    readonly emails: readonly string[]
    readonly phones: readonly string[]
    readonly tags: readonly string[]
    readonly attributes: readonly string[]
    readonly identities: readonly id.ContactIdentityId[]
    /** Nobody looked after the one that stays. */
    readonly ownerId?: id.AgentId
  }
  /** Attributes that both have with different values: the first one stays. */
  readonly conflicts: readonly { readonly key: string; readonly stays: string; readonly goes: string }[]
  /** Conversations that move, of those that the reader may see. */
  readonly conversations: number
  /** What the merge is to name: whoever changes one of the two meanwhile makes it a conflict. */
  readonly version: number
  readonly contactVersion: number
}

/** A merge that was done. */
export interface MergeView {
  readonly id: string
  readonly contactId: id.ContactId
  readonly absorbed: { readonly id: id.ContactId; readonly name: string }
  readonly by: { readonly id: id.AgentId; readonly name: string }
  readonly at: id.Instant
  readonly undoneAt?: id.Instant
  /** Merges are undone from the last one back. */
  readonly undoable: boolean
}

/** A message of any of a contact's conversations. */
export interface TimelineEntryView {
  readonly message: MessageView
  readonly channelId: id.ChannelId
  readonly conversation: {
    readonly id: id.ConversationId
    readonly status: ConversationStatus
    readonly subject?: string
  }
}

/** Whether and how a channel reaches a contact now. */
export interface ReachView {
  readonly channelId: id.ChannelId
  readonly channelName: string
  /** Who he is there; absent where he never wrote and only an address of his fits. */
  readonly identityId?: id.ContactIdentityId
  /** The address, number or id that it would go to. */
  readonly to: string
  /** His conversation there that is not resolved, or the latest one that can be opened again. */
  readonly conversationId?: id.ConversationId
  /** When he last wrote there. */
  readonly lastInboundAt?: id.Instant
  /** Free text may go now. */
  readonly ok: boolean
  /** Only an approved message may go. */
  readonly templatesOnly?: boolean
  /** Until when free text may go, where the platform limits it. */
  readonly windowClosesAt?: id.Instant
  /** Why not, when not `ok`. */
  readonly reason?:
    | 'window-closed'
    | 'opted-out'
    | 'paused'
    | 'failing'
    | 'start-unsupported'
    | 'deleted'
    | 'no-access'
}
