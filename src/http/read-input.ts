import type { Request } from 'express'
import type { z } from 'zod'
import { AppError } from '../domain/errors.ts'
import type { RouteDefinition } from './route.ts'

const MOST_FAULTS = 20
const DEEPEST = 20
const IF_MATCH = /^(?:W\/)?"(\d{1,15})"$/

/** What a route's schemas make of a request. */
export interface Input {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** The schemas of what a request may bring. */
export type InputSchemas = Pick<RouteDefinition, 'params' | 'query' | 'body' | 'versioned'>

/** Checks everything that a request brings. @throws AppError `invalid-id`, `invalid-cursor` or `invalid-input` */
export async function readInput(route: InputSchemas, request: Request): Promise<Input> {
  return {
    params: route.params ? await parsed(route.params, { ...request.params }, 'path') : undefined,
    query: await readQuery(route, request),
    body: route.body ? await parsed(route.body, bodyOf(route, request), 'body') : undefined,
  }
}

async function readQuery(route: InputSchemas, request: Request): Promise<unknown> {
  const query: Record<string, unknown> = { ...request.query }
  if (route.query) return parsed(route.query, query, 'query')
  const unknown = Object.keys(query)[0]
  if (unknown === undefined) return undefined
  throw new AppError('invalid-input', { field: unknown, detail: 'There is no such parameter.' })
}

function bodyOf(route: InputSchemas, request: Request): unknown {
  const body: unknown = request.body
  requireHarmless(body, 0)
  if (!route.versioned) return body
  const header = request.headers['if-match']
  if (header === undefined) return body
  const match = IF_MATCH.exec(header)
  if (!match)
    throw new AppError('invalid-input', { field: 'If-Match', detail: 'Send the ETag as it was answered.' })
  if (typeof body !== 'object' || body === null) return body
  const version = Number(match[1])
  if (!Object.hasOwn(body, 'version')) return { ...body, version }
  if ((body as { readonly version: unknown }).version === version) return body
  throw new AppError('invalid-input', {
    field: 'If-Match',
    detail: 'It names another version than the body does.',
  })
}

/** `__proto__` as a key has no honest use, and depth beyond what any schema has only costs. */
function requireHarmless(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > DEEPEST) throw new AppError('invalid-input', { detail: 'The body is nested too deeply.' })
  for (const key of Object.keys(value)) {
    if (key === '__proto__')
      throw new AppError('invalid-input', { field: key, detail: 'This name is not allowed.' })
    requireHarmless((value as Record<string, unknown>)[key], depth + 1)
  }
}

async function parsed(schema: z.ZodType, value: unknown, from: 'path' | 'query' | 'body'): Promise<unknown> {
  const result = await schema.safeParseAsync(value)
  if (result.success) return result.data
  const errors = result.error.issues.slice(0, MOST_FAULTS).map((issue) => ({
    field: fieldOf(issue),
    message: issue.message,
  }))
  const { field = '', message = '' } = errors[0] ?? {}
  if (from === 'path') throw new AppError('invalid-id', { field })
  if (from === 'query' && (field === 'cursor' || field === 'before'))
    throw new AppError('invalid-cursor', { field })
  throw new AppError('invalid-input', {
    detail: field === '' ? message : `${field}: ${message}`,
    ...(field === '' ? {} : { field }),
    errors,
  })
}

function fieldOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') path.push(String(issue.keys[0]))
  // A name that the caller made up is repeated only as far as it can be read.
  return path.join('.').slice(0, 100)
}
