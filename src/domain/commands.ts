import type { Availability } from './agent.ts'
import type { ConversationStatus, Priority } from './conversation.ts'
import type { FilledTemplate } from './message-template.ts'
import type { Permission, Role } from './permissions.ts'
import type { AssignmentPolicy, SkillRequirement } from './routing/policy.ts'
import type { ChannelAccess } from './views.ts'

/** First step of an installation: makes the owner and the first channel. The token is the one of the set-up link. */
export interface SetUpCommand {
  readonly token: string
  readonly workspaceName: string
  readonly name: string
  readonly email: string
  readonly password: string
}

/** Signs in; `code` is the second factor's, where one is set. */
export interface SignInCommand {
  readonly email: string
  readonly password: string
  readonly code?: string
}

/** What an invited agent sends with the token of his one-time link. */
export interface AcceptInviteCommand {
  readonly token: string
  readonly name: string
  readonly password: string
}

/** Changes of one's own profile. */
export interface UpdateProfileCommand {
  readonly name?: string
  readonly locale?: string
}

/** Ends every other session of one's own. */
export interface ChangePasswordCommand {
  readonly currentPassword: string
  readonly newPassword: string
}

/** An agent says whether new conversations may reach him. */
export interface SetAvailabilityCommand {
  readonly availability: Availability
}

/** A device of an agent takes push notifications until an instant, at most thirty days ahead; null = no longer. */
export interface SetPushReachabilityCommand {
  readonly until: string | null
}

/** Asks a new agent in; answers with his one-time link. */
export interface InviteAgentCommand {
  readonly email: string
  readonly name: string
  readonly role: Role
}

/** Changes a colleague's role or account. */
export interface UpdateAgentCommand {
  readonly role?: Role
  readonly deactivated?: boolean
  readonly version: number
}

/** What a setting may hold. */
export type ConfigValue = string | number | boolean | readonly string[]

/** Adds a channel of a kind that the registry knows. */
export interface CreateChannelCommand {
  readonly type: string
  readonly name: string
  readonly config: Readonly<Record<string, ConfigValue>>
  readonly policy?: AssignmentPolicy
  /** Stamped on new conversations. */
  readonly categoryId?: string
  readonly skills?: readonly SkillRequirement[]
  readonly access?: ChannelAccess
}

/** Changes who gets a channel's conversations; what is left out stays. */
export interface UpdateChannelRoutingCommand {
  readonly policy?: AssignmentPolicy
  readonly categoryId?: string | null
  readonly skills?: readonly SkillRequirement[]
  readonly version: number
}

/** Changes a channel; settings left out stay, secrets too. */
export interface UpdateChannelCommand extends UpdateChannelRoutingCommand {
  readonly name?: string
  readonly config?: Readonly<Record<string, ConfigValue>>
  readonly access?: ChannelAccess
  readonly paused?: boolean
}

/** The views of the conversation list. */
export type ConversationListView = 'mine' | 'unassigned' | 'all' | 'spam' | 'automatic'

/** Filters of the conversation list; sorted by last activity, newest first. */
export interface ListConversationsQuery {
  readonly view: ConversationListView
  readonly status: ConversationStatus
  readonly channelId?: string
  /** Only those of this team. */
  readonly teamId?: string
  readonly search?: string
  readonly cursor?: string
  readonly limit: number
}

/** Changes of a conversation. `version` is the one the caller has seen: another one is answered 409. */
export interface UpdateConversationCommand {
  readonly status?: ConversationStatus
  /** Needed with status `snoozed`; must lie in the future. */
  readonly snoozedUntil?: string
  readonly priority?: Priority
  readonly tags?: readonly string[]
  /** The topic; null = none. */
  readonly categoryId?: string | null
  /** `spam` files it away; null takes it out of where it was filed and gives it to the router. */
  readonly filed?: 'spam' | null
  readonly version: number
}

/** Says whom a conversation is with. */
export interface ChangeContactCommand {
  /** One that a letter of the conversation names. */
  readonly address: string
  /** For a contact that is new; left out, as the letter names him. */
  readonly name?: string
  readonly version: number
}

/** Sends a conversation back to the queue: its policy runs afresh, and whoever had it is not asked again. */
export interface SendBackCommand {
  /** Left for whoever gets it, as a note that only agents see. */
  readonly note?: string
  readonly version: number
}

/**
 * Gives a conversation to an agent, to a team, or both; null takes it from whoever has it. A person's choice wins over
 * the router. A team that is left out stays.
 */
export interface AssignConversationCommand {
  readonly assigneeId: string | null
  readonly teamId?: string | null
  /** Left for whoever gets it, as a note that only agents see. */
  readonly note?: string
  readonly version: number
}

/** An agent's reply. The same `clientMessageId` sent twice is one message. */
export interface SendMessageCommand {
  readonly clientMessageId: string
  readonly text: string
  readonly attachmentIds: readonly string[]
  /** Only on channels that carry letters; what is left out follows from the letter that is answered. */
  readonly letter?: OutgoingLetter
  /** The message of the conversation that is answered, where the channel shows such. */
  readonly replyToId?: string
  /** An approved message goes out in place of the text, which is then empty. */
  readonly template?: FilledTemplate
}

/** Changes what a message of ours says, on channels that can. `version` is the one the caller has seen. */
export interface EditMessageCommand {
  readonly text: string
  readonly version: number
}

/** Makes one contact of two. The one named in the address stays. */
export interface MergeContactCommand {
  /** Goes into the other one. */
  readonly contactId: string
  readonly version: number
  readonly contactVersion: number
}

/** What an agent says of a letter beside its text. Addresses are `local@domain`. */
export interface OutgoingLetter {
  /** The formatted text; the plain one stands beside it. Sanitised by the server. */
  readonly html?: string
  readonly subject?: string
  /** Whom it goes to; the conversation's contact when left out. */
  readonly to?: readonly string[]
  readonly cc?: readonly string[]
  readonly bcc?: readonly string[]
  /** The message that is answered or forwarded: sets the letter's thread. */
  readonly aboutMessageId?: string
  /** Puts that message below, as `reply` quotes it or as `forward` passes it on with its files. */
  readonly quote?: 'reply' | 'forward'
  /** False leaves the channel's signature out. */
  readonly signature?: boolean
}

/** Begins a conversation with somebody on a channel whose platform allows it. */
export interface StartConversationCommand extends SendMessageCommand {
  readonly channelId: string
  /** The customer as the channel names him, such as his address. */
  readonly to: string
  readonly name?: string
}

/** A note that only agents see. */
export interface AddNoteCommand {
  readonly clientMessageId: string
  readonly text: string
}

/** Changes of a contact. */
export interface UpdateContactCommand {
  readonly name?: string
  readonly emails?: readonly string[]
  readonly phones?: readonly string[]
  readonly attributes?: Readonly<Record<string, string>>
  readonly tags?: readonly string[]
  /** An active agent; null = nobody any more. */
  readonly ownerId?: string | null
  readonly version: number
}

/** Makes an API token for oneself. */
export interface CreateApiTokenCommand {
  readonly name: string
  readonly scopes: readonly Permission[]
  readonly expiresAt?: string
}
