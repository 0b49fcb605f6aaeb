/** Roles from most to least powerful. */
export const ROLES = ['owner', 'admin', 'supervisor', 'agent'] as const
/** See {@link ROLES}. */
export type Role = (typeof ROLES)[number]

/** What may be done; API tokens carry a subset as their scopes. */
export const PERMISSIONS = [
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
] as const
/** See {@link PERMISSIONS}. */
export type Permission = (typeof PERMISSIONS)[number]

const AGENT: readonly Permission[] = [
  'conversation.read',
  'conversation.write',
  'message.send',
  'contact.read',
  'contact.write',
  'agent.read',
  'channel.read',
  'routing.read',
]

const OF_ROLE: Readonly<Record<Role, readonly Permission[]>> = {
  owner: PERMISSIONS,
  admin: PERMISSIONS,
  supervisor: [
    ...AGENT,
    'conversation.assign-others',
    'conversation.read-all',
    'routing.manage',
    'routing.queue',
  ],
  agent: AGENT,
}

/** The permissions of a role. */
export function permissionsOf(role: Role): readonly Permission[] {
  return OF_ROLE[role]
}

/** Whether someone of role `actor` may give, take or hold power over role `target`: never over one above himself. */
export function mayManageRole(actor: Role, target: Role): boolean {
  if (!OF_ROLE[actor].includes('agent.manage')) return false
  return ROLES.indexOf(actor) <= ROLES.indexOf(target)
}

/** Which conversations someone may see: all, or those of the channels he has access to. */
export type ChannelScope = 'all' | ReadonlySet<string>

/** Whether a channel lies within a scope. */
export function seesChannel(scope: ChannelScope, channelId: string): boolean {
  return scope === 'all' || scope.has(channelId)
}
