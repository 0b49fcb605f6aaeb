import type { ConversationId } from '../domain/ids.ts'

/**
 * Which conversations of a channel lie in the same place of its platform, and so share the limits of a thread: one of
 * them at a time is sent to. Where a conversation lies is known once it was sent to.
 */
export interface SharedPlaces {
  /** Under which name a conversation's pace is kept: its place's, or its own. */
  keyOf(id: ConversationId): string
  /** Whether another conversation of its place is being sent to. */
  isTaken(id: ConversationId): boolean
  /** A conversation is being sent to from now on; its place, where that is known, is taken. */
  begin(id: ConversationId): void
  /** Learns where it lies. @returns false when another one is being sent to there */
  enter(id: ConversationId, place: string): boolean
  /** It is sent to no more. @returns whether a place became free by that */
  leave(id: ConversationId): boolean
}

/** Beyond so many conversations those that nobody is sending to are forgotten; they are learned anew. */
const MOST_KNOWN = 10_000

/** Creates the places of one channel; none is known. */
export function createSharedPlaces(): SharedPlaces {
  const places = new Map<ConversationId, string>()
  const takenBy = new Map<string, ConversationId>()

  const holderOf = (id: ConversationId): ConversationId | undefined => {
    const place = places.get(id)
    return place === undefined ? undefined : takenBy.get(place)
  }
  const leave = (id: ConversationId): boolean => {
    const place = places.get(id)
    return place !== undefined && takenBy.get(place) === id && takenBy.delete(place)
  }
  const forget = (): void => {
    for (const id of places.keys()) if (holderOf(id) !== id) places.delete(id)
  }

  return {
    // No id of a conversation has a space in it.
    keyOf: (id) => {
      const place = places.get(id)
      return place === undefined ? id : `place ${place}`
    },
    isTaken: (id) => (holderOf(id) ?? id) !== id,
    begin(id) {
      const place = places.get(id)
      if (place !== undefined && !takenBy.has(place)) takenBy.set(place, id)
    },
    enter(id, place) {
      if (places.get(id) !== place) {
        leave(id)
        if (places.size >= MOST_KNOWN) forget()
        places.set(id, place)
      }
      if (!takenBy.has(place)) takenBy.set(place, id)
      return takenBy.get(place) === id
    },
    leave,
  }
}
