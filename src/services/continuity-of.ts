import type { Continuity } from '../contract/visitor-access.ts'
import type { LiveChannel } from './channel-directory.ts'

/** Where a channel's answers go on that a customer has not got; undefined where they wait for him. */
export function continuityOf({ connector, config }: LiveChannel): Continuity | undefined {
  return connector.visitors?.continuity?.(config)
}
