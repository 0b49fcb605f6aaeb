import type { AgentId } from '../domain/ids.ts'
import {
  inviteAgent,
  listAgents,
  type ManageAgentsDeps,
  renewLink,
  updateAgent,
} from '../services/manage-agents.ts'
import { pageOfWhole } from '../services/page-cursor.ts'
import { inviteAgentCommand, updateAgentCommand } from './command-schemas.ts'
import { id, wholePageQuery, z } from './fields.ts'
import { created, defineRoute, ok, type RouteDefinition } from './route.ts'
import { agentPage, agentView } from './view-schemas.ts'

const params = z.strictObject({ id: id<AgentId>() })

/** Colleagues. */
export function agentRoutes(deps: ManageAgentsDeps): readonly RouteDefinition[] {
  const tag = 'agents'
  const inviteLink = z.string()
  return [
    defineRoute({
      method: 'get',
      path: '/agents',
      tag,
      summary: 'List everyone',
      access: { permission: 'agent.read' },
      query: wholePageQuery,
      responses: { 200: { description: 'Everyone, by name', schema: agentPage } },
      handler: async ({ query }) => ok(pageOfWhole(await listAgents(deps), query)),
    }),
    defineRoute({
      method: 'post',
      path: '/agents',
      tag,
      summary: 'Invite a colleague',
      access: { permission: 'agent.manage' },
      body: inviteAgentCommand,
      responses: {
        201: { description: 'The link is shown once', schema: z.object({ agent: agentView, inviteLink }) },
      },
      handler: async ({ principal, body }) => created(await inviteAgent(deps, principal, body)),
    }),
    defineRoute({
      method: 'patch',
      path: '/agents/:id',
      tag,
      summary: 'Change a colleague’s role, deactivate or reactivate them',
      access: { permission: 'agent.manage' },
      params,
      body: updateAgentCommand,
      versioned: true,
      responses: { 200: { description: 'The colleague', schema: agentView } },
      handler: async ({ principal, params, body }) => ok(await updateAgent(deps, principal, params.id, body)),
    }),
    defineRoute({
      method: 'post',
      path: '/agents/:id/invite',
      tag,
      summary: 'Make a new link: for a lost invite, or the way back in after a lost password or phone',
      access: { permission: 'agent.manage' },
      params,
      responses: { 200: { description: 'The link is shown once', schema: z.object({ inviteLink }) } },
      handler: async ({ principal, params }) => ok(await renewLink(deps, principal, params.id)),
    }),
  ]
}
