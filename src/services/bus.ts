import type { DomainEvent, VisitorMessageView } from '../domain/events.ts'
import type { AgentId, ChannelId } from '../domain/ids.ts'

/** Something one node's caches and sockets must know, besides the domain events. Reaches every node. */
export type Signal =
  | { readonly kind: 'channel-changed'; readonly channelId: ChannelId }
  | { readonly kind: 'agent-access-changed'; readonly agentId: AgentId }
  | { readonly kind: 'availability-changed'; readonly agentId: AgentId }
  /** Teams, categories, skills or routing settings changed: what is kept of them is outdated. */
  | { readonly kind: 'routing-rules-changed' }
  | { readonly kind: 'routing-wanted' }
  | { readonly kind: 'outbox-wanted' }
  | { readonly kind: 'journal-grew' }

/** News for the customer's own client. */
export interface VisitorNews {
  readonly channelId: ChannelId
  readonly visitorId: string
  readonly messages: readonly VisitorMessageView[]
}

/** A customer who is writing just now. */
export interface VisitorTyping {
  readonly channelId: ChannelId
  readonly visitorId: string
}

/**
 * The process-wide bus. Publishing never throws and never waits: what is lost with a crash is read again over REST
 * after the reconnect. `realtime` carries events and signals to the other nodes.
 */
export interface Bus {
  publish(events: readonly DomainEvent[]): void
  tellVisitors(news: readonly VisitorNews[]): void
  signal(signal: Signal): void
  /** The database was away: clients must read their screens again. */
  requireSync(): void
  /** A customer writes on a platform that tells so. */
  visitorTyping(typing: VisitorTyping): void
  onVisitorTyping(handler: (typing: VisitorTyping) => void): void
  onEvents(handler: (events: readonly DomainEvent[]) => void): void
  onVisitorNews(handler: (news: readonly VisitorNews[]) => void): void
  onSignal(handler: (signal: Signal, origin: 'local' | 'remote') => void): void
  onSyncRequired(handler: () => void): void
  /** Called by the node link with what other nodes signalled. */
  receive(signal: Signal): void
}

/** Creates a bus; handlers run in the order they were added, and one that throws does not stop the others. */
export function createBus(onHandlerError: (error: unknown) => void): Bus {
  const eventHandlers: ((events: readonly DomainEvent[]) => void)[] = []
  const newsHandlers: ((news: readonly VisitorNews[]) => void)[] = []
  const signalHandlers: ((signal: Signal, origin: 'local' | 'remote') => void)[] = []
  const syncHandlers: (() => void)[] = []
  const typingHandlers: ((typing: VisitorTyping) => void)[] = []
  const each = <H>(handlers: readonly H[], call: (handler: H) => void): void => {
    for (const handler of handlers) {
      try {
        call(handler)
      } catch (error) {
        onHandlerError(error)
      }
    }
  }
  return {
    publish: (events) => {
      if (events.length > 0) each(eventHandlers, (handler) => handler(events))
    },
    tellVisitors: (news) => {
      if (news.length > 0) each(newsHandlers, (handler) => handler(news))
    },
    signal: (signal) => each(signalHandlers, (handler) => handler(signal, 'local')),
    requireSync: () => each(syncHandlers, (handler) => handler()),
    visitorTyping: (typing) => each(typingHandlers, (handler) => handler(typing)),
    onVisitorTyping: (handler) => void typingHandlers.push(handler),
    onEvents: (handler) => void eventHandlers.push(handler),
    onVisitorNews: (handler) => void newsHandlers.push(handler),
    onSignal: (handler) => void signalHandlers.push(handler),
    onSyncRequired: (handler) => void syncHandlers.push(handler),
    receive: (signal) => each(signalHandlers, (handler) => handler(signal, 'remote')),
  }
}
