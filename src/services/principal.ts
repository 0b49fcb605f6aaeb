import { AppError } from '../domain/errors.ts'
import type { AgentId } from '../domain/ids.ts'
import { type ChannelScope, type Permission, type Role, seesChannel } from '../domain/permissions.ts'

/** Who is calling, as authentication established it. Every service that acts for somebody takes one. */
export interface Principal {
  readonly agentId: AgentId
  readonly name: string
  readonly role: Role
  /** Of the role, or the token's scopes cut down to them. */
  readonly permissions: ReadonlySet<Permission>
  readonly channels: ChannelScope
  /** The server-side session, or the API token. */
  readonly via: { readonly kind: 'session' | 'token'; readonly id: string }
}

/** @throws AppError `permission-denied` */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!principal.permissions.has(permission)) throw new AppError('permission-denied')
}

/** A channel out of sight does not exist: @throws AppError `not-found` */
export function requireChannel(principal: Principal, channelId: string): void {
  if (!seesChannel(principal.channels, channelId)) throw new AppError('not-found')
}
