import MongoStore from 'connect-mongo'
import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import type { Authenticator } from '../services/authenticate.ts'
import type { Principal } from '../services/principal.ts'
import { SESSION_COOKIE } from '../services/session-cookie.ts'
import type { SessionControl } from './route.ts'

declare module 'express-session' {
  interface SessionData {
    agentId: string
    epoch: number
    signedInAtMs: number
  }
}

type MongoStoreOptions = Parameters<typeof MongoStore.create>[0]

/** What the session middleware needs. */
export interface SessionDeps {
  /** The driver's client of the shared connection. */
  readonly client: NonNullable<MongoStoreOptions['client']>
  readonly dbName: string
  readonly collectionName: string
  /** What is stored in place of a session id. */
  readonly storedId: (sessionId: string) => string
  readonly cookieKey: string
  readonly secure: boolean
  /** How long an unused session lives. */
  readonly ttlMs: number
}

/** A used session's life is written anew at most this often. */
const TOUCH_MS = 3_600_000

/** Server-side sessions, named by a signed cookie that scripts cannot read. */
export function createSessionMiddleware(deps: SessionDeps): RequestHandler {
  const store = MongoStore.create({
    client: deps.client,
    dbName: deps.dbName,
    collectionName: deps.collectionName,
    transformId: deps.storedId,
    stringify: false,
    // Indexes by expiry never fire on the embedded engine: our own sweeper removes what ran out.
    autoRemove: 'disabled',
    ttl: Math.ceil(deps.ttlMs / 1000),
    touchAfter: Math.ceil(Math.min(TOUCH_MS, deps.ttlMs / 4) / 1000),
  })
  const middleware = session({
    name: SESSION_COOKIE,
    secret: deps.cookieKey,
    store,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    proxy: true,
    cookie: { httpOnly: true, sameSite: 'lax', secure: deps.secure, path: '/', maxAge: deps.ttlMs },
  })
  return (request, response, next) => {
    // The public address says whether browsers come through TLS. A proxy that does not repeat it in a header would
    // otherwise keep the middleware from sending the cookie at all.
    if (deps.secure) request.headers['x-forwarded-proto'] = 'https'
    middleware(request, response, next)
  }
}

/** Who the loaded session speaks for. */
export async function principalOfSession(
  request: Request,
  authenticator: Authenticator,
): Promise<Principal | undefined> {
  const { agentId, epoch, signedInAtMs } = request.session
  if (agentId === undefined || epoch === undefined || signedInAtMs === undefined) return undefined
  return authenticator.authenticateFacts(request.sessionID, {
    agentId: agentId as Principal['agentId'],
    epoch,
    signedInAtMs,
  })
}

const settled = (run: (done: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    run((error) => (error ? reject(error) : resolve()))
  })

/** Opens and closes the session of one request. */
export function sessionControlOf(request: Request, clock: () => number): SessionControl {
  return {
    async open(agent) {
      // A new id at every sign-in: one planted before it names nothing afterwards.
      await settled((done) => request.session.regenerate(done))
      request.session.agentId = agent.id
      request.session.epoch = agent.sessionEpoch
      request.session.signedInAtMs = clock()
      await settled((done) => request.session.save(done))
    },
    async close() {
      await settled((done) => request.session.destroy(done))
      request.res?.clearCookie(SESSION_COOKIE, { path: '/', httpOnly: true, sameSite: 'lax' })
    },
  }
}
