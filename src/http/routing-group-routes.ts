import type { CategoryId, SkillId, TeamId } from '../domain/ids.ts'
import {
  createCategory,
  listCategories,
  removeCategory,
  updateCategory,
} from '../services/manage-categories.ts'
import { createSkill, listSkills, removeSkill } from '../services/manage-skills.ts'
import {
  createTeam,
  listTeams,
  type ManageTeamsDeps,
  removeTeam,
  updateTeam,
} from '../services/manage-teams.ts'
import { pageOfWhole } from '../services/page-cursor.ts'
import { id, versionQuery, wholePageQuery, z } from './fields.ts'
import { created, defineRoute, noContent, ok, type RouteDefinition } from './route.ts'
import {
  categoryPage,
  categoryView,
  createCategoryCommand,
  createSkillCommand,
  createTeamCommand,
  skillPage,
  skillView,
  teamPage,
  teamView,
  updateCategoryCommand,
  updateTeamCommand,
} from './routing-schemas.ts'

const tag = 'routing'
const MANAGE = { permission: 'routing.manage' } as const
const SEE_AGENTS = { permission: 'agent.read' } as const
const removed = { 204: { description: 'Removed; 409 in-use names what still refers to it' } }

/** Teams, categories and skills: what policies are made of. */
export function routingGroupRoutes(deps: ManageTeamsDeps): readonly RouteDefinition[] {
  return [...teamRoutes(deps), ...categoryRoutes(deps), ...skillRoutes(deps)]
}

function teamRoutes(deps: ManageTeamsDeps): readonly RouteDefinition[] {
  const params = z.strictObject({ id: id<TeamId>() })
  const team = { description: 'The team', schema: teamView }
  return [
    defineRoute({
      method: 'get',
      path: '/teams',
      tag,
      summary: 'List the teams',
      access: SEE_AGENTS,
      query: wholePageQuery,
      responses: { 200: { description: 'Every team, by name', schema: teamPage } },
      handler: async ({ query }) => ok(pageOfWhole(await listTeams(deps), query)),
    }),
    defineRoute({
      method: 'post',
      path: '/teams',
      tag,
      summary: 'Make a team',
      access: MANAGE,
      body: createTeamCommand,
      responses: { 201: team },
      handler: async ({ body }) => created(await createTeam(deps, body)),
    }),
    defineRoute({
      method: 'patch',
      path: '/teams/:id',
      tag,
      summary: 'Change a team: name, members, working hours',
      access: MANAGE,
      params,
      body: updateTeamCommand,
      versioned: true,
      responses: { 200: team },
      handler: async ({ params, body }) => ok(await updateTeam(deps, params.id, body)),
    }),
    defineRoute({
      method: 'delete',
      path: '/teams/:id',
      tag,
      summary: 'Remove a team that nothing refers to and that has no work',
      access: MANAGE,
      params,
      query: versionQuery,
      versioned: true,
      responses: removed,
      async handler({ params, query }) {
        await removeTeam(deps, params.id, query.version)
        return noContent()
      },
    }),
  ]
}

function categoryRoutes(deps: ManageTeamsDeps): readonly RouteDefinition[] {
  const params = z.strictObject({ id: id<CategoryId>() })
  const category = { description: 'The category', schema: categoryView }
  return [
    defineRoute({
      method: 'get',
      path: '/categories',
      tag,
      summary: 'List the categories',
      access: { permission: 'conversation.read' },
      query: wholePageQuery,
      responses: { 200: { description: 'Every category, by name', schema: categoryPage } },
      handler: async ({ query }) => ok(pageOfWhole(await listCategories(deps), query)),
    }),
    defineRoute({
      method: 'post',
      path: '/categories',
      tag,
      summary: 'Make a category; its policy goes before that of the channel',
      access: MANAGE,
      body: createCategoryCommand,
      responses: { 201: category },
      handler: async ({ body }) => created(await createCategory(deps, body)),
    }),
    defineRoute({
      method: 'patch',
      path: '/categories/:id',
      tag,
      summary: 'Change a category',
      access: MANAGE,
      params,
      body: updateCategoryCommand,
      versioned: true,
      responses: { 200: category },
      handler: async ({ params, body }) => ok(await updateCategory(deps, params.id, body)),
    }),
    defineRoute({
      method: 'delete',
      path: '/categories/:id',
      tag,
      summary: 'Remove a category that no channel stamps',
      access: MANAGE,
      params,
      query: versionQuery,
      versioned: true,
      responses: removed,
      async handler({ params, query }) {
        await removeCategory(deps, params.id, query.version)
        return noContent()
      },
    }),
  ]
}

function skillRoutes(deps: ManageTeamsDeps): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'get',
      path: '/skills',
      tag,
      summary: 'List the skills that agents may have',
      access: SEE_AGENTS,
      query: wholePageQuery,
      responses: { 200: { description: 'Every skill, by name', schema: skillPage } },
      handler: async ({ query }) => ok(pageOfWhole(await listSkills(deps), query)),
    }),
    defineRoute({
      method: 'post',
      path: '/skills',
      tag,
      summary: 'Make a skill known',
      access: MANAGE,
      body: createSkillCommand,
      responses: { 201: { description: 'The skill', schema: skillView } },
      handler: async ({ body }) => created(await createSkill(deps, body)),
    }),
    defineRoute({
      method: 'delete',
      path: '/skills/:id',
      tag,
      summary: 'Remove a skill that nobody has and nothing asks for',
      access: MANAGE,
      params: z.strictObject({ id: id<SkillId>() }),
      query: versionQuery,
      versioned: true,
      responses: removed,
      async handler({ params, query }) {
        await removeSkill(deps, params.id, query.version)
        return noContent()
      },
    }),
  ]
}
