import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'
import { AppError } from '../domain/errors.ts'
import { docsPage } from './docs-page.ts'
import { serveInbox } from './inbox-files.ts'
import { API_PREFIX, describeApi } from './openapi.ts'
import { type OperationsDeps, serveOperations } from './operations.ts'
import { recogniseFrameError, requestIdOf, sendProblem } from './problem.ts'
import { requestIdFor } from './request-id.ts'
import { createRequestLimits, DEFAULT_RATES, type RequestRates } from './request-limits.ts'
import type { RouteDefinition } from './route.ts'
import { createSecurityHeaders, pagePolicy, sendPage } from './security-headers.ts'
import { ROUTE_LOCAL, type ServeDeps, serveRoutes } from './serve-routes.ts'
import { createSessionMiddleware, type SessionDeps } from './session.ts'

/** What happened with one request, for the metrics. */
export interface RequestFacts {
  readonly method: string
  /** The route as declared, so that ids do not multiply the series; `other` when none fits. */
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

/** An express handler of somebody else's, served beside the API: the widget's pages, the ingress. */
export interface Mount {
  /** Such as `/widget`; the handler sees addresses below it. */
  readonly path: string
  readonly handler: RequestHandler
}

/** Everything the HTTP frame needs. */
export interface HttpDeps extends Omit<ServeDeps, 'sessions' | 'limits' | 'publicOrigin'>, OperationsDeps {
  /** All routes below `/api/v1`. */
  readonly routes: readonly RouteDefinition[]
  readonly mounts: readonly Mount[]
  readonly session: SessionDeps
  /** Scheme, host and port of the public address. */
  readonly publicUrl: string
  readonly trustProxy: false | number | readonly string[]
  /** The built inbox. */
  readonly inboxFolder: string
  readonly logger: Logger
  readonly rates?: RequestRates
  /** Whether an error says that the database cannot be reached. */
  readonly isUnavailable: (error: unknown) => boolean
  readonly onRequest?: (facts: RequestFacts) => void
}

/** Builds the app; listening is the caller's affair. */
export function createHttpApp(deps: HttpDeps): Express {
  const { publicUrl, routes, mounts, logger } = deps
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.set('trust proxy', Array.isArray(deps.trustProxy) ? [...deps.trustProxy] : deps.trustProxy)

  app.use(requestLog(logger))
  if (deps.onRequest) app.use(requestMetrics(deps.onRequest))
  app.use(createSecurityHeaders(publicUrl))
  app.use(serveOperations(deps))
  for (const { path, handler } of mounts) app.use(path, handler)

  const document = describeApi(routes, publicUrl)
  const docs = docsPage(document)
  app.get(`${API_PREFIX}/openapi.json`, (_request, response) => {
    response.json(document)
  })
  app.get(`${API_PREFIX}/docs`, (_request, response) => {
    const { nonce, policy } = pagePolicy({ scripts: false, connectTo: [] })
    sendPage(response, docs(nonce), policy)
  })
  const limits = createRequestLimits(deps.rates ?? DEFAULT_RATES)
  const sessions = createSessionMiddleware(deps.session)
  app.use(
    API_PREFIX,
    serveRoutes({ ...deps, limits, sessions, publicOrigin: new URL(publicUrl).origin }, routes),
  )

  app.use(serveInbox({ folder: deps.inboxFolder, publicUrl }))
  app.use(() => {
    throw new AppError('not-found')
  })
  app.use(answerErrors(deps))
  return app
}

/** Request ids and one line for each answer: no query, header, cookie or body, where secrets and messages stand. */
function requestLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    genReqId: (request, response) => {
      const id = requestIdFor(request)
      response.setHeader('X-Request-Id', id)
      return id
    },
    customLogLevel: (request, response, error) => {
      if (error || response.statusCode >= 500) return 'error'
      if (response.statusCode >= 400) return 'info'
      return request.method === 'GET' || request.method === 'HEAD' ? 'debug' : 'info'
    },
    serializers: {
      req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
        id,
        method,
        path: url.split('?', 1)[0],
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
    },
  })
}

function requestMetrics(onRequest: (facts: RequestFacts) => void): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now()
    response.once('close', () => {
      const declared: unknown = response.locals[ROUTE_LOCAL]
      const path: unknown = (request.route as { readonly path?: unknown } | undefined)?.path
      const served = typeof path === 'string' ? `${request.baseUrl}${path}` : 'other'
      onRequest({
        method: request.method,
        route: typeof declared === 'string' ? declared : served,
        status: response.statusCode,
        durationMs: performance.now() - startedAt,
      })
    })
    next()
  }
}

/** Every error becomes a problem document; what nobody foresaw is logged with the request's id and tells nothing. */
function answerErrors({
  logger,
  isUnavailable,
}: Pick<HttpDeps, 'logger' | 'isUnavailable'>): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const known = recogniseFrameError(error)
    if (known) {
      sendProblem(request, response, known)
      return
    }
    const requestId = requestIdOf(request)
    if (isUnavailable(error)) {
      logger.warn({ err: error, requestId }, 'the database cannot be reached')
      sendProblem(request, response, new AppError('unavailable'))
      return
    }
    logger.error({ err: error, requestId }, 'a request failed')
    sendProblem(request, response, new AppError('internal'))
  }
}
