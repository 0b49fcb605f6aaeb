import { io, type Socket } from 'socket.io-client'
import type { Ack, AgentClientEvents, AgentServerEvents, DomainEvent } from '../../src/domain/events.ts'
import type { ConversationId } from '../../src/domain/ids.ts'

/** An agent's open page, as far as the server can tell. */
export interface AgentScreen {
  /** Everything it was told, in order. */
  readonly events: readonly DomainEvent[]
  /** Says that the agent types. @returns what the server answers */
  types(conversationId: ConversationId): Promise<Parameters<Ack>[0]>
  close(): void
}

/** Connects as whoever the cookie belongs to. */
export async function openAgentScreen(url: string, cookie: string): Promise<AgentScreen> {
  const events: DomainEvent[] = []
  const socket: Socket<AgentServerEvents, AgentClientEvents> = io(`${url}/agent`, {
    transports: ['websocket'],
    extraHeaders: { cookie, origin: url },
  })
  socket.on('events', (heard) => void events.push(...heard))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return {
    events,
    types: (conversationId) => socket.emitWithAck('conversation.typing', { conversationId }),
    close: () => void socket.disconnect(),
  }
}
