import type { Availability } from '../../src/domain/agent.ts'
import type { ConversationStatus, Priority } from '../../src/domain/conversation.ts'
import type { Permission, Role } from '../../src/domain/permissions.ts'

/**
 * The values of the domain's unions that the screens offer. Only types cross from the server's code into the browser's;
 * `every` makes the compiler refuse a list that misses a value or invents one.
 */
export const every =
  <Union extends string>() =>
  <const List extends readonly Union[]>(
    list: List &
      ([Union] extends [List[number]] ? unknown : { readonly missing: Exclude<Union, List[number]> }),
  ): List =>
    list

/** Chosen availabilities. */
export const AVAILABILITIES = every<Availability>()(['online', 'away', 'offline'])
/** Where a conversation may stand. */
export const STATUSES = every<ConversationStatus>()(['open', 'pending', 'snoozed', 'resolved'])
/** Urgent first. */
export const PRIORITIES = every<Priority>()(['urgent', 'high', 'normal', 'low'])
/** Most powerful first. */
export const ROLES = every<Role>()(['owner', 'admin', 'supervisor', 'agent'])
/** What an API token may be allowed. */
export const PERMISSIONS = every<Permission>()([
  'conversation.read',
  'conversation.write',
  'conversation.assign-others',
  'conversation.read-all',
  'message.send',
  'contact.read',
  'contact.write',
  'agent.read',
  'agent.manage',
  'channel.read',
  'channel.manage',
  'quarantine.manage',
  'routing.read',
  'routing.manage',
  'routing.queue',
])
