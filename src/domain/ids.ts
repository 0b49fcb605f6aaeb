declare const brand: unique symbol
type Id<Name extends string> = string & { readonly [brand]: Name }

/** A workspace member who answers customers. 24 hex digits. */
export type AgentId = Id<'Agent'>
/** One configured account of a platform: a site, a mailbox, a number, a bot. 24 hex digits. */
export type ChannelId = Id<'Channel'>
/** A person who writes to us. 24 hex digits. */
export type ContactId = Id<'Contact'>
/** A contact as known to one channel. 24 hex digits. */
export type ContactIdentityId = Id<'ContactIdentity'>
/** One thread with a contact on a channel. 24 hex digits. */
export type ConversationId = Id<'Conversation'>
/** One message, note or event line of a conversation. 24 hex digits. */
export type MessageId = Id<'Message'>
/** A stored file. 32 hex digits from a secure random source, never sequential. */
export type AttachmentId = Id<'Attachment'>
/** A group of agents. 24 hex digits. */
export type TeamId = Id<'Team'>
/** A topic such as "Billing". 24 hex digits. */
export type CategoryId = Id<'Category'>
/** Something an agent may be good at, such as a product. 24 hex digits. */
export type SkillId = Id<'Skill'>
/** The stored trace of one routing run. 24 hex digits. */
export type RoutingDecisionId = Id<'RoutingDecision'>
/** One event of the ingress journal: a digest of channel and delivery key. */
export type JournalEntryId = Id<'JournalEntry'>
/** An API token's public id. 24 hex digits. */
export type ApiTokenId = Id<'ApiToken'>

/** The name of a kind of platform, opaque to the core; the registry knows the values. */
export type ChannelType = Id<'ChannelType'>

/** An instant as ISO 8601 in UTC with milliseconds, as it stands in JSON. */
export type Instant = string
