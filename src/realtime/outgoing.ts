import type { DomainEvent, PresenceInConversation, VisitorMessageView } from '../domain/events.ts'
import type { ChannelId, ConversationId } from '../domain/ids.ts'
import type { Signal, VisitorNews } from '../services/bus.ts'
import { parcelsFor } from './parcels.ts'
import { ALL_CHANNELS, agentRoom, channelRoom, viewingRoom, visitorRoom } from './rooms.ts'
import type { AgentNamespace, WidgetNamespace } from './socket-types.ts'
import type { ViewersOfNode } from './viewing.ts'

/** What is gone when nobody is there to hear it. */
export type Whisper =
  | {
      readonly kind: 'visitor-typing'
      readonly channelId: ChannelId
      readonly conversationId: ConversationId
    }
  | {
      readonly kind: 'agent-typing'
      readonly presence: PresenceInConversation
      readonly visitor?: { readonly channelId: ChannelId; readonly visitorId: string }
    }
  | { readonly kind: 'viewers'; readonly news: ViewersOfNode }

/** All that one turn of the event loop led to, as it goes to the other nodes. */
export interface Batch {
  readonly events: readonly DomainEvent[]
  readonly news: readonly VisitorNews[]
  readonly signals: readonly Signal[]
  readonly whispers: readonly Whisper[]
}

/** Bounds a packet, so that one great batch does not hold back what a slow screen needs first. */
const EVENTS_PER_PACKET = 200

/** Writes to the sockets of this node. */
export interface LocalDelivery {
  deliver(batch: Pick<Batch, 'events' | 'news'>): void
  whisper(whisper: Exclude<Whisper, { kind: 'viewers' }>): void
  tellPresence(presence: PresenceInConversation): void
  requireSync(): void
  packetsSent(): number
}

export function createLocalDelivery(agents: AgentNamespace, widgets: WidgetNamespace): LocalDelivery {
  const agentRooms = agents.adapter.rooms
  const widgetRooms = widgets.adapter.rooms
  const occupiedByAgents = (room: string): boolean => agentRooms.has(room)
  let packets = 0

  const deliverEvents = (events: readonly DomainEvent[]): void => {
    for (let from = 0; from < events.length; from += EVENTS_PER_PACKET) {
      const part = events.length <= EVENTS_PER_PACKET ? events : events.slice(from, from + EVENTS_PER_PACKET)
      for (const parcel of parcelsFor(part, agentRooms)) {
        packets += 1
        agents.local.to([...parcel.rooms]).emit('events', parcel.events)
      }
    }
  }

  const deliverNews = (news: readonly VisitorNews[]): void => {
    const byRoom = new Map<string, VisitorMessageView[]>()
    for (const { channelId, visitorId, messages } of news) {
      const room = visitorRoom(channelId, visitorId)
      if (!widgetRooms.has(room)) continue
      const known = byRoom.get(room)
      if (known) known.push(...messages)
      else byRoom.set(room, [...messages])
    }
    for (const [room, messages] of byRoom) {
      packets += 1
      widgets.local.to(room).emit('messages', messages)
    }
  }

  const tellPresence = (presence: PresenceInConversation): void => {
    const room = viewingRoom(presence.conversationId)
    if (!agentRooms.has(room)) return
    agents.local.to(room).except(agentRoom(presence.agentId)).emit('conversation.presence', presence)
  }

  return {
    deliver({ events, news }) {
      if (events.length > 0) deliverEvents(events)
      if (news.length > 0) deliverNews(news)
    },
    whisper(whisper) {
      if (whisper.kind === 'visitor-typing') {
        const rooms = [ALL_CHANNELS, channelRoom(whisper.channelId)].filter(occupiedByAgents)
        const typing = { conversationId: whisper.conversationId }
        if (rooms.length > 0) agents.local.volatile.to(rooms).emit('visitor.typing', typing)
        return
      }
      tellPresence(whisper.presence)
      if (!whisper.visitor) return
      const room = visitorRoom(whisper.visitor.channelId, whisper.visitor.visitorId)
      const typing = { name: whisper.presence.name }
      if (widgetRooms.has(room)) widgets.local.volatile.to(room).emit('agent.typing', typing)
    },
    tellPresence,
    requireSync() {
      agents.local.emit('sync.required')
      widgets.local.emit('sync.required')
    },
    packetsSent: () => packets,
  }
}

/** Collects what happens within one turn of the event loop, so that it leaves in as few packets as can be. */
export interface Outgoing {
  addEvents(events: readonly DomainEvent[]): void
  addNews(news: readonly VisitorNews[]): void
  addSignal(signal: Signal): void
  addWhisper(whisper: Whisper): void
  /** Sends at once what was collected. */
  flush(): void
}

export function createOutgoing(send: (batch: Batch) => void): Outgoing {
  let events: DomainEvent[] = []
  let news: VisitorNews[] = []
  let signals = new Map<string, Signal>()
  let whispers: Whisper[] = []
  let scheduled: NodeJS.Immediate | undefined

  const flush = (): void => {
    clearImmediate(scheduled)
    if (scheduled === undefined) return
    scheduled = undefined
    const batch: Batch = { events, news, signals: [...signals.values()], whispers }
    events = []
    news = []
    signals = new Map()
    whispers = []
    send(batch)
  }
  const schedule = (): void => {
    scheduled ??= setImmediate(flush)
  }

  return {
    addEvents(more) {
      for (const event of more) events.push(event)
      schedule()
    },
    addNews(more) {
      for (const item of more) news.push(item)
      schedule()
    },
    addSignal(signal) {
      signals.set(JSON.stringify(signal), signal)
      schedule()
    },
    addWhisper(whisper) {
      whispers.push(whisper)
      schedule()
    },
    flush,
  }
}
