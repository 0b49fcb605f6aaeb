import type { PresenceInConversation } from '../../../src/domain/events.ts'
import { watchable } from './store.ts'

const TYPING_HOLDS_MS = 6_000

/** Who is where, right now. */
export interface Company {
  /** Until when the customer counts as typing, by conversation. */
  readonly visitors: ReadonlyMap<string, number>
  /** Colleagues in a conversation, by conversation and agent. */
  readonly colleagues: ReadonlyMap<string, ReadonlyMap<string, Colleague>>
}

/** A colleague who looks at or writes in a conversation. */
export interface Colleague {
  readonly agentId: string
  readonly name: string
  readonly typingUntil: number
}

/** What screens show of others; never stored, emptied at every reconnect. */
export const company = watchable<Company>({ visitors: new Map(), colleagues: new Map() })

const later = (run: () => void) => setTimeout(run, TYPING_HOLDS_MS + 50)
const touch = () => company.set({ ...company.get() })

export function visitorTyped(conversationId: string): void {
  const visitors = new Map(company.get().visitors).set(conversationId, Date.now() + TYPING_HOLDS_MS)
  company.set({ ...company.get(), visitors })
  later(touch)
}

/** A message of the customer ends his typing at once. */
export function visitorWrote(conversationId: string): void {
  const visitors = new Map(company.get().visitors)
  if (visitors.delete(conversationId)) company.set({ ...company.get(), visitors })
}

export function colleagueSeen({ conversationId, agentId, name, state }: PresenceInConversation): void {
  const colleagues = new Map(company.get().colleagues)
  const here = new Map(colleagues.get(conversationId))
  if (state === 'left') here.delete(agentId)
  else
    here.set(agentId, { agentId, name, typingUntil: state === 'typing' ? Date.now() + TYPING_HOLDS_MS : 0 })
  colleagues.set(conversationId, here)
  company.set({ ...company.get(), colleagues })
  if (state === 'typing') later(touch)
}

export function everyoneLeft(): void {
  company.set({ visitors: new Map(), colleagues: new Map() })
}
