import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { registry } from '../connectors/index.ts'
import { AppError } from './domain/errors.ts'
import { apiRoutes } from './http/api-routes.ts'
import { createHttpApp } from './http/app.ts'
import { createAddressOf } from './http/client-address.ts'
import { answerStarting, type ClosingServer, createClosingServer } from './http/closing-server.ts'
import { createDemoRouter } from './http/demo-router.ts'
import { createIngress } from './http/ingress.ts'
import { createLinkedFilesRouter } from './http/linked-files-router.ts'
import { recogniseFrameError } from './http/problem.ts'
import { createSenderQuota } from './http/sender-quota.ts'
import { createWidgetRouter } from './http/widget-router.ts'
import { createRealtime, type Realtime } from './realtime/realtime.ts'
import { createAfterInbound } from './runtime/after-inbound.ts'
import { buildCore, type Core } from './runtime/build-core.ts'
import { type Config, loadConfig, misspeltSettings, publicUrlOf } from './runtime/config.ts'
import { keepHeapSmall } from './runtime/heap-growth.ts'
import { listen } from './runtime/listen.ts'
import { createLogger, type Logger } from './runtime/logger.ts'
import { createMetrics, type Metrics } from './runtime/metrics.ts'
import { createNodeRegistry } from './runtime/node-registry.ts'
import { type Database, openDatabase } from './runtime/open-database.ts'
import { type Paths, startPaths } from './runtime/run-paths.ts'
import { createSharedClock } from './runtime/shared-clock.ts'
import { stopOnSignals } from './runtime/stop-on-signals.ts'
import { startSweeper } from './runtime/sweeper.ts'
import { createVisitorLimits } from './runtime/visitor-limits.ts'
import { addressKey, isLoopback } from './services/address-key.ts'
import { createPresence, type Presence } from './services/presence.ts'
import { readAgentView } from './services/present-agent.ts'
import { createAvailability } from './services/routing-agents.ts'
import { beginSetUp, setUpLinkOf } from './services/set-up.ts'
import { isDatabaseUnavailable } from './store/database-error.ts'
import { SESSION_COLLECTION, sessionDocumentId } from './store/session-store.ts'
import { reach } from './store/stations.ts'
import { createCountUnreadByVisitor } from './store/visitor-unread.ts'

/** Deliveries that one sender of a channel may make in ten seconds: generous for people, tight for floods. */
const SENDER_QUOTA = { most: 60, windowMs: 10_000 }
/** The same of all live clients behind one address: an office, or telephones that share their provider's. */
const ADDRESS_QUOTA = { most: 1_200, windowMs: 10_000 }
/** Parts of the time for stopping: requests under way, sends under way; the rest is the database's. */
const SHARE_OF_REQUESTS = 0.2
const SHARE_OF_SENDS = 0.3
const REGISTRY_URL = new URL(`../connectors/index${extname(import.meta.url)}`, import.meta.url).href
const WEB_FOLDER = fileURLToPath(new URL('../web/', import.meta.url))

type HttpApp = ReturnType<typeof createHttpApp>

/** A server that is up. */
interface Running {
  readonly url: string
  readonly setUpLink: string | undefined
  readonly place: string
  stop(): Promise<void>
}

/** @param stopping aborts when the process is asked to end before it is up */
async function start(config: Config, log: Logger, stopping: AbortSignal): Promise<Running> {
  const metrics = createMetrics()
  const nodeId = `${config.instanceName}:${randomBytes(4).toString('hex')}`
  let core: Core | undefined
  const engineEvents = {
    onDown: () => metrics.engineDied(),
    // What was on screens may be gone with the engine's last moments.
    onUp: () => core?.bus.requireSync(),
  }
  const database = await openDatabase(config, log, engineEvents, stopping)
  const server = config.role === 'worker' ? undefined : createServer(answerStarting)
  const closing = server && createClosingServer(server)
  try {
    stopping.throwIfAborted()
    const port = server ? await listen(server, config) : 0
    const publicUrl = publicUrlOf(config, port)
    core = await buildCore({ config, database, registry, log, publicUrl })
    stopping.throwIfAborted()
    return await run({ config, log, metrics, nodeId, database, server, closing, publicUrl, core })
  } catch (error) {
    server?.close()
    await core?.close()
    await database.close()
    throw error
  }
}

interface Parts {
  readonly config: Config
  readonly log: Logger
  readonly metrics: Metrics
  readonly nodeId: string
  readonly database: Database
  readonly server: Server | undefined
  readonly closing: ClosingServer | undefined
  readonly publicUrl: string
  readonly core: Core
}

async function run(parts: Parts): Promise<Running> {
  const { config, log, metrics, nodeId, database, server, closing, publicUrl, core } = parts
  const { bus, stores } = core
  const clock = createSharedClock({ nodes: stores.nodes, now: Date.now, log })
  const nodes = createNodeRegistry({
    store: clock.nodes,
    bus,
    nodeId,
    role: config.role,
    log,
    monotonic: () => performance.now(),
  })
  await nodes.start()
  const live: { realtime?: Realtime } = {}
  const paths = await startPaths({
    ...core,
    log,
    metrics,
    nodeId,
    works: config.role !== 'web',
    workingNodes: () => nodes.livingNodes().filter(({ role }) => role !== 'web').length,
    alone: database.embedded,
    sharedNow: clock.now,
    goneNodes: nodes.goneNodes,
    registryUrl: REGISTRY_URL,
    stopPatienceMs: config.shutdownTimeoutMs * SHARE_OF_SENDS,
    interruptions: database.interruptions,
    settings: config,
    contextOf: core.contextUntilStop,
    isCustomerHere: async (...who) => live.realtime?.isVisitorHere(...who) ?? true,
  })
  const presence = createPresence({
    store: stores.presence,
    bus,
    nodeId,
    log,
    agentView: (agentId) => readAgentView(stores, agentId),
    graceMs: async () => (await core.rules()).settings.presenceGraceMs,
  })
  presence.start()
  let accepting = true
  const app = server && buildApp({ ...parts, isAccepting: () => accepting })
  if (server && app) answerWith(server, app, parts, paths)
  const realtime = startRealtime(parts, presence, app)
  live.realtime = realtime
  watch(metrics, core, paths, realtime)
  const sweeper = startSweeper({
    sweeps: sweepsOf(core),
    now: Date.now,
    onSwept: (name, count) => log.debug({ name, count }, 'expired records removed'),
    onError: (error, message) => log.error({ err: error }, message),
  })
  const token = await beginSetUp({ ...core, ...stores, clock: Date.now })
  return {
    url: publicUrl,
    setUpLink: token === undefined ? undefined : setUpLinkOf(publicUrl, token),
    place: database.place,
    async stop() {
      accepting = false
      // First nobody new, then what is under way, then what it stands on.
      await realtime.close()
      await closing?.close(config.shutdownTimeoutMs * SHARE_OF_REQUESTS)
      await sweeper.stop()
      await paths.stop()
      await presence.stop()
      await nodes.stop()
      await core.close()
      await database.close()
    },
  }
}

function buildApp(parts: Parts & { readonly isAccepting: () => boolean }): HttpApp {
  const { config, log, metrics, database, publicUrl, core } = parts
  const { stores, directory } = core
  const shared = {
    ...core,
    ...stores,
    tokens: stores.apiTokens,
    findChannel: directory.get,
    maxBytes: config.attachmentMaxBytes,
    maxAttachmentBytes: config.attachmentMaxBytes,
    publicUrl,
    clock: Date.now,
    now: Date.now,
  }
  const widget = createWidgetRouter({
    ...shared,
    limits: createVisitorLimits(),
    countUnread: createCountUnreadByVisitor(database.connection),
    isAnyoneAvailable: createAvailability({ ...core, clock: Date.now }),
    widgetFolder: `${WEB_FOLDER}widget`,
  })
  return createHttpApp({
    ...shared,
    routes: apiRoutes({
      admin: shared,
      conversations: { ...shared, attachments: core.agentAttachments },
      messages: { ...shared, attachments: core.agentAttachments, contextOf: core.contextUntilStop },
      letters: shared,
      contacts: shared,
      quarantine: shared,
      attachments: shared,
    }),
    mounts: [
      { path: '/widget', handler: widget },
      { path: '/demo', handler: createDemoRouter(shared) },
      { path: '/files', handler: createLinkedFilesRouter(shared) },
    ],
    session: {
      client: database.connection.getClient(),
      dbName: config.mongodbDb,
      collectionName: SESSION_COLLECTION,
      storedId: sessionDocumentId,
      cookieKey: core.cookieKey,
      secure: publicUrl.startsWith('https:'),
      ttlMs: config.sessionTtlMs,
    },
    trustProxy: config.trustProxy,
    inboxFolder: `${WEB_FOLDER}inbox`,
    logger: log,
    isUnavailable: isDatabaseUnavailable,
    onRequest: metrics.request,
    ping: async () => {
      await database.db.command({ ping: 1 })
    },
    isAccepting: parts.isAccepting,
    metrics: metrics.source,
    ...(config.metricsToken === undefined ? {} : { metricsToken: config.metricsToken }),
  })
}

/** The hot ingress first, everything else by express. */
function answerWith(
  server: Server,
  app: HttpApp,
  { core, publicUrl, log, metrics }: Parts,
  { shelter }: Paths,
): void {
  const quota = createSenderQuota(SENDER_QUOTA.most, SENDER_QUOTA.windowMs)
  const addressQuota = createSenderQuota(ADDRESS_QUOTA.most, ADDRESS_QUOTA.windowMs)
  const addressOf = createAddressOf(app)
  const ingress = createIngress({
    append: shelter.append,
    orderClock: core.orderClock,
    takeQuota: quota.take,
    afterAccepted: createAfterInbound({ contextOf: core.contextUntilStop, log }),
    log,
    addressKeyOf: (request) => addressKey(addressOf(request)),
    takeAddressQuota: (request, nowMs) => {
      const address = addressOf(request)
      // A proxy on this machine that TRUST_PROXY does not name brings everybody from here.
      return isLoopback(address) ? 0 : addressQuota.take(addressKey(address), nowMs)
    },
    channels: core.directory,
    publicUrl,
    recognise: (error) =>
      recogniseFrameError(error) ?? (isDatabaseUnavailable(error) ? new AppError('unavailable') : undefined),
    now: Date.now,
    onError: (error, requestId) => log.error({ err: error, requestId }, 'a delivery failed'),
    onAcknowledged: () => reach('acknowledged'),
    observe: metrics.ingress,
  })
  server.off('request', answerStarting)
  server.on('request', (request, response) => {
    if (!ingress(request, response)) app(request, response)
  })
}

function startRealtime(
  { config, log, nodeId, server, publicUrl, core }: Parts,
  presence: Presence,
  app: HttpApp | undefined,
): Realtime {
  const { authenticator, directory, stores } = core
  return createRealtime({
    ...(server ? { httpServer: server } : {}),
    bus: core.bus,
    nodeId,
    publicUrl,
    ...(config.redisUrl === undefined
      ? {}
      : { redis: { url: config.redisUrl, prefix: `tributary:${config.mongodbDb}` } }),
    log,
    now: () => performance.now(),
    addressOf: app ? createAddressOf(app) : (request) => request.socket.remoteAddress ?? '',
    onAgentTyping: core.tellPlatform.agentTypes,
    authenticateCookie: authenticator.authenticateCookie,
    revalidate: async (principals) => {
      const fresh = await authenticator.revalidate(principals)
      return new Map(fresh.flatMap((principal) => (principal ? [[principal.via.id, principal]] : [])))
    },
    recogniseVisitor: async (channelId, token) => {
      const channel = await directory.get(channelId)
      if (!channel || channel.paused) return undefined
      return channel.connector.visitors?.recognise(token, channel.config, Date.now())
    },
    conversationChannel: async (id) => {
      const found = await stores.conversations.find(id as Parameters<typeof stores.conversations.find>[0])
      return found && { channelId: found.channelId, visitorId: found.identityExternalId }
    },
    conversationOfVisitor: async (channelId, visitorId) =>
      (await stores.conversations.findCurrent(channelId, [visitorId]))[0]?.id,
    presence,
    queuePlaces: core.queuePlaces,
    knownChannels: directory.known,
  })
}

function watch(metrics: Metrics, { stores }: Core, { projector }: Paths, realtime: Realtime): void {
  metrics.watch({
    projectorDepth: () => projector.depth,
    projectorLagMs: projector.lagMs,
    journalPending: stores.journal.countPending,
    quarantined: stores.journal.countQuarantined,
    outboxOpen: stores.outbox.countOpen,
    routingWaiting: () => stores.routingQueue.count('waiting'),
    agentSockets: () => realtime.stats().agentSockets,
    visitorSockets: () => realtime.stats().visitorSockets,
    realtime: realtime.stats,
  })
}

function sweepsOf({ stores, limits }: Core) {
  const named = {
    sessions: stores.sessions,
    'API tokens': stores.apiTokens,
    attachments: stores.attachments,
    'idempotency keys': stores.idempotency,
    'kept journal entries': stores.journal,
    'early events': stores.earlyEvents,
    'reports on messages': stores.letterSources,
    'sign-in attempts': limits,
    'notes of availability': stores.availabilityLog,
    'routing decisions': stores.routing,
  }
  return Object.entries(named).map(([name, store]) => ({ name, run: (now: Date) => store.sweep(now) }))
}

/** The one block that a start prints. */
function announce({ url, setUpLink, place }: Running): void {
  const lines = [
    ['Tributary', url],
    ...(setUpLink === undefined ? [] : [['Set up', `${setUpLink}  (works once)`]]),
    ['Data', place],
  ]
  process.stdout.write(
    `\n${lines.map(([name = '', value = '']) => `  ${name.padEnd(10)}${value}`).join('\n')}\n\n`,
  )
}

/** An error that a start foresees prints one line, anything else its stack. */
function explain(error: unknown): number {
  const { exitCode } = error as { readonly exitCode?: unknown }
  if (error instanceof Error && typeof exitCode === 'number') {
    process.stderr.write(`${error.message}\n`)
    return exitCode
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 1
}

keepHeapSmall()
const stopping = new AbortController()
try {
  const config = loadConfig(process.env)
  const log = createLogger(config)
  for (const warning of misspeltSettings(process.env)) log.warn({}, warning)
  const starting = start(config, log, stopping.signal)
  stopOnSignals({
    signals: process,
    stop: async () => {
      stopping.abort()
      // A start that was broken off has cleaned up behind itself.
      await (await starting.catch(() => undefined))?.stop()
    },
    timeoutMs: config.shutdownTimeoutMs,
    exit: (code) => process.exit(code),
    log,
    now: () => performance.now(),
  })
  const running = await starting
  if (!stopping.signal.aborted) announce(running)
} catch (error) {
  if (!stopping.signal.aborted) process.exit(explain(error))
}
