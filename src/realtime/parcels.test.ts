import { describe, expect, it } from 'vitest'
import type { DomainEvent } from '../domain/events.ts'
import { parcelsFor } from './parcels.ts'

/** Rooms, each with the sockets in it; a socket is also in a room of its own. */
function rooms(entries: Readonly<Record<string, readonly string[]>>): Map<string, Set<string>> {
  const all = new Map(Object.entries(entries).map(([room, sockets]) => [room, new Set(sockets)]))
  for (const socket of Object.values(entries).flat()) all.set(socket, new Set([socket]))
  return all
}

const everywhere = rooms({
  'all-channels': ['boss'],
  'some-channels': ['zoe'],
  'channel:x': ['zoe'],
  'channel:y': ['zoe'],
})

function message(channelId: string, text: string): DomainEvent {
  return {
    type: 'message.created',
    message: { text },
    conversation: { channelId },
  } as unknown as DomainEvent
}

function contact(...channelIds: string[]): DomainEvent {
  return {
    type: 'contact.updated',
    contact: { identities: channelIds.map((channelId) => ({ channelId })) },
  } as unknown as DomainEvent
}

const agent = { type: 'agent.updated', agent: { id: 'a' } } as unknown as DomainEvent

describe('parcelsFor', () => {
  it('makes one packet of what goes to one channel', () => {
    const events = [message('x', '1'), message('x', '2')]
    expect(parcelsFor(events, everywhere)).toEqual([{ rooms: ['all-channels', 'channel:x'], events }])
  })

  it('gives everything, in order, to those who see everything, and its own to every channel', () => {
    const [one, two, three] = [message('x', '1'), message('y', '2'), message('x', '3')] as const
    expect(parcelsFor([one, two, three], everywhere)).toEqual([
      { rooms: ['all-channels'], events: [one, two, three] },
      { rooms: ['channel:x'], events: [one, three] },
      { rooms: ['channel:y'], events: [two] },
    ])
  })

  it('tells of a contact whoever sees one of its channels, in one packet', () => {
    const both = contact('y', 'x', 'y')
    expect(parcelsFor([both], everywhere)).toEqual([{ rooms: ['all-channels', 'zoe'], events: [both] }])
  })

  it('shows of a contact on several channels to everybody what he sees', () => {
    const event = contact('x', 'y', 'z')
    const occupied = rooms({
      'all-channels': ['boss'],
      'channel:x': ['xavier', 'xenia', 'zoe', 'every'],
      'channel:y': ['zoe', 'every'],
      'channel:z': ['every'],
    })
    expect(parcelsFor([event], occupied)).toEqual([
      { rooms: ['all-channels'], events: [event] },
      { rooms: ['xavier', 'xenia'], events: [contact('x')] },
      { rooms: ['zoe'], events: [contact('x', 'y')] },
      { rooms: ['every'], events: [event] },
    ])
  })

  it('tells everybody of a colleague', () => {
    expect(parcelsFor([agent], everywhere)).toEqual([
      { rooms: ['all-channels', 'some-channels'], events: [agent] },
    ])
  })

  it('makes nothing for rooms where nobody is', () => {
    const [one, two] = [message('x', '1'), message('y', '2')] as const
    expect(parcelsFor([one, two], rooms({ 'channel:y': ['yvonne'] }))).toEqual([
      { rooms: ['channel:y'], events: [two] },
    ])
    expect(parcelsFor([one, two], new Map())).toEqual([])
    expect(parcelsFor([], everywhere)).toEqual([])
  })
})
