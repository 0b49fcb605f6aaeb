import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig } from '@asteasolutions/zod-to-openapi'
import { ERROR_CATALOGUE } from '../domain/errors.ts'
import { z } from './fields.ts'
import { STATUS_OF } from './problem.ts'
import type { Access, RouteDefinition } from './route.ts'

/** Where the routes stand. */
export const API_PREFIX = '/api/v1'

/** The OpenAPI 3.1 document of the routes. */
export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>

const codes = Object.keys(ERROR_CATALOGUE)

const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ enum: codes }),
    detail: z.string().optional(),
    field: z.string().optional(),
    errors: z
      .array(z.object({ field: z.string(), message: z.string(), code: z.string().optional() }))
      .optional(),
    requestId: z.string(),
  })
  .openapi('Problem')

const PROBLEM: ResponseConfig = {
  description: 'A problem document (RFC 9457)',
  content: { 'application/problem+json': { schema: problem } },
}

function accessOf(access: Access): { readonly security: Record<string, string[]>[]; readonly words: string } {
  if (access === 'public') return { security: [], words: 'Anyone may call this.' }
  if (access === 'session') return { security: [{ session: [] }], words: 'Needs a signed-in person.' }
  const security: Record<string, string[]>[] = [{ session: [] }, { token: [] }]
  if (access === 'signed-in') return { security, words: 'Needs a session or any API token.' }
  return { security, words: `Needs the permission \`${access.permission}\`.` }
}

const namesIn = (route: RouteDefinition): number[] => {
  const statuses = [STATUS_OF.internal, STATUS_OF.unavailable, STATUS_OF['rate-limited']]
  if (route.params || route.query || route.body) statuses.push(STATUS_OF.invalid)
  if (route.access !== 'public') statuses.push(STATUS_OF.unauthenticated, STATUS_OF.forbidden)
  if (route.params) statuses.push(STATUS_OF['not-found'])
  if (route.versioned) statuses.push(STATUS_OF.conflict)
  if (route.body) statuses.push(STATUS_OF['unsupported-type'], STATUS_OF['too-large'])
  return statuses.filter((status) => !(status in route.responses)).sort()
}

function responsesOf(route: RouteDefinition): Record<string, ResponseConfig> {
  const responses: Record<string, ResponseConfig> = {}
  for (const [status, { description, schema, contentType = 'application/json' }] of Object.entries(
    route.responses,
  )) {
    responses[status] = {
      description,
      ...(schema || contentType !== 'application/json'
        ? {
            content: {
              [contentType]: schema ? { schema } : { schema: { type: 'string', format: 'binary' } },
            },
          }
        : {}),
    }
  }
  for (const status of namesIn(route)) responses[String(status)] = PROBLEM
  return responses
}

function bodyOf(route: RouteDefinition) {
  if (route.bodyType) {
    const file = {
      type: 'object' as const,
      properties: { file: { type: 'string' as const, format: 'binary' } },
    }
    return {
      body: { required: true, content: { [route.bodyType]: { schema: { ...file, required: ['file'] } } } },
    }
  }
  return route.body
    ? { body: { required: true, content: { 'application/json': { schema: route.body } } } }
    : {}
}

/** `listAgents` from `GET /agents`: stable names for generated clients. */
function operationIdOf({ method, path }: RouteDefinition): string {
  const words = path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith(':') ? `by-${part.slice(1)}` : part))
  return [method, ...words].join('-').replace(/[-.](\w)/g, (_match, letter: string) => letter.toUpperCase())
}

/** Describes the routes from the very schemas that check them. */
export function describeApi(routes: readonly RouteDefinition[], publicUrl: string): OpenApiDocument {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'tributary_session',
  })
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: '`trb_…`',
  })
  for (const route of routes) {
    const { security, words } = accessOf(route.access)
    const creates = route.method === 'post' && 201 in route.responses && !route.bodyType && !route.usesSession
    const notes = [
      words,
      ...(creates ? ['Takes an `Idempotency-Key` header.'] : []),
      ...(route.versioned ? ['`If-Match: "<version>"` may stand in for `version`.'] : []),
    ]
    registry.registerPath({
      method: route.method,
      path: route.path.replace(/:(\w+)/g, '{$1}'),
      operationId: operationIdOf(route),
      tags: [route.tag],
      summary: route.summary,
      description: notes.join(' '),
      security,
      request: {
        ...(route.params ? { params: route.params } : {}),
        ...(route.query ? { query: route.query } : {}),
        ...bodyOf(route),
      },
      responses: responsesOf(route),
    })
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tributary',
      version: '1.0.0',
      description:
        'Every error is a problem document whose `code` is one of the catalogue; see the end of this page.',
    },
    servers: [{ url: `${publicUrl}${API_PREFIX}` }],
  })
}
