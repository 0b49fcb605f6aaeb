import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { AppError } from '../domain/errors.ts'
import { type AnswerOnceDeps, answerOnce, type KeptAnswer } from '../services/answer-once.ts'
import type { Authenticator } from '../services/authenticate.ts'
import { type Principal, requirePermission } from '../services/principal.ts'
import { API_PREFIX } from './openapi.ts'
import { type Input, readInput } from './read-input.ts'
import type { RequestLimits } from './request-limits.ts'
import type { RouteAnswer, RouteDefinition } from './route.ts'
import { requireSameOrigin } from './same-origin.ts'
import { principalOfSession, sessionControlOf } from './session.ts'

/** Largest JSON body. */
export const JSON_LIMIT_BYTES = 256 * 1024
/** Where the declared address of the route in charge stands, for the metrics. */
export const ROUTE_LOCAL = 'route'
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/
const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i

/** What serving routes needs. */
export interface ServeDeps extends AnswerOnceDeps {
  readonly authenticator: Authenticator
  readonly sessions: RequestHandler
  readonly limits: RequestLimits
  readonly publicOrigin: string
}

/** Who called, and how a session is opened for him. */
interface Caller {
  readonly principal: Principal | undefined
}

/** Registers every route, and for each path the answer to methods it does not know. */
export function serveRoutes(deps: ServeDeps, routes: readonly RouteDefinition[]): Router {
  const router = Router({ caseSensitive: true })
  const json = express.json({ limit: JSON_LIMIT_BYTES, inflate: false, strict: false, type: isJson })
  for (const route of routes) {
    router[route.method](route.path, async (request: Request, response: Response): Promise<void> => {
      response.locals[ROUTE_LOCAL] = `${API_PREFIX}${route.path}`
      const caller = await admit(deps, route, request, response)
      if (route.body) await readJson(json, request, response)
      const input = await readInput(route, request)
      const answer = await run(deps, route, { request, response, caller, input })
      if (answer !== 'sent') send(response, answer)
    })
  }
  for (const [path, methods] of methodsByPath(routes)) {
    router.all(path, (_request, response) => {
      response.setHeader('Allow', methods.join(', '))
      throw new AppError('method-not-allowed')
    })
  }
  router.use(() => {
    throw new AppError('not-found', { detail: 'The API has no such address.' })
  })
  return router
}

function methodsByPath(routes: readonly RouteDefinition[]): ReadonlyMap<string, readonly string[]> {
  const byPath = new Map<string, string[]>()
  for (const { path, method } of routes) {
    const methods = byPath.get(path) ?? []
    methods.push(method.toUpperCase(), ...(method === 'get' ? ['HEAD'] : []))
    byPath.set(path, methods)
  }
  return byPath
}

async function admit(
  { authenticator, sessions, limits, publicOrigin }: ServeDeps,
  { access, usesSession }: RouteDefinition,
  request: Request,
  response: Response,
): Promise<Caller> {
  if (access === 'public') await limits.takePublic(request.ip ?? '')
  if (access === 'public' && !usesSession) return { principal: undefined }
  const principal = await callerOf()
  if (access === 'public') return { principal }
  if (!principal) throw new AppError('sign-in-required')
  await limits.takeAgent(principal.agentId)
  if (access === 'session' && principal.via.kind !== 'session') {
    throw new AppError('permission-denied', { detail: 'This needs a person’s session, not an API token.' })
  }
  if (typeof access === 'object') requirePermission(principal, access.permission)
  return { principal }

  async function callerOf(): Promise<Principal | undefined> {
    const { authorization } = request.headers
    if (authorization !== undefined && access !== 'public') {
      const bearer = BEARER.exec(authorization)?.[1]
      const known = bearer === undefined ? undefined : await authenticator.authenticateToken(bearer)
      if (!known) {
        // Only what is wrong counts: whoever shares an address with a guesser keeps the use of his token.
        await limits.takePublic(request.ip ?? '')
        throw new AppError('invalid-token')
      }
      return known
    }
    requireSameOrigin(request, publicOrigin)
    await passed(sessions, request, response)
    return principalOfSession(request, authenticator)
  }
}

async function run(
  deps: ServeDeps,
  route: RouteDefinition,
  call: {
    readonly request: Request
    readonly response: Response
    readonly caller: Caller
    readonly input: Input
  },
): Promise<RouteAnswer> {
  const { request, response, caller, input } = call
  const handle = (): Promise<RouteAnswer> =>
    route.handler({
      // The access that `admit` checked makes this true for routes that are not public.
      principal: caller.principal as Principal,
      ...input,
      address: request.ip ?? '',
      session: sessionControlOf(request, deps.clock),
      raw: { request, response },
    })
  const key = request.headers['idempotency-key']
  if (key === undefined || !caller.principal || !createsByJson(route)) return handle()
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw new AppError('invalid-input', {
      field: 'Idempotency-Key',
      detail: 'Send 1 to 255 visible ASCII characters.',
    })
  }
  const fingerprint = JSON.stringify([route.method, route.path, input.params, input.body])
  const { answer, replayed } = await answerOnce(
    deps,
    { owner: caller.principal.agentId, key, fingerprint },
    async (): Promise<KeptAnswer> => {
      const made = await handle()
      if (made === 'sent') throw new Error(`${route.path} streams its answer, which cannot be kept`)
      return made
    },
  )
  if (replayed) response.setHeader('Idempotency-Replayed', 'true')
  return answer
}

/** Routes whose repetition would make a second thing. */
const createsByJson = ({ method, responses, bodyType, usesSession }: RouteDefinition): boolean =>
  method === 'post' && 201 in responses && bodyType === undefined && !usesSession

function send(response: Response, { status, body, headers = {} }: Exclude<RouteAnswer, 'sent'>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (response.getHeader('Cache-Control') === undefined) response.setHeader('Cache-Control', 'no-store')
  if (body === undefined) {
    response.status(status).end()
    return
  }
  const version = (body as { readonly version?: unknown } | null)?.version
  if (typeof version === 'number') response.setHeader('ETag', `"${version}"`)
  response.status(status).json(body)
}

const isJson = (request: { readonly headers: { readonly 'content-type'?: string | undefined } }): boolean =>
  /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')

/** Reads the JSON body. What is not sent as JSON is refused: a form of another site can send nothing else. */
async function readJson(json: RequestHandler, request: Request, response: Response): Promise<void> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  const isEmpty = encoding === undefined && (length === undefined || length === '0')
  if (!isEmpty && !isJson(request)) throw new AppError('unsupported-content-type')
  await passed(json, request, response)
}

/** Runs a middleware of the classic kind. */
function passed(middleware: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const outcome = middleware(request, response, (error?: unknown) => (error ? reject(error) : resolve()))
    Promise.resolve(outcome).catch(reject)
  })
}
