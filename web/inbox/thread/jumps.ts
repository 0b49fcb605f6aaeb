import { watchable } from '../live/store.ts'

/** A message that somebody wants to see where it stands. */
export interface Jump {
  readonly conversationId: string
  readonly messageId: string
}

/** The last one asked for; the thread of its conversation goes there. */
export const jumps = watchable<Jump | undefined>(undefined)
