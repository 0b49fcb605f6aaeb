/** What stands in a composer that was left without sending. */
export interface Draft {
  readonly text: string
  readonly mode: 'message' | 'note'
}

const keyOf = (conversationId: string) => `tributary-draft-${conversationId}`

/** The draft of a conversation, kept in this browser. */
export function readDraft(conversationId: string): Draft {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(conversationId)) ?? 'null')
    if (
      typeof stored === 'object' &&
      stored !== null &&
      'text' in stored &&
      typeof stored.text === 'string'
    ) {
      return { text: stored.text, mode: 'mode' in stored && stored.mode === 'note' ? 'note' : 'message' }
    }
  } catch {
    // Foreign or broken content counts as none.
  }
  return { text: '', mode: 'message' }
}

/** Keeps a draft; an empty one is removed. */
export function keepDraft(conversationId: string, draft: Draft): void {
  try {
    if (draft.text === '') localStorage.removeItem(keyOf(conversationId))
    else localStorage.setItem(keyOf(conversationId), JSON.stringify(draft))
  } catch {
    // A forbidden or full storage costs only the memory.
  }
}
