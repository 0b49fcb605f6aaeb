import type { Namespace, Server, Socket } from 'socket.io'
import type {
  AgentClientEvents,
  AgentServerEvents,
  WidgetClientEvents,
  WidgetServerEvents,
} from '../domain/events.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { Principal } from '../services/principal.ts'

/** What nodes tell one another. */
export interface NodeEvents {
  'node.batch': (json: string) => void
  /** The sender could not reach the others for a while: what it said meanwhile is lost. */
  'node.lost': () => void
}

/** Nobody may connect to the default namespace; it carries only what nodes tell one another. */
type Nothing = Record<never, never>
export type NodeServer = Server<Nothing, Nothing, NodeEvents>

export interface AgentSocketData {
  principal: Principal
}
export type AgentNamespace = Namespace<AgentClientEvents, AgentServerEvents, NodeEvents, AgentSocketData>
export type AgentSocket = Socket<AgentClientEvents, AgentServerEvents, NodeEvents, AgentSocketData>

export interface WidgetSocketData {
  channelId: ChannelId
  visitorId: string
  token: string
}
export type WidgetNamespace = Namespace<WidgetClientEvents, WidgetServerEvents, NodeEvents, WidgetSocketData>
export type WidgetSocket = Socket<WidgetClientEvents, WidgetServerEvents, NodeEvents, WidgetSocketData>
