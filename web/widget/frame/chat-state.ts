import type { VisitorMessageView } from '../../../src/domain/events.ts'
import type { VisitorSettings } from '../../../src/domain/visitor.ts'
import type { HostState } from '../link.ts'
import type { PendingMessage, Profile } from './keepsake.ts'

/** Everything the screen shows. */
export interface ChatState {
  readonly host?: HostState
  readonly settings?: VisitorSettings
  readonly online: boolean
  /** Set when the server will not have us; an error code. */
  readonly refusal?: string
  readonly verified: boolean
  readonly connected: boolean
  /** Newest last. */
  readonly messages: readonly VisitorMessageView[]
  readonly pending: readonly PendingMessage[]
  readonly historyRead: boolean
  readonly olderCursor?: string
  readonly readingOlder: boolean
  readonly unread: number
  readonly typingName?: string
  readonly profile?: Profile
  /** Text to put into the composer; each `prefill` is a new object. */
  readonly prefill?: { readonly text: string }
}

/** Holds the state and tells whoever draws it. */
export interface ChatStore {
  readonly get: () => ChatState
  readonly set: (part: Partial<ChatState>) => void
  readonly subscribe: (listener: () => void) => () => void
}

export function createChatStore(initial: ChatState): ChatStore {
  let state = initial
  const listeners = new Set<() => void>()
  return {
    get: () => state,
    set(part) {
      state = { ...state, ...part }
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Whether the visitor must fill in the form before he can write. */
export function needsPreChat(state: ChatState): boolean {
  const { settings, profile, messages, pending, verified, host, historyRead } = state
  return (
    settings?.preChat === true &&
    historyRead &&
    profile === undefined &&
    !verified &&
    messages.length === 0 &&
    pending.length === 0 &&
    host?.identity?.email === undefined
  )
}
