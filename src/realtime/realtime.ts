import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server } from 'socket.io'
import { AppError, type ErrorCode } from '../domain/errors.ts'
import type { AgentId, ChannelId, ConversationId } from '../domain/ids.ts'
import type { ChannelPlaces } from '../domain/visitor.ts'
import { addressKey } from '../services/address-key.ts'
import type { Bus, Signal } from '../services/bus.ts'
import type { Principal } from '../services/principal.ts'
import { createAddressSeats } from './address-seats.ts'
import { type ConversationPlace, createAgentSockets } from './agent-sockets.ts'
import type { ClientEventDeps } from './client-events.ts'
import { refusalFor } from './handshake.ts'
import type { RealtimeLog } from './log.ts'
import { createLookupCache } from './lookup-cache.ts'
import { createNodeLink } from './node-link.ts'
import { type Batch, createLocalDelivery, createOutgoing } from './outgoing.ts'
import { createQueueTeller } from './queue-places.ts'
import { visitorRoom } from './rooms.ts'
import type { AgentNamespace, NodeServer, WidgetNamespace } from './socket-types.ts'
import { type Allowance, createKeyedBuckets } from './token-bucket.ts'
import { createViewing } from './viewing.ts'
import { createVisitorSockets } from './visitor-sockets.ts'

/** Bounds on what a stranger may do. Defaults: {@link DEFAULT_LIMITS}. */
export interface RealtimeLimits {
  /** Bytes of one packet from a client. */
  readonly packetBytes: number
  readonly socketsPerVisitor: number
  readonly socketsPerAgent: number
  /** Open agent sockets of one address: a large office behind one, each agent with a few windows. */
  readonly agentSocketsPerAddress: number
  /** The same of live clients; those of a large network share one, too. */
  readonly visitorSocketsPerAddress: number
  /** New connections of one address; a whole office may share one and come back at once after a restart. */
  readonly handshakes: Allowance
  /** Events that one agent's socket sends. */
  readonly agentEvents: Allowance
  readonly visitorEvents: Allowance
  /** Packets waiting for a client that does not read; beyond, it is cut off and reads again over REST. */
  readonly backlogPackets: number
}

export const DEFAULT_LIMITS: RealtimeLimits = {
  packetBytes: 65_536,
  socketsPerVisitor: 20,
  socketsPerAgent: 100,
  agentSocketsPerAddress: 2_000,
  visitorSocketsPerAddress: 1_000,
  handshakes: { capacity: 400, perSecond: 20, floodAfter: 400 },
  agentEvents: { capacity: 40, perSecond: 10, floodAfter: 200 },
  visitorEvents: { capacity: 10, perSecond: 2, floodAfter: 50 },
  backlogPackets: 2_000,
}

export interface RealtimeDeps {
  /**
   * With its request listener already in place, since Socket.IO goes before it. Without one (a worker) nobody
   * connects, but what happens here still reaches the other nodes.
   */
  readonly httpServer?: HttpServer
  readonly bus: Bus
  readonly nodeId: string
  /** PUBLIC_URL. */
  readonly publicUrl: string
  /** Joins several nodes. `prefix` separates installations that share one Redis. */
  readonly redis?: { readonly url: string; readonly prefix: string }
  readonly log: RealtimeLog
  readonly now: () => number
  readonly limits?: Partial<RealtimeLimits>
  /** The sender's address; a forwarded one only from a trusted proxy. */
  readonly addressOf: (request: IncomingMessage) => string
  /** An agent writes to a customer just now. */
  readonly onAgentTyping?: (conversationId: ConversationId) => void
  readonly authenticateCookie: (cookieHeader: string | undefined) => Promise<Principal | undefined>
  /** Fresh principals by `via.id`, in one query; a session that ended, or whose agent may no longer act, is absent. */
  readonly revalidate: (principals: readonly Principal[]) => Promise<ReadonlyMap<string, Principal>>
  readonly recogniseVisitor: (
    channelId: ChannelId,
    token: string,
  ) => Promise<{ readonly visitorId: string } | undefined>
  readonly conversationChannel: (conversationId: string) => Promise<ConversationPlace | undefined>
  /** Where visitors of a channel stand; undefined where visitors are not told. */
  readonly queuePlaces: (
    channelId: ChannelId,
    visitorIds: readonly string[],
  ) => Promise<ChannelPlaces | undefined>
  /** The live conversation of a visitor. */
  readonly conversationOfVisitor: (
    channelId: ChannelId,
    visitorId: string,
  ) => Promise<ConversationId | undefined>
  readonly presence: {
    connected(agentId: AgentId): void
    disconnected(agentId: AgentId, why: { readonly signedOut: boolean }): void
  }
  /** Every channel that a cache of this process may hold, for signals that may have been missed. */
  readonly knownChannels: () => readonly ChannelId[]
}

export interface RealtimeStats {
  readonly agentSockets: number
  readonly visitorSockets: number
  readonly packetsSent: number
  /** Undefined on a single node. */
  readonly linkUp: boolean | undefined
  readonly refusedHandshakes: Readonly<Partial<Record<ErrorCode, number>>>
  readonly refusedEvents: Readonly<Partial<Record<ErrorCode, number>>>
  readonly slowSocketsCut: number
}

export interface Realtime {
  stats(): RealtimeStats
  /** Whether a visitor's own client is connected to this node. */
  isVisitorHere(channelId: ChannelId, visitorId: string): boolean
  /** Closes every connection in a way that makes clients come back, and leaves the HTTP server open. */
  close(): Promise<void>
}

/** A session that ended has no socket after this and one query: promised are five seconds. */
const RECHECK_EVERY_MS = 3_000
const VISITOR_RECHECK_EVERY_MS = 60_000
const VIEWERS_EVERY_MS = 10_000
const QUEUE_PLACES_EVERY_MS = 3_000
const PLACE_TTL_MS = 60_000
const VISITOR_CONVERSATION_TTL_MS = 10_000
const CACHED_LOOKUPS = 5_000

/** The live side: who is connected, what he may hear, and the way between nodes. */
export function createRealtime(deps: RealtimeDeps): Realtime {
  const { bus, log, now, nodeId } = deps
  const limits: RealtimeLimits = { ...DEFAULT_LIMITS, ...deps.limits }
  const publicOrigin = new URL(deps.publicUrl).origin
  const refusedHandshakes: Partial<Record<ErrorCode, number>> = {}
  const refusedEvents: Partial<Record<ErrorCode, number>> = {}
  let slowSocketsCut = 0

  const countRefusedHandshake = (error: unknown): void => {
    const code = error instanceof AppError ? error.code : 'internal'
    refusedHandshakes[code] = (refusedHandshakes[code] ?? 0) + 1
    if (!(error instanceof AppError)) log.error({ err: error }, 'a handshake failed')
  }
  const handshakes = createKeyedBuckets(limits.handshakes)
  const admits = createKeyedBuckets(limits.handshakes)

  const link =
    deps.redis && createNodeLink({ ...deps.redis, log, onUp: ({ lostOwn }) => afterLinkLoss(lostOwn) })

  const io: NodeServer = new Server({
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: limits.packetBytes,
    // Long polling stays for networks that break WebSockets; clients try the WebSocket first.
    transports: ['websocket', 'polling'],
    connectTimeout: 10_000,
    allowRequest: (request, answer) => {
      const allowed = handshakes.take(addressKey(deps.addressOf(request)), now()) === 'allowed'
      if (!allowed) countRefusedHandshake(new AppError('rate-limited'))
      answer(allowed ? null : 'rate-limited', allowed)
    },
    ...(link ? { adapter: link.adapter } : {}),
  })
  io.use((_socket, next) => {
    const error = new AppError('not-found')
    countRefusedHandshake(error)
    next(refusalFor(error))
  })
  const agentNamespace: AgentNamespace = io.of('/agent')
  const widgetNamespace: WidgetNamespace = io.of('/widget')
  const local = createLocalDelivery(agentNamespace, widgetNamespace)

  const outgoing = createOutgoing((batch) => {
    local.deliver(batch)
    if (link) io.serverSideEmit('node.batch', JSON.stringify(batch))
  })
  const viewing = createViewing({ now, onChange: local.tellPresence })
  const tellViewers = (): void => {
    if (link) outgoing.addWhisper({ kind: 'viewers', news: { nodeId, viewers: viewing.ofThisNode() } })
  }

  const clientEvents = (allowance: Allowance): ClientEventDeps => ({
    allowance,
    now,
    onRefused: (code) => {
      refusedEvents[code] = (refusedEvents[code] ?? 0) + 1
    },
    onFailure: (event, error) => log.error({ err: error, event }, 'a socket event failed'),
  })
  const admitHandshake = (request: IncomingMessage): void => {
    if (admits.take(addressKey(deps.addressOf(request)), now()) !== 'allowed')
      throw new AppError('rate-limited')
  }

  const places = createLookupCache({
    lookUp: deps.conversationChannel,
    ttlMs: PLACE_TTL_MS,
    capacity: CACHED_LOOKUPS,
    now,
  })
  const visitorConversations = createLookupCache({
    lookUp: (key) => {
      const [channelId = '', visitorId = ''] = JSON.parse(key) as string[]
      return deps.conversationOfVisitor(channelId as ChannelId, visitorId)
    },
    ttlMs: VISITOR_CONVERSATION_TTL_MS,
    capacity: CACHED_LOOKUPS,
    now,
  })

  const agents = createAgentSockets({
    namespace: agentNamespace,
    publicOrigin,
    log,
    now,
    socketsPerAgent: limits.socketsPerAgent,
    seats: createAddressSeats(limits.agentSocketsPerAddress, deps.addressOf),
    clientEvents: clientEvents(limits.agentEvents),
    admitHandshake,
    onRefusedHandshake: countRefusedHandshake,
    authenticateCookie: deps.authenticateCookie,
    revalidate: deps.revalidate,
    placeOf: places.get,
    onConnected: deps.presence.connected,
    onDisconnected: deps.presence.disconnected,
    onShow: (socketId, viewer) => {
      viewing.show(socketId, viewer)
      tellViewers()
    },
    viewersOf: viewing.viewersOf,
    onTyping: (viewer, { channelId, visitorId }) => {
      const presence = { ...viewer, state: 'typing' as const }
      const visitor = visitorId === undefined ? undefined : { channelId, visitorId }
      const whisper = { kind: 'agent-typing' as const, presence, ...(visitor ? { visitor } : {}) }
      local.whisper(whisper)
      if (link) outgoing.addWhisper(whisper)
      deps.onAgentTyping?.(viewer.conversationId)
    },
  })
  const tellVisitorTyping = async (channelId: ChannelId, visitorId: string): Promise<void> => {
    const conversationId = await visitorConversations.get(JSON.stringify([channelId, visitorId]))
    if (!conversationId) return
    const whisper = { kind: 'visitor-typing' as const, channelId, conversationId }
    local.whisper(whisper)
    if (link) outgoing.addWhisper(whisper)
  }
  const visitors = createVisitorSockets({
    namespace: widgetNamespace,
    publicOrigin,
    log,
    socketsPerVisitor: limits.socketsPerVisitor,
    seats: createAddressSeats(limits.visitorSocketsPerAddress, deps.addressOf),
    clientEvents: clientEvents(limits.visitorEvents),
    admitHandshake,
    onRefusedHandshake: countRefusedHandshake,
    recogniseVisitor: deps.recogniseVisitor,
    onTyping: tellVisitorTyping,
  })

  const teller = createQueueTeller({
    namespace: widgetNamespace,
    placesOf: deps.queuePlaces,
    hasWritten: async (channelId, visitorId) =>
      (await visitorConversations.get(JSON.stringify([channelId, visitorId]))) !== undefined,
    clock: Date.now,
    log,
  })

  const onSignal = (signal: Signal): void => {
    if (signal.kind === 'agent-access-changed') agents.recheckAgent(signal.agentId)
    if (signal.kind === 'channel-changed') {
      places.forget()
      visitorConversations.forget()
      agents.recheckLimited()
      void visitors.recheck(signal.channelId)
    }
  }

  bus.onEvents(outgoing.addEvents)
  bus.onVisitorNews(outgoing.addNews)
  bus.onSyncRequired(local.requireSync)
  bus.onVisitorTyping(({ channelId, visitorId }) => {
    tellVisitorTyping(channelId, visitorId).catch((error: unknown) =>
      log.warn({ err: error }, 'a customer’s typing could not be told'),
    )
  })
  bus.onSignal((signal, origin) => {
    if (origin === 'local' && link) outgoing.addSignal(signal)
    onSignal(signal)
  })

  const resume = (): void => {
    bus.requireSync()
    bus.receive({ kind: 'journal-grew' })
    bus.receive({ kind: 'outbox-wanted' })
    bus.receive({ kind: 'routing-wanted' })
    for (const channelId of deps.knownChannels()) bus.receive({ kind: 'channel-changed', channelId })
    for (const agentId of agents.connectedAgents()) bus.receive({ kind: 'agent-access-changed', agentId })
  }
  const afterLinkLoss = (lostOwn: boolean): void => {
    if (lostOwn) io.serverSideEmit('node.lost')
    tellViewers()
    resume()
  }

  const receiveBatch = (batch: Batch): void => {
    local.deliver(batch)
    for (const whisper of batch.whispers) {
      if (whisper.kind === 'viewers') viewing.receive(whisper.news)
      else local.whisper(whisper)
    }
    batch.signals.forEach(bus.receive)
  }
  io.on('node.batch', (json) => {
    try {
      receiveBatch(JSON.parse(json) as Batch)
    } catch (error) {
      log.error({ err: error }, 'a message of another node could not be used')
    }
  })
  io.on('node.lost', resume)

  const cutSlowSockets = (): void => {
    for (const namespace of [agentNamespace, widgetNamespace]) {
      for (const socket of namespace.sockets.values()) {
        // Private in the typings, yet nothing public tells how much waits for a client that does not read.
        if (socket.conn['writeBuffer'].length <= limits.backlogPackets) continue
        slowSocketsCut += 1
        socket.conn.close(true)
      }
    }
  }
  let rechecking = false
  const recheckAll = async (): Promise<void> => {
    if (rechecking) return
    rechecking = true
    await agents.recheckAll()
    rechecking = false
  }
  const timers = [
    setInterval(() => {
      cutSlowSockets()
      void recheckAll()
    }, RECHECK_EVERY_MS),
    setInterval(() => {
      handshakes.prune(now())
      admits.prune(now())
      void visitors.recheck()
    }, VISITOR_RECHECK_EVERY_MS),
    setInterval(() => {
      viewing.forgetSilent()
      tellViewers()
    }, VIEWERS_EVERY_MS),
    setInterval(() => void teller.look(), QUEUE_PLACES_EVERY_MS),
  ]

  if (deps.httpServer) io.attach(deps.httpServer)

  return {
    stats: () => ({
      agentSockets: agentNamespace.sockets.size,
      visitorSockets: widgetNamespace.sockets.size,
      packetsSent: local.packetsSent(),
      linkUp: link?.isUp(),
      refusedHandshakes: { ...refusedHandshakes },
      refusedEvents: { ...refusedEvents },
      slowSocketsCut,
    }),
    isVisitorHere: (channelId, visitorId) =>
      widgetNamespace.adapter.rooms.has(visitorRoom(channelId, visitorId)),
    async close() {
      for (const timer of timers) clearInterval(timer)
      // Not io.close(): that would close the HTTP server too, and tell clients to stay away.
      if (deps.httpServer) io.engine.close()
      outgoing.flush()
      for (const namespace of [io.of('/'), agentNamespace, widgetNamespace]) await namespace.adapter.close()
      link?.close()
    },
  }
}
