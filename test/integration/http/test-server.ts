/** The HTTP frame with every route, over a real embedded engine; what it logs and publishes is kept in memory. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import supertest from 'supertest'
import type { Connector } from '../../../src/contract/connector.ts'
import { createRegistry } from '../../../src/contract/registry.ts'
import type { DomainEvent } from '../../../src/domain/events.ts'
import type { Role } from '../../../src/domain/permissions.ts'
import type { ProfileView } from '../../../src/domain/views.ts'
import type { AdminDeps } from '../../../src/http/admin-routes.ts'
import { apiRoutes } from '../../../src/http/api-routes.ts'
import { createHttpApp, type HttpDeps } from '../../../src/http/app.ts'
import { createLinkedFilesRouter } from '../../../src/http/linked-files-router.ts'
import type { RouteDefinition } from '../../../src/http/route.ts'
import { buildCore, type Core } from '../../../src/runtime/build-core.ts'
import { loadConfig } from '../../../src/runtime/config.ts'
import { createLogger } from '../../../src/runtime/logger.ts'
import { beginSetUp } from '../../../src/services/set-up.ts'
import { connectStore, type StoreConnection } from '../../../src/store/connect.ts'
import { isDatabaseUnavailable } from '../../../src/store/database-error.ts'
import { SESSION_COLLECTION, sessionDocumentId } from '../../../src/store/session-store.ts'
import { openPlace, type Place } from '../../harness/database.ts'
import { parrot } from './parrot-connector.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

export const PASSWORD = 'correct horse battery'

export type Agent = ReturnType<typeof supertest.agent>

/** Somebody signed in. */
export interface Someone {
  readonly agent: Agent
  readonly profile: ProfileView
}

export interface TestServer {
  readonly url: string
  readonly store: StoreConnection
  readonly core: Core
  readonly deps: AdminDeps
  readonly routes: readonly RouteDefinition[]
  readonly events: DomainEvent[]
  /** Every log line so far, at the most talkative level. */
  logs(): string
  /** The clock that invites and codes are judged by; it moves only by this. */
  passMs(ms: number): void
  /** A client without cookies. */
  nobody(): Agent
  /** Makes the owner through the one-time link. */
  owner(): Promise<Someone>
  /** Invites someone and lets him accept; his client is signed in. */
  someone(owner: Agent, role: Role, email: string): Promise<Someone>
  close(): Promise<void>
}

export async function startTestServer(
  options: {
    readonly more?: Partial<HttpDeps>
    readonly connectors?: readonly Connector[]
    /** Where its database is; among those of the suite when left out. */
    readonly place?: Place
  } = {},
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'http-test-'))
  const { uri, dbName, leave } = options.place ?? (await openPlace())
  const store = await connectStore({ uri, dbName, embedded: true, log: silent })
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const lines: string[] = []
  const config = loadConfig({ DATA_DIR: folder, LOG_LEVEL: 'trace', LOG_FORMAT: 'json' })
  const log = createLogger(
    config,
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    }),
  )
  const database = { ...store, embedded: true, place: folder }
  const core = await buildCore({
    config,
    database,
    registry: createRegistry([parrot, ...(options.connectors ?? [])]),
    log,
    publicUrl: url,
  })
  const events: DomainEvent[] = []
  core.bus.onEvents((news) => events.push(...news))

  let offsetMs = 0
  const clock = (): number => Date.now() + offsetMs
  const { stores } = core
  const deps = {
    ...core,
    ...stores,
    tokens: stores.apiTokens,
    attachments: core.agentAttachments,
    findChannel: core.directory.get,
    publicUrl: url,
    clock,
    now: clock,
  }
  const routes = apiRoutes({
    admin: deps,
    conversations: deps,
    messages: deps,
    letters: deps,
    contacts: deps,
    quarantine: deps,
    attachments: { ...deps, attachments: stores.attachments, maxAttachmentBytes: 1_000_000 },
  })
  const app = createHttpApp({
    ...deps,
    routes,
    mounts: [
      {
        path: '/files',
        handler: createLinkedFilesRouter(
          { ...deps, attachments: stores.attachments },
          { all: 200, wrong: 20 },
        ),
      },
    ],
    session: {
      client: store.connection.getClient(),
      dbName,
      collectionName: SESSION_COLLECTION,
      storedId: sessionDocumentId,
      cookieKey: core.cookieKey,
      secure: false,
      ttlMs: 3_600_000,
    },
    trustProxy: false,
    inboxFolder: join(folder, 'inbox'),
    logger: log,
    rates: { publicPerMinute: 1_000_000, agentPerMinute: 1_000_000 },
    isUnavailable: isDatabaseUnavailable,
    ping: async () => void (await store.db.command({ ping: 1 })),
    isAccepting: () => true,
    metrics: { contentType: 'text/plain', metrics: async () => 'up 1\n' },
    ...options.more,
  })
  server.on('request', app)

  const nobody = (): Agent => supertest.agent(url)
  return {
    url,
    store,
    core,
    deps,
    routes,
    events,
    logs: () => lines.join(''),
    passMs: (ms) => {
      offsetMs += ms
    },
    nobody,
    async owner() {
      const token = await beginSetUp(deps)
      const agent = nobody()
      const { body } = await agent
        .post('/api/v1/set-up')
        .send({ token, workspaceName: 'Shop', name: 'Olga', email: 'olga@example.com', password: PASSWORD })
        .expect(201)
      return { agent, profile: body }
    },
    async someone(owner, role, email) {
      const invited = await owner.post('/api/v1/agents').send({ email, name: email, role }).expect(201)
      const agent = nobody()
      const { body } = await agent
        .post('/api/v1/invites/accept')
        .send({ token: tokenIn(invited.body.inviteLink), name: email, password: PASSWORD })
        .expect(200)
      return { agent, profile: body }
    },
    async close() {
      await closeServer(server)
      await core.close()
      await store.db.dropDatabase()
      await store.close()
      await leave()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The one-time token of a link. */
export const tokenIn = (link: string): string =>
  new URLSearchParams(new URL(link).hash.slice(1)).get('token') ?? ''

/** The session cookie of an answer, with its attributes. */
export const cookieOf = (response: { readonly headers: Record<string, unknown> }): string => {
  const cookies = response.headers['set-cookie'] as readonly string[] | undefined
  return cookies?.find((cookie) => cookie.startsWith('tributary_session=')) ?? ''
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
