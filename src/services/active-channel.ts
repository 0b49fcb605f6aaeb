import type { Connector } from '../contract/connector.ts'
import type { Capabilities } from '../domain/capabilities.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { AssignmentPolicy } from '../domain/routing.ts'

/** What the two paths need to know of a channel. */
export interface ActiveChannel {
  readonly id: ChannelId
  readonly connector: Connector
  readonly capabilities: Capabilities
  readonly policy: AssignmentPolicy
}

/** Looks a channel up by id; undefined when it is gone. */
export type FindChannel = (id: ChannelId) => Promise<ActiveChannel | undefined>
