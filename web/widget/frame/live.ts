import type { Socket } from 'socket.io-client'
import { io } from 'socket.io-client'
import type { WidgetClientEvents, WidgetServerEvents } from '../../../src/domain/events.ts'

const TYPING_EVERY_MS = 3_000
/** All visitors are told at once that something may have been missed; they ask spread over this time. */
const SYNC_SPREAD_MS = 8_000

/** The open line to the server; what it says is a hint of what HTTP would tell. */
export interface Live {
  /** Connects, or connects anew as whoever the token now speaks for. */
  restart(): void
  stop(): void
  typing(): void
}

/** What is heard on it. */
export interface LiveDeps {
  readonly channelId: string
  readonly token: () => string | undefined
  readonly onMessages: WidgetServerEvents['messages']
  readonly onTyping: (name: string) => void
  /** After every connection: something may have been missed. */
  readonly onSync: () => void
  readonly onLost: () => void
  readonly onRefused: () => void
}

export function createLive(deps: LiveDeps): Live {
  let typedAt = 0
  const socket: Socket<WidgetServerEvents, WidgetClientEvents> = io('/widget', {
    autoConnect: false,
    transports: ['websocket'],
    reconnectionDelayMax: 10_000,
    auth: (give) => give({ channelId: deps.channelId, token: deps.token() ?? '' }),
  })
  socket.on('connect', deps.onSync)
  socket.on('sync.required', () => {
    setTimeout(() => socket.connected && deps.onSync(), Math.random() * SYNC_SPREAD_MS)
  })
  socket.on('messages', deps.onMessages)
  socket.on('agent.typing', ({ name }) => deps.onTyping(name))
  socket.on('disconnect', (reason) => {
    if (reason === 'io client disconnect') return
    deps.onLost()
    // The server ended it on purpose and the client would not come back by itself.
    if (reason === 'io server disconnect') deps.onRefused()
  })
  socket.on('connect_error', () => {
    deps.onLost()
    // Refused by the server rather than unreachable: then it does not try again by itself either.
    if (!socket.active) deps.onRefused()
  })
  return {
    restart() {
      socket.disconnect().connect()
    },
    stop: () => void socket.disconnect(),
    typing() {
      const now = Date.now()
      if (!socket.connected || now - typedAt < TYPING_EVERY_MS) return
      typedAt = now
      socket.volatile.emit('visitor.typing', () => undefined)
    },
  }
}
