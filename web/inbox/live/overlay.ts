import type { DomainEvent } from '../../../src/domain/events.ts'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'

/** Something heard live: the highest version of it, and when we heard it. */
export interface Learned<T> {
  readonly value: T
  /** Number of the packet it came with; a REST answer asked for later already contains it. */
  readonly seq: number
}

/** What the socket and our own writes told us since the REST answers on the screen were asked for. */
export interface Overlay {
  readonly seq: number
  readonly conversations: ReadonlyMap<string, Learned<ConversationView>>
  /** By conversation, then by message. */
  readonly messages: ReadonlyMap<string, ReadonlyMap<string, Learned<MessageView>>>
}

/** Nothing heard yet. */
export const EMPTY_OVERLAY: Overlay = { seq: 0, conversations: new Map(), messages: new Map() }

/** Beyond this many entries the overlay is emptied, and everything on the screen read again. */
const MOST_ENTRIES = 5_000

interface Versioned {
  readonly version: number
}

/** The one with the higher version; the first when they are the same. */
export const newest = <T extends Versioned>(one: T, other: T | undefined): T =>
  other !== undefined && other.version > one.version ? other : one

/** The overlay after a packet of events. Never goes back to a lower version; the same packet twice changes nothing. */
export function absorb(overlay: Overlay, events: readonly DomainEvent[]): Overlay {
  const seq = overlay.seq + 1
  const conversations = new Map(overlay.conversations)
  const messages = new Map(overlay.messages)
  let changed = false
  for (const event of events) {
    if ('conversation' in event) changed = learn(conversations, event.conversation, seq) || changed
    if ('message' in event) {
      const inThread = new Map(messages.get(event.message.conversationId))
      if (learn(inThread, event.message, seq)) {
        messages.set(event.message.conversationId, inThread)
        changed = true
      }
    }
  }
  return changed ? { seq, conversations, messages } : overlay
}

/** Whether so much was heard that reading anew is cheaper than remembering. */
export function isFull(overlay: Overlay): boolean {
  let entries = overlay.conversations.size
  for (const thread of overlay.messages.values()) entries += thread.size
  return entries > MOST_ENTRIES
}

function learn<T extends Versioned & { readonly id: string }>(
  known: Map<string, Learned<T>>,
  value: T,
  seq: number,
): boolean {
  const before = known.get(value.id)
  if (before && before.value.version >= value.version) return false
  known.set(value.id, { value, seq })
  return true
}
