import type { DomainEvent } from '../domain/events.ts'
import { ALL_CHANNELS, channelRoom, SOME_CHANNELS } from './rooms.ts'

/** One packet: encoded once, written to everybody who is in one of the rooms. */
export interface Parcel {
  readonly rooms: readonly string[]
  readonly events: readonly DomainEvent[]
}

/** The rooms of limited sight that an event goes to; {@link ALL_CHANNELS} gets everything. */
function roomsOf(event: DomainEvent): readonly string[] {
  switch (event.type) {
    case 'conversation.created':
    case 'conversation.updated':
    case 'conversation.assigned':
    case 'conversation.unassigned':
    case 'conversation.queued':
    case 'conversation.escalated':
    case 'conversation.resolved':
    case 'conversation.reopened':
    case 'message.created':
      return [channelRoom(event.conversation.channelId)]
    case 'message.updated':
      return [channelRoom(event.channelId)]
    case 'channel.updated':
      return [channelRoom(event.channel.id)]
    case 'contact.updated':
      return [...new Set(event.contact.identities.map((identity) => channelRoom(identity.channelId)))].sort()
    case 'agent.updated':
    case 'routing.changed':
      return [SOME_CHANNELS]
  }
}

/** Who is in each room, by the ids of sockets. A socket is also in a room that has its own id as its name. */
export type Rooms = Pick<ReadonlyMap<string, ReadonlySet<string>>, 'get' | 'has'>

interface Group {
  readonly rooms: readonly string[]
  readonly events: DomainEvent[]
}

/**
 * Sorts what was published into as few packets as possible: one with everything for those who see everything, one
 * for each set of rooms besides. No socket is in both kinds of rooms, and a packet goes once to a socket that is in
 * several of its rooms, so that nobody gets an event twice. Rooms where nobody is are left out.
 */
export function parcelsFor(events: readonly DomainEvent[], occupied: Rooms): Parcel[] {
  const groups = new Map<string, Group>()
  for (const event of events) {
    for (const { rooms, shown } of addressesOf(event, occupied)) {
      const key = rooms.join(' ')
      const group = groups.get(key)
      if (group) group.events.push(shown)
      else groups.set(key, { rooms, events: [shown] })
    }
  }
  const [only] = groups.values()
  const isForAll = only && groups.size === 1 && only.events.every((event, index) => event === events[index])
  const parcels: Parcel[] =
    isForAll && only.events.length === events.length
      ? [{ rooms: [ALL_CHANNELS, ...only.rooms], events }]
      : [{ rooms: [ALL_CHANNELS], events }, ...groups.values()]
  return parcels
    .map((parcel) => ({ rooms: parcel.rooms.filter((room) => occupied.has(room)), events: parcel.events }))
    .filter((parcel) => parcel.rooms.length > 0 && parcel.events.length > 0)
}

interface Address {
  readonly rooms: readonly string[]
  readonly shown: DomainEvent
}

/** Where an event goes besides {@link ALL_CHANNELS}, and what of it is shown there. */
function addressesOf(event: DomainEvent, occupied: Rooms): readonly Address[] {
  const rooms = roomsOf(event)
  if (event.type !== 'contact.updated' || rooms.length < 2) return [{ rooms, shown: event }]
  // Of a contact on several channels everybody is shown the identities on those that he sees.
  const seenBy = new Map<string, string[]>()
  for (const room of rooms) {
    for (const socket of occupied.get(room) ?? []) seenBy.set(socket, [...(seenBy.get(socket) ?? []), room])
  }
  const bySight = new Map<string, { readonly seen: ReadonlySet<string>; readonly sockets: string[] }>()
  for (const [socket, seen] of seenBy) {
    const key = seen.join(' ')
    const known = bySight.get(key)
    if (known) known.sockets.push(socket)
    else bySight.set(key, { seen: new Set(seen), sockets: [socket] })
  }
  // By their sockets, not by the rooms: in one of them sits also who sees less.
  return [...bySight.values()].map(({ seen, sockets }) => ({
    rooms: sockets,
    shown: seen.size === rooms.length ? event : withIdentitiesOf(event, seen),
  }))
}

function withIdentitiesOf(
  event: Extract<DomainEvent, { type: 'contact.updated' }>,
  rooms: ReadonlySet<string>,
): DomainEvent {
  const identities = event.contact.identities.filter(({ channelId }) => rooms.has(channelRoom(channelId)))
  return { ...event, contact: { ...event.contact, identities } }
}
