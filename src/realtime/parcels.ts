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
      return [SOME_CHANNELS]
  }
}

/**
 * Sorts what was published into as few packets as possible: one with everything for those who see everything, one
 * for each set of rooms besides. No socket is in both kinds of rooms, and a packet goes once to a socket that is in
 * several of its rooms, so that nobody gets an event twice. Rooms where nobody is are left out.
 */
export function parcelsFor(events: readonly DomainEvent[], isOccupied: (room: string) => boolean): Parcel[] {
  const groups = new Map<string, { readonly rooms: readonly string[]; readonly events: DomainEvent[] }>()
  for (const event of events) {
    const rooms = roomsOf(event)
    const key = rooms.join(' ')
    const group = groups.get(key)
    if (group) group.events.push(event)
    else groups.set(key, { rooms, events: [event] })
  }
  const [only] = groups.values()
  const parcels: Parcel[] =
    only && groups.size === 1
      ? [{ rooms: [ALL_CHANNELS, ...only.rooms], events }]
      : [{ rooms: [ALL_CHANNELS], events }, ...groups.values()]
  return parcels
    .map((parcel) => ({ rooms: parcel.rooms.filter(isOccupied), events: parcel.events }))
    .filter((parcel) => parcel.rooms.length > 0 && parcel.events.length > 0)
}
