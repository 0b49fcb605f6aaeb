/** The message that an answer is about, as far as the composer shows it. */
export interface ReplyTarget {
  readonly id: string
  readonly authorName: string
  readonly preview: string
}

/** What stands in a composer that was left without sending. */
export interface Draft {
  readonly text: string
  readonly mode: 'message' | 'note'
  readonly replyTo?: ReplyTarget
}

/** Several people may use one browser. */
const keyOf = (agentId: string, conversationId: string) => `tributary-draft-${agentId}-${conversationId}`

/** An agent's draft in a conversation, kept in this browser. */
export function readDraft(agentId: string, conversationId: string): Draft {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(agentId, conversationId)) ?? 'null')
    if (
      typeof stored === 'object' &&
      stored !== null &&
      'text' in stored &&
      typeof stored.text === 'string'
    ) {
      const replyTo = 'replyTo' in stored ? targetOf(stored.replyTo) : undefined
      return {
        text: stored.text,
        mode: 'mode' in stored && stored.mode === 'note' ? 'note' : 'message',
        ...(replyTo ? { replyTo } : {}),
      }
    }
  } catch {
    // Foreign or broken content counts as none.
  }
  return { text: '', mode: 'message' }
}

function targetOf(stored: unknown): ReplyTarget | undefined {
  const { id, authorName, preview } = (stored ?? {}) as Partial<Record<keyof ReplyTarget, unknown>>
  return typeof id === 'string' && typeof authorName === 'string' && typeof preview === 'string'
    ? { id, authorName, preview }
    : undefined
}

/** Keeps a draft; an empty one is removed. */
export function keepDraft(agentId: string, conversationId: string, draft: Draft): void {
  const key = keyOf(agentId, conversationId)
  try {
    if (draft.text === '' && !draft.replyTo) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(draft))
  } catch {
    // A forbidden or full storage costs only the memory.
  }
}
