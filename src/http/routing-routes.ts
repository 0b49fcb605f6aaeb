import type { AgentId } from '../domain/ids.ts'
import { POLICY_PRESETS } from '../domain/routing/presets.ts'
import { readAgentRouting, updateAgentRouting } from '../services/agent-routing.ts'
import { findPolicyIssues } from '../services/check-policy.ts'
import type { ManageTeamsDeps } from '../services/manage-teams.ts'
import { readRoutingSettings, updateRoutingSettings } from '../services/routing-settings.ts'
import { id, z } from './fields.ts'
import { defineRoute, ok, type RouteDefinition } from './route.ts'
import { routingGroupRoutes } from './routing-group-routes.ts'
import {
  agentRoutingView,
  checkPolicyCommand,
  policyIssues,
  policyPresets,
  routingSettingsView,
  updateAgentRoutingCommand,
  updateRoutingSettingsCommand,
} from './routing-schemas.ts'

const tag = 'routing'
const MANAGE = { permission: 'routing.manage' } as const
const SEE_AGENTS = { permission: 'agent.read' } as const

/** What the router goes by. */
export function routingRoutes(deps: ManageTeamsDeps): readonly RouteDefinition[] {
  const params = z.strictObject({ id: id<AgentId>() })
  const ofAgent = { 200: { description: 'His own and what holds in the end', schema: agentRoutingView } }
  const settings = { 200: { description: 'The settings', schema: routingSettingsView } }
  return [
    ...routingGroupRoutes(deps),
    defineRoute({
      method: 'get',
      path: '/agents/:id/routing',
      tag,
      summary:
        'Capacity, skills, teams and working hours of an agent; time off only for himself and who distributes work',
      access: SEE_AGENTS,
      params,
      responses: ofAgent,
      handler: async ({ params, principal }) => ok(await readAgentRouting(deps, params.id, principal)),
    }),
    defineRoute({
      method: 'patch',
      path: '/agents/:id/routing',
      tag,
      summary: 'Change them; null goes back to what holds for all',
      access: MANAGE,
      params,
      body: updateAgentRoutingCommand,
      versioned: true,
      responses: ofAgent,
      handler: async ({ params, body }) => ok(await updateAgentRouting(deps, params.id, body)),
    }),
    defineRoute({
      method: 'get',
      path: '/routing/settings',
      tag,
      summary: 'What holds for the whole workspace',
      access: SEE_AGENTS,
      responses: settings,
      handler: async () => ok(await readRoutingSettings(deps)),
    }),
    defineRoute({
      method: 'patch',
      path: '/routing/settings',
      tag,
      summary: 'Change what holds for the whole workspace',
      access: MANAGE,
      body: updateRoutingSettingsCommand,
      versioned: true,
      responses: settings,
      handler: async ({ body }) => ok(await updateRoutingSettings(deps, body)),
    }),
    defineRoute({
      method: 'get',
      path: '/routing/presets',
      tag,
      summary: 'The policies that support teams know by name',
      access: SEE_AGENTS,
      responses: { 200: { description: 'Ready to be changed and saved', schema: policyPresets } },
      handler: async () => ok({ items: POLICY_PRESETS }),
    }),
    defineRoute({
      method: 'post',
      path: '/routing/check',
      tag,
      summary: 'Say what is wrong with a policy, or questionable about it, before it is saved',
      access: MANAGE,
      body: checkPolicyCommand,
      responses: { 200: { description: 'Errors would keep it from being saved', schema: policyIssues } },
      handler: async ({ body }) => ok({ issues: await findPolicyIssues(deps, body.policy) }),
    }),
  ]
}
