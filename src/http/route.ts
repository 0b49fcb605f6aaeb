import type { Request, Response } from 'express'
import type { z } from 'zod'
import type { Permission } from '../domain/permissions.ts'
import type { Principal } from '../services/principal.ts'

/**
 * Who may call a route. `public`: anyone. `signed-in`: any session or API token. `session`: a person's session, no
 * API token. A permission: whoever has it, by session or token.
 */
export type Access = 'public' | 'signed-in' | 'session' | { readonly permission: Permission }

/** The methods that routes use. */
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** The browser's session, where the route works with it. */
export interface SessionControl {
  /** Signs in under a fresh session id. */
  open(agent: { readonly id: string; readonly sessionEpoch: number }): Promise<void>
  close(): Promise<void>
}

/** What a handler gets: checked, typed, and nothing else of the request unless it streams. */
export interface RouteRequest<P, Q, B, A extends Access> {
  readonly principal: A extends 'public' ? Principal | undefined : Principal
  readonly params: P
  readonly query: Q
  readonly body: B
  /** The client's address; behind a proxy only what a trusted one says. */
  readonly address: string
  readonly session: SessionControl
  /** For routes that read or write streams. */
  readonly raw: { readonly request: Request; readonly response: Response }
}

/** What a handler answers: an object for JSON, or `sent` when it wrote the response itself. */
export type RouteAnswer =
  | {
      readonly status: number
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  | 'sent'

/** One documented outcome. */
export interface RouteResponse {
  readonly description: string
  readonly schema?: z.ZodType
  /** Of an answer that is not JSON. */
  readonly contentType?: string
}

/** One route, declared once: Express, the OpenAPI document and the role tests all read this. */
export interface RouteDefinition {
  readonly method: Method
  /** Below `/api/v1`, with `:name` for parameters. */
  readonly path: string
  /** The group in the documentation. */
  readonly tag: string
  readonly summary: string
  readonly access: Access
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  /** JSON body. A route without one ignores what is sent. */
  readonly body?: z.ZodType
  /** Set when the handler reads the body itself, as multipart form data does. */
  readonly bodyType?: 'multipart/form-data'
  /** `If-Match: "<version>"` may stand in for the body's `version`. */
  readonly versioned?: boolean
  /** A public route that opens or closes the browser's session. */
  readonly usesSession?: boolean
  readonly responses: Readonly<Record<number, RouteResponse>>
  handler(request: RouteRequest<unknown, unknown, unknown, Access>): Promise<RouteAnswer>
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined

/** Declares a route; the handler's types follow from the schemas. */
export function defineRoute<
  const A extends Access,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  route: Omit<RouteDefinition, 'access' | 'params' | 'query' | 'body' | 'handler'> & {
    readonly access: A
    readonly params?: P
    readonly query?: Q
    readonly body?: B
    handler(request: RouteRequest<Output<P>, Output<Q>, Output<B>, A>): Promise<RouteAnswer>
  },
): RouteDefinition {
  // Sound because the frame hands each handler exactly what the route's own schemas made of the request.
  return route as unknown as RouteDefinition
}

/** 200 with a JSON body. */
export const ok = (body: unknown): RouteAnswer => ({ status: 200, body })
/** 201 with a JSON body. */
export const created = (body: unknown): RouteAnswer => ({ status: 201, body })
/** 204. */
export const noContent = (): RouteAnswer => ({ status: 204 })
