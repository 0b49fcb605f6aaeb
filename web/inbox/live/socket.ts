import type { Socket } from 'socket.io-client'
import { io } from 'socket.io-client'
import type {
  AgentClientEvents,
  AgentServerEvents,
  DomainEvent,
  PresenceInConversation,
} from '../../../src/domain/events.ts'

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

/** Connects, keeps connecting, and says again what is on the screen after every reconnect. */
export function connectAgent(listener: SocketListener): AgentConnection {
  const socket: Socket<AgentServerEvents, AgentClientEvents> = io('/agent', {
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  })
  let viewing: string | null = null
  let typedAt = 0
  const noteRefusal = () => undefined

  socket.on('connect', () => {
    listener.state('live')
    if (viewing) socket.emit('conversation.view', { conversationId: viewing }, noteRefusal)
    listener.resync()
  })
  socket.on('disconnect', (reason) => {
    listener.state('reconnecting')
    // The library gives up when the server closed it on purpose; a restart looks the same.
    if (reason === 'io server disconnect') socket.connect()
  })
  socket.on('connect_error', (error) => {
    listener.state('reconnecting')
    if (!socket.active) {
      // Refused by the server's handshake rather than unreachable: only a sign-in helps.
      if (/sign-in-required/.test(error.message)) listener.ended()
      else setTimeout(() => socket.connect(), 2_000)
    }
  })
  socket.on('events', (events) => listener.events(events))
  socket.on('visitor.typing', ({ conversationId }) => listener.visitorTyping(conversationId))
  socket.on('conversation.presence', (presence) => listener.presence(presence))
  socket.on('sync.required', () => listener.resync())
  socket.on('session.ended', () => {
    socket.close()
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
    close: () => socket.close(),
  }
}
