import type { ManageAgentsDeps } from '../services/manage-agents.ts'
import type { ApiTokenDeps } from '../services/manage-api-tokens.ts'
import type { ManageChannelsDeps } from '../services/manage-channels.ts'
import type { ManageTeamsDeps } from '../services/manage-teams.ts'
import type { ProfileDeps } from '../services/own-profile.ts'
import type { SetUpDeps } from '../services/set-up.ts'
import { agentRoutes } from './agent-routes.ts'
import { apiTokenRoutes } from './api-token-routes.ts'
import { channelRoutes } from './channel-routes.ts'
import { entryRoutes } from './entry-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { type QueueRouteDeps, queueRoutes } from './queue-routes.ts'
import type { RouteDefinition } from './route.ts'
import { routingRoutes } from './routing-routes.ts'

/** What the routes about the workspace itself need. */
export type AdminDeps = SetUpDeps &
  ProfileDeps &
  ManageAgentsDeps &
  ManageChannelsDeps &
  ApiTokenDeps &
  ManageTeamsDeps &
  QueueRouteDeps

/** Every route about people, channels and access. */
export function adminRoutes(deps: AdminDeps): readonly RouteDefinition[] {
  return [
    ...entryRoutes(deps),
    ...profileRoutes(deps),
    ...agentRoutes(deps),
    ...channelRoutes(deps),
    ...routingRoutes(deps),
    ...queueRoutes(deps),
    ...apiTokenRoutes(deps),
  ]
}
