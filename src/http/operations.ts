import { timingSafeEqual } from 'node:crypto'
import { type Request, Router } from 'express'
import { AppError } from '../domain/errors.ts'
import { digestOf } from '../services/one-time-secret.ts'

/** What a metrics registry offers to whoever scrapes it. */
export interface MetricsSource {
  readonly contentType: string
  metrics(): Promise<string>
}

/** What the operators' addresses need. */
export interface OperationsDeps {
  /** Resolves when the database answers; rejects otherwise. */
  readonly ping: () => Promise<void>
  /** False once the server is stopping: a load balancer sends nobody new. */
  readonly isAccepting: () => boolean
  readonly metrics: MetricsSource
  readonly metricsToken?: string
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/

/** Alive, ready, and how it goes. */
export function serveOperations({ ping, isAccepting, metrics, metricsToken }: OperationsDeps): Router {
  const router = Router()
  router.get('/healthz', (_request, response) => {
    response.setHeader('Cache-Control', 'no-store')
    response.json({ status: 'ok' })
  })
  router.get('/readyz', async (_request, response) => {
    response.setHeader('Cache-Control', 'no-store')
    if (!isAccepting()) throw new AppError('unavailable', { detail: 'The server is stopping.' })
    try {
      await ping()
    } catch {
      throw new AppError('unavailable')
    }
    response.json({ status: 'ready' })
  })
  router.get('/metrics', async (request, response) => {
    if (!mayScrape(request, metricsToken)) throw new AppError('invalid-token')
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('Content-Type', metrics.contentType)
    response.send(await metrics.metrics())
  })
  return router
}

function mayScrape(request: Request, token: string | undefined): boolean {
  if (token === undefined) {
    // A proxy on this machine brings the world's requests from the loopback address: then a token is needed.
    const proxied =
      request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined
    return !proxied && LOOPBACK.test(request.socket.remoteAddress ?? '')
  }
  const given = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given === undefined) return false
  return timingSafeEqual(Buffer.from(digestOf(given)), Buffer.from(digestOf(token)))
}
