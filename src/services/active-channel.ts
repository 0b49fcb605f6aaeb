import type { ConfigValues } from '../contract/config-field.ts'
import type { Connector, SessionInbound, WebhookInbound } from '../contract/connector.ts'
import type { Capabilities } from '../domain/capabilities.ts'
import type { CategoryId, ChannelId } from '../domain/ids.ts'
import type { AssignmentPolicy, SkillRequirement } from '../domain/routing/policy.ts'

/** What the two paths need to know of a channel. */
export interface ActiveChannel {
  readonly id: ChannelId
  /** Carries nothing for now. */
  readonly paused: boolean
  /** Set once it was deleted. */
  readonly deletedAtMs?: number
  readonly connector: Connector
  /** The connector's way in that counts with this channel's settings. */
  readonly inbound: WebhookInbound<ConfigValues> | SessionInbound<ConfigValues>
  readonly capabilities: Capabilities
  readonly policy: AssignmentPolicy
  /** Stamped on new conversations. */
  readonly categoryId?: CategoryId
  /** What its conversations ask for, beyond the policy's own skills. */
  readonly skills: readonly SkillRequirement[]
}

/** Looks a channel up by id; undefined when it is gone. */
export type FindChannel = (id: ChannelId) => Promise<ActiveChannel | undefined>
