import type { Socket } from 'socket.io-client'
import { io } from 'socket.io-client'
import type {
  AgentClientEvents,
  AgentServerEvents,
  DomainEvent,
  PresenceInConversation,
} from '../../../src/domain/events.ts'
import { backOffMs } from './back-off.ts'

/** What a running connection tells. */
export interface SocketListener {
  events(events: readonly DomainEvent[]): void
  visitorTyping(conversationId: string): void
  presence(presence: PresenceInConversation): void
  /** Anything may have been missed: read what is on the screen again. */
  resync(): void
  state(state: 'live' | 'reconnecting'): void
  ended(): void
}

/** The one connection of a signed-in screen. */
export interface AgentConnection {
  view(conversationId: string | null): void
  typing(conversationId: string): void
  close(): void
}

const TYPING_EVERY_MS = 2_500
/** All screens are told at once that something may have been missed; they ask spread over this time. */
const RESYNC_SPREAD_MS = 4_000

/** Connects, keeps connecting, and says again what is on the screen after every reconnect. */
export function connectAgent(listener: SocketListener): AgentConnection {
  const socket: Socket<AgentServerEvents, AgentClientEvents> = io('/agent', {
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  })
  let viewing: string | null = null
  let refusals = 0
  let coming: ReturnType<typeof setTimeout> | undefined
  let resyncing: ReturnType<typeof setTimeout> | undefined
  let typedAt = 0
  const noteRefusal = () => undefined

  const resync = () => {
    clearTimeout(resyncing)
    resyncing = undefined
    listener.resync()
  }
  /** The library itself comes back only to a server that was unreachable, not to one that said no. */
  const comeBack = () => {
    clearTimeout(coming)
    coming = setTimeout(() => socket.connect(), backOffMs(refusals, Math.random()))
    refusals += 1
  }
  const close = () => {
    clearTimeout(coming)
    clearTimeout(resyncing)
    socket.close()
  }

  socket.on('connect', () => {
    refusals = 0
    listener.state('live')
    if (viewing) socket.emit('conversation.view', { conversationId: viewing }, noteRefusal)
    resync()
  })
  socket.on('disconnect', (reason) => {
    listener.state('reconnecting')
    if (reason === 'io server disconnect') comeBack()
  })
  socket.on('connect_error', (error) => {
    listener.state('reconnecting')
    if (socket.active) return
    // Refused by the server's handshake rather than unreachable: nothing but a sign-in helps.
    if (error.message === 'sign-in-required') listener.ended()
    else comeBack()
  })
  socket.on('events', (events) => listener.events(events))
  socket.on('visitor.typing', ({ conversationId }) => listener.visitorTyping(conversationId))
  socket.on('conversation.presence', (presence) => listener.presence(presence))
  socket.on('sync.required', () => {
    resyncing ??= setTimeout(resync, Math.random() * RESYNC_SPREAD_MS)
  })
  socket.on('session.ended', () => {
    close()
    listener.ended()
  })

  return {
    view: (conversationId) => {
      viewing = conversationId
      typedAt = 0
      if (socket.connected) socket.emit('conversation.view', { conversationId }, noteRefusal)
    },
    typing: (conversationId) => {
      const now = Date.now()
      if (!socket.connected || now - typedAt < TYPING_EVERY_MS) return
      typedAt = now
      socket.emit('conversation.typing', { conversationId }, noteRefusal)
    },
    close,
  }
}
