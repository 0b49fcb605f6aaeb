import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { AppError } from '../domain/errors.ts'
import type { AgentId, ChannelId, ConversationId } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import { type Principal, requirePermission } from '../services/principal.ts'
import type { AddressSeats } from './address-seats.ts'
import { type ClientEventDeps, clientEvent, hearClient } from './client-events.ts'
import { refusalFor, requireOwnOrigin } from './handshake.ts'
import type { RealtimeLog } from './log.ts'
import { agentRoom, roomsOfScope, viewingRoom } from './rooms.ts'
import type { AgentNamespace, AgentSocket } from './socket-types.ts'
import type { Viewer } from './viewing.ts'

/** Where a conversation belongs; `visitorId` only when its customer holds a live client of ours. */
export interface ConversationPlace {
  readonly channelId: ChannelId
  readonly visitorId?: string
}

export interface AgentSocketsDeps {
  readonly namespace: AgentNamespace
  readonly publicOrigin: string
  readonly log: RealtimeLog
  readonly now: () => number
  readonly socketsPerAgent: number
  readonly seats: AddressSeats
  readonly clientEvents: ClientEventDeps
  /** Counts a handshake of this request's sender. @throws AppError `rate-limited` */
  readonly admitHandshake: (request: IncomingMessage) => void
  readonly onRefusedHandshake: (error: unknown) => void
  readonly authenticateCookie: (cookieHeader: string | undefined) => Promise<Principal | undefined>
  readonly revalidate: (principals: readonly Principal[]) => Promise<ReadonlyMap<string, Principal>>
  readonly placeOf: (conversationId: string) => Promise<ConversationPlace | undefined>
  readonly onConnected: (agentId: AgentId) => void
  readonly onDisconnected: (agentId: AgentId, why: { readonly signedOut: boolean }) => void
  /** The socket's screen shows another conversation, or none. */
  readonly onShow: (socketId: string, viewer: Viewer | undefined) => void
  readonly viewersOf: (conversationId: string) => readonly Viewer[]
  readonly onTyping: (viewer: Viewer, place: ConversationPlace) => void
}

export interface AgentSockets {
  /** Asks the database whether the sockets' sessions and rights still stand. Never rejects. */
  recheckAll(): Promise<void>
  /** The same, soon and in one question with whatever else is asked in this turn. */
  recheckAgent(agentId: string): void
  /** A channel's access list may have changed: matters to agents who do not see all channels. */
  recheckLimited(): void
  /** Ids of the agents who are connected to this node. */
  connectedAgents(): ReadonlySet<AgentId>
}

interface Seat {
  readonly socket: AgentSocket
  principal: Principal
  rooms: ReadonlySet<string>
  confirmedMs: number
  signedOut: boolean
  /** Counts what the client wanted to see, so that a slow look-up does not overtake a later wish. */
  wishes: number
  shown?: ConversationPlace & { readonly conversationId: ConversationId }
}

/** So long may the database be away before sockets whose sessions nobody can confirm are closed. */
const UNCONFIRMED_AFTER_MS = 60_000

const conversationId = z
  .string()
  .regex(/^[0-9a-f]{24}$/, 'conversationId must be 24 hex digits')
  .transform((id) => id as ConversationId)
const viewForm = z.tuple([z.strictObject({ conversationId: conversationId.nullable() })])
const typingForm = z.tuple([z.strictObject({ conversationId })])

export function createAgentSockets(deps: AgentSocketsDeps): AgentSockets {
  const { namespace, log, now } = deps
  const seats = new Map<string, Seat>()

  const admit = async (socket: AgentSocket): Promise<void> => {
    deps.admitHandshake(socket.request)
    deps.seats.requireFree(socket.request)
    requireOwnOrigin(socket.handshake.headers, deps.publicOrigin)
    const principal = await deps.authenticateCookie(socket.handshake.headers.cookie)
    if (!principal) throw new AppError('sign-in-required')
    requirePermission(principal, 'conversation.read')
    const open = namespace.adapter.rooms.get(agentRoom(principal.agentId))?.size ?? 0
    if (open >= deps.socketsPerAgent) throw new AppError('rate-limited', { detail: 'too many open sockets' })
    socket.data.principal = principal
  }

  /** The place of a conversation that this agent may see. @throws AppError `not-found` */
  const visiblePlace = async (seat: Seat, id: string): Promise<ConversationPlace> => {
    const place = await deps.placeOf(id)
    if (!place || !seesChannel(seat.principal.channels, place.channelId)) throw new AppError('not-found')
    return place
  }

  const viewerOf = (seat: Seat, id: ConversationId): Viewer => ({
    conversationId: id,
    agentId: seat.principal.agentId,
    name: seat.principal.name,
  })

  const show = (seat: Seat, next: Seat['shown']): void => {
    const { socket, shown } = seat
    if (shown?.conversationId === next?.conversationId) return
    if (shown) void socket.leave(viewingRoom(shown.conversationId))
    seat.shown = next
    deps.onShow(socket.id, next && viewerOf(seat, next.conversationId))
    if (!next) return
    void socket.join(viewingRoom(next.conversationId))
    for (const viewer of deps.viewersOf(next.conversationId)) {
      if (viewer.agentId === seat.principal.agentId) continue
      socket.emit('conversation.presence', { ...viewer, state: 'viewing' })
    }
  }

  const hear = (seat: Seat): void => {
    const view = clientEvent(viewForm, async ([body]) => {
      seat.wishes += 1
      const wish = seat.wishes
      const place = body.conversationId && (await visiblePlace(seat, body.conversationId))
      if (wish !== seat.wishes || !seat.socket.connected) return
      show(seat, body.conversationId && place ? { ...place, conversationId: body.conversationId } : undefined)
    })
    const typing = clientEvent(typingForm, async ([body]) => {
      requirePermission(seat.principal, 'message.send')
      const place = await visiblePlace(seat, body.conversationId)
      deps.onTyping(viewerOf(seat, body.conversationId), place)
    })
    const table = new Map([
      ['conversation.view', view],
      ['conversation.typing', typing],
    ])
    hearClient(seat.socket, table, deps.clientEvents)
  }

  const seatDown = (socket: AgentSocket): void => {
    // Counted once more: several may have been let in at the same moment.
    const leave = deps.seats.take(socket.request)
    if (!leave) {
      socket.disconnect(true)
      return
    }
    const { principal } = socket.data
    const rooms = roomsOfScope(principal.channels)
    const seat: Seat = { socket, principal, rooms, confirmedMs: now(), signedOut: false, wishes: 0 }
    seats.set(socket.id, seat)
    void socket.join([agentRoom(principal.agentId), ...rooms])
    hear(seat)
    socket.on('disconnect', () => {
      leave()
      seats.delete(socket.id)
      seat.wishes += 1
      show(seat, undefined)
      deps.onDisconnected(principal.agentId, { signedOut: seat.signedOut })
    })
    deps.onConnected(principal.agentId)
  }

  const end = (seat: Seat): void => {
    seat.signedOut = true
    seat.socket.emit('session.ended')
    seat.socket.disconnect(true)
  }

  const applyRights = (seat: Seat, principal: Principal): void => {
    const rooms = roomsOfScope(principal.channels)
    const lost = [...seat.rooms].filter((room) => !rooms.has(room))
    const won = [...rooms].filter((room) => !seat.rooms.has(room))
    seat.principal = principal
    seat.confirmedMs = now()
    if (lost.length === 0 && won.length === 0) return
    seat.rooms = rooms
    for (const room of lost) void seat.socket.leave(room)
    void seat.socket.join(won)
    if (seat.shown && !seesChannel(principal.channels, seat.shown.channelId)) show(seat, undefined)
    seat.socket.emit('sync.required')
  }

  const recheck = async (chosen: readonly Seat[]): Promise<void> => {
    if (chosen.length === 0) return
    const bySession = new Map(chosen.map((seat) => [seat.principal.via.id, seat.principal]))
    try {
      const standing = await deps.revalidate([...bySession.values()])
      for (const seat of chosen) {
        if (!seat.socket.connected) continue
        const principal = standing.get(seat.principal.via.id)
        const stands =
          principal?.agentId === seat.principal.agentId && principal.permissions.has('conversation.read')
        if (principal && stands) applyRights(seat, principal)
        else end(seat)
      }
    } catch (error) {
      log.warn({ err: error }, 'sessions of open sockets could not be confirmed')
      // The transport is closed without a word, so that the client comes back by itself.
      for (const seat of chosen) {
        if (now() - seat.confirmedMs > UNCONFIRMED_AFTER_MS) seat.socket.conn.close(true)
      }
    }
  }

  namespace.use((socket, next) => {
    admit(socket).then(
      () => next(),
      (error: unknown) => {
        deps.onRefusedHandshake(error)
        next(refusalFor(error))
      },
    )
  })
  namespace.on('connection', seatDown)

  const all = (): Seat[] => [...seats.values()]
  const doubtful = { agents: new Set<string>(), limited: false, scheduled: false }
  const recheckDoubtful = (): void => {
    const { agents, limited } = doubtful
    const chosen = all().filter(
      ({ principal }) => agents.has(principal.agentId) || (limited && principal.channels !== 'all'),
    )
    Object.assign(doubtful, { agents: new Set<string>(), limited: false, scheduled: false })
    void recheck(chosen)
  }
  const scheduleRecheck = (): void => {
    if (!doubtful.scheduled) queueMicrotask(recheckDoubtful)
    doubtful.scheduled = true
  }

  return {
    recheckAll: () => recheck(all()),
    recheckAgent(agentId) {
      doubtful.agents.add(agentId)
      scheduleRecheck()
    },
    recheckLimited() {
      doubtful.limited = true
      scheduleRecheck()
    },
    connectedAgents: () => new Set(all().map((seat) => seat.principal.agentId)),
  }
}
