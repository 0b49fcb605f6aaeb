import type { ApiTokenId } from '../domain/ids.ts'
import {
  type ApiTokenDeps,
  createApiToken,
  listApiTokens,
  removeApiToken,
} from '../services/manage-api-tokens.ts'
import { createApiTokenCommand } from './command-schemas.ts'
import { id, z } from './fields.ts'
import { created, defineRoute, noContent, ok, type RouteDefinition } from './route.ts'
import { apiTokenPage, apiTokenView } from './view-schemas.ts'

/** One's own API tokens. A token cannot make or end tokens. */
export function apiTokenRoutes(deps: ApiTokenDeps): readonly RouteDefinition[] {
  const tag = 'api tokens'
  return [
    defineRoute({
      method: 'get',
      path: '/api-tokens',
      tag,
      summary: 'List one’s tokens',
      access: 'session',
      responses: { 200: { description: 'Newest first', schema: apiTokenPage } },
      handler: async ({ principal }) => ok({ items: await listApiTokens(deps, principal) }),
    }),
    defineRoute({
      method: 'post',
      path: '/api-tokens',
      tag,
      summary: 'Make a token that may do at most what its maker may',
      access: 'session',
      body: createApiTokenCommand,
      responses: {
        201: {
          description: 'The secret is shown once',
          schema: z.object({ token: apiTokenView, secret: z.string() }),
        },
      },
      handler: async ({ principal, body }) => created(await createApiToken(deps, principal, body)),
    }),
    defineRoute({
      method: 'delete',
      path: '/api-tokens/:id',
      tag,
      summary: 'End a token at once',
      access: 'session',
      params: z.strictObject({ id: id<ApiTokenId>() }),
      responses: { 204: { description: 'Ended' } },
      async handler({ principal, params }) {
        await removeApiToken(deps, principal, params.id)
        return noContent()
      },
    }),
  ]
}
