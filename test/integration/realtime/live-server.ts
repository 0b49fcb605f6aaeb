/** A bare HTTP server with the realtime side on it, and a make-believe office behind it. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { AppError } from '../../../src/domain/errors.ts'
import type {
  AgentClientEvents,
  AgentServerEvents,
  DomainEvent,
  WidgetClientEvents,
  WidgetServerEvents,
} from '../../../src/domain/events.ts'
import type { AgentId, ChannelId, ConversationId } from '../../../src/domain/ids.ts'
import { type ChannelScope, permissionsOf, type Role } from '../../../src/domain/permissions.ts'
import type { QueuePlaceView } from '../../../src/domain/visitor.ts'
import { createRealtime, type Realtime, type RealtimeDeps } from '../../../src/realtime/realtime.ts'
import { type Bus, createBus } from '../../../src/services/bus.ts'
import type { Principal } from '../../../src/services/principal.ts'

export type AgentClient = Socket<AgentServerEvents, AgentClientEvents>
export type WidgetClient = Socket<WidgetServerEvents, WidgetClientEvents>

/** 24 hex digits that can be told apart by eye. */
export function id<T extends string>(digit: string): T {
  return digit.repeat(24) as T
}

export const X = id<ChannelId>('1')
export const Y = id<ChannelId>('2')
export const CONVERSATION_X = id<ConversationId>('a')
export const CONVERSATION_Y = id<ConversationId>('b')

/** What the fakes answer from; tests change it while the server runs. */
export interface Office {
  readonly sessions: Map<string, Principal>
  readonly visitorTokens: Map<string, { channelId: ChannelId; visitorId: string }>
  readonly conversations: Map<string, { channelId: ChannelId; visitorId?: string }>
  readonly presence: string[]
  /** Where visitors stand, whatever their channel. */
  readonly queuePlaces: Map<string, QueuePlaceView>
  databaseAway: boolean
}

/** @param people who is signed in from the beginning, by session, with the channels that each of them sees */
export function createOffice(people: Readonly<Record<string, ChannelScope>> = {}): Office {
  const office: Office = {
    sessions: new Map(),
    visitorTokens: new Map([
      ['token-v1', { channelId: X, visitorId: 'v1' }],
      ['token-v2', { channelId: Y, visitorId: 'v2' }],
    ]),
    conversations: new Map([
      [CONVERSATION_X, { channelId: X, visitorId: 'v1' }],
      [CONVERSATION_Y, { channelId: Y, visitorId: 'v2' }],
    ]),
    presence: [],
    queuePlaces: new Map(),
    databaseAway: false,
  }
  for (const [session, channels] of Object.entries(people)) addAgent(office, session, channels)
  return office
}

export function addAgent(
  office: Office,
  session: string,
  channels: ChannelScope,
  options: { readonly role?: Role; readonly agentId?: AgentId } = {},
): Principal {
  const role = options.role ?? (channels === 'all' ? 'admin' : 'agent')
  const principal: Principal = {
    agentId: options.agentId ?? id<AgentId>(String((office.sessions.size % 8) + 1)),
    name: `Agent ${session}`,
    role,
    permissions: new Set(permissionsOf(role)),
    channels,
    via: { kind: 'session', id: session },
  }
  office.sessions.set(session, principal)
  return principal
}

export interface LiveServer {
  readonly server: Server
  readonly port: number
  readonly url: string
  readonly bus: Bus
  readonly realtime: Realtime
  readonly handlerErrors: unknown[]
  agent(session: string | undefined, options?: Partial<ManagerOptions & SocketOptions>): AgentClient
  widget(auth: unknown, options?: Partial<ManagerOptions & SocketOptions>): WidgetClient
  close(): Promise<void>
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

export async function startLiveServer(
  office: Office,
  overrides: Partial<RealtimeDeps> = {},
): Promise<LiveServer> {
  const server = createServer((_request, response) => response.writeHead(404).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const handlerErrors: unknown[] = []
  const bus = createBus((error) => handlerErrors.push(error))
  const available = (): void => {
    if (office.databaseAway) throw new AppError('unavailable')
  }
  const realtime = createRealtime({
    httpServer: server,
    bus,
    nodeId: `node-${port}`,
    publicUrl: 'https://inbox.example',
    log: silent,
    now: () => performance.now(),
    addressOf: (request) => request.socket.remoteAddress ?? '',
    authenticateCookie: async (cookie) => {
      available()
      return office.sessions.get(/(?:^|; )session=([^;]*)/.exec(cookie ?? '')?.[1] ?? '')
    },
    revalidate: async (principals) => {
      available()
      const standing = new Map<string, Principal>()
      for (const principal of principals) {
        const fresh = office.sessions.get(principal.via.id)
        if (fresh) standing.set(fresh.via.id, fresh)
      }
      return standing
    },
    recogniseVisitor: async (channelId, token) => {
      available()
      const visitor = office.visitorTokens.get(token)
      return visitor?.channelId === channelId ? visitor : undefined
    },
    conversationChannel: async (conversationId) => office.conversations.get(conversationId),
    conversationOfVisitor: async (channelId, visitorId) => {
      for (const [conversationId, place] of office.conversations) {
        if (place.channelId === channelId && place.visitorId === visitorId)
          return conversationId as ConversationId
      }
      return undefined
    },
    queuePlaces: async (channelId) =>
      channelId === X ? { places: office.queuePlaces, locale: 'sv' } : undefined,
    presence: {
      connected: (agentId) => void office.presence.push(`+${agentId[0]}`),
      disconnected: (agentId, { signedOut }) =>
        void office.presence.push(`-${agentId[0]}${signedOut ? ' signed out' : ''}`),
    },
    knownChannels: () => [X, Y],
    ...overrides,
  })

  const clients: { disconnect(): unknown }[] = []
  const connect = (
    namespace: string,
    headers: Record<string, string>,
    options: Partial<ManagerOptions & SocketOptions>,
  ): Socket => {
    const client = io(`${url}${namespace}`, {
      forceNew: true,
      transports: ['websocket'],
      reconnectionDelay: 20,
      reconnectionDelayMax: 50,
      ...options,
      extraHeaders: { origin: 'https://inbox.example', ...headers, ...options.extraHeaders },
    })
    clients.push(client)
    return client
  }
  return {
    server,
    port,
    url,
    bus,
    realtime,
    handlerErrors,
    agent: (session, options = {}) =>
      connect('/agent', session === undefined ? {} : { cookie: `theme=dark; session=${session}` }, options),
    widget: (auth, options = {}) =>
      connect('/widget', {}, { ...options, auth: auth as Record<string, unknown> }),
    async close() {
      for (const client of clients) client.disconnect()
      await realtime.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Resolves when the socket stands; rejects with the code of a refusal. */
export function connected(client: AgentClient | WidgetClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = client as unknown as Socket
    if (socket.connected) return resolve()
    socket.once('connect', resolve)
    socket.once('connect_error', (error) => {
      const { code } = ((error as { data?: { code?: string } }).data ?? {}) as { code?: string }
      reject(new Error(code ?? error.message))
    })
  })
}

/** Everything a client hears, in order; `until` waits for what fits. */
export interface Recording {
  readonly heard: { readonly event: string; readonly body: unknown }[]
  events(): DomainEvent[]
  until(fits: (heard: Recording['heard']) => boolean): Promise<void>
}

export function record(client: AgentClient | WidgetClient): Recording {
  const heard: { event: string; body: unknown }[] = []
  const waiting = new Set<() => void>()
  const socket = client as unknown as Socket
  const note = (event: string, body: unknown): void => {
    heard.push({ event, body })
    for (const look of [...waiting]) look()
  }
  socket.onAny((event: string, body: unknown) => note(event, body))
  socket.on('disconnect', (reason) => note('disconnect', reason))
  return {
    heard,
    events: () => heard.flatMap(({ event, body }) => (event === 'events' ? (body as DomainEvent[]) : [])),
    until: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!fits(heard)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

/** A client that is connected, and everything it hears from the first moment on. */
export async function joined<Client extends AgentClient | WidgetClient>(
  client: Client,
): Promise<{ readonly client: Client; readonly recording: Recording }> {
  const recording = record(client)
  await connected(client)
  return { client, recording }
}

export function hasEvent(name: string): (heard: Recording['heard']) => boolean {
  return (heard) => heard.some(({ event }) => event === name)
}

let counter = 0

/** A message in a conversation of a channel, whose text can be searched for. */
export function messageIn(channelId: ChannelId, text: string): DomainEvent {
  counter += 1
  const conversation = { id: CONVERSATION_X, channelId, version: counter }
  return {
    type: 'message.created',
    message: { id: `m${counter}`, text, version: 1 },
    conversation,
  } as unknown as DomainEvent
}

export function textsOf(events: readonly DomainEvent[]): string[] {
  return events.map((event) => (event.type === 'message.created' ? event.message.text : event.type))
}

/** An event everybody hears: what was sent before it has arrived, or never will. */
export function endMark(): DomainEvent {
  counter += 1
  return { type: 'agent.updated', agent: { id: `mark-${counter}` } } as unknown as DomainEvent
}

export function hasMark(mark: DomainEvent): (heard: Recording['heard']) => boolean {
  const text = JSON.stringify(mark)
  return (heard) => heard.some(({ event, body }) => event === 'events' && JSON.stringify(body).includes(text))
}
