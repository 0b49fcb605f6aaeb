import type { QueryClient } from '@tanstack/react-query'
import type { DomainEvent, RoutingPart } from '../../../src/domain/events.ts'
import type { AgentView, ChannelView, ContactView, ProfileView } from '../../../src/domain/views.ts'

const COUNTS_EVERY_MS = 700

/** Which queries show something of a part: policies are judged by teams, topics and skills, agents work team hours. */
const SHOWN_OF_PART: Readonly<Record<RoutingPart, readonly string[]>> = {
  teams: ['teams', 'categories', 'channel', 'agent-routing'],
  categories: ['categories', 'channel'],
  skills: ['skills', 'categories', 'channel'],
  agents: ['agent-routing'],
  settings: ['routing-settings', 'agent-routing'],
}

interface Versioned {
  readonly id: string
  readonly version: number
}

/** The list with one item brought forward, or added. Presence changes without a new version, so equal ones pass. */
function upserted<T extends Versioned>(items: readonly T[] | undefined, item: T): T[] | undefined {
  if (!items) return undefined
  const before = items.find(({ id }) => id === item.id)
  if (!before) return [...items, item]
  return item.version < before.version ? [...items] : items.map((one) => (one.id === item.id ? item : one))
}

/** Brings caches that are not lists of conversations or threads forward. */
export function createEventApplier(client: QueryClient): (events: readonly DomainEvent[]) => void {
  let countsDue: ReturnType<typeof setTimeout> | undefined
  const recount = () => {
    countsDue ??= setTimeout(() => {
      countsDue = undefined
      void client.invalidateQueries({ queryKey: ['counts'] })
      void client.invalidateQueries({ queryKey: ['queue'] })
    }, COUNTS_EVERY_MS)
  }
  return (events) => {
    for (const event of events) {
      if ('conversation' in event) {
        recount()
        const { contact } = event.conversation
        if (event.type !== 'message.created') {
          void client.invalidateQueries({ queryKey: ['contact-conversations', contact.id] })
        }
      }
      if (event.type === 'agent.updated') {
        recount()
        applyAgent(client, event.agent)
      }
      if (event.type === 'channel.updated') applyChannel(client, event.channel)
      if (event.type === 'contact.updated') applyContact(client, event.contact)
      if (event.type === 'routing.changed') {
        recount()
        for (const key of SHOWN_OF_PART[event.part]) void client.invalidateQueries({ queryKey: [key] })
      }
    }
  }
}

/** Brings one item of a list forward. A read that is under way may have begun before: it is made again. */
function bring<T extends Versioned>(client: QueryClient, list: 'agents' | 'channels', item: T): void {
  const queryKey = [list]
  client.setQueryData<T[]>(queryKey, (items) => upserted(items, item))
  const reads = { queryKey, exact: true }
  if (client.isFetching(reads) > 0) {
    void client.cancelQueries(reads).then(() => client.invalidateQueries(reads))
  }
}

function applyAgent(client: QueryClient, agent: AgentView): void {
  bring<AgentView>(client, 'agents', agent)
  client.setQueryData<ProfileView>(['session'], (me) =>
    me && me.id === agent.id && agent.version >= me.version
      ? { ...me, availability: agent.availability, present: agent.present, version: agent.version }
      : me,
  )
  // What a role may do is told only by the session itself.
  const me = client.getQueryData<ProfileView>(['session'])
  if (me && me.id === agent.id && me.role !== agent.role) {
    void client.invalidateQueries({ queryKey: ['session'] })
  }
}

function applyChannel(client: QueryClient, channel: ChannelView): void {
  bring<ChannelView>(client, 'channels', channel)
  void client.invalidateQueries({ queryKey: ['channel', channel.id] })
}

function applyContact(client: QueryClient, contact: ContactView): void {
  client.setQueryData<ContactView>(['contact', contact.id], contact)
  void client.invalidateQueries({ queryKey: ['reach', contact.id] })
}
