import { useState } from 'react'
import { sameContent } from './same-content.ts'

/** What is edited, and what it is edited from. */
export interface DraftState<T> {
  readonly value: T
  /** What was stored when this was last looked at. */
  readonly base: T
  /** What was last sent to be stored. */
  readonly sent?: { readonly value: T }
  /** Somebody else changed what is stored, and what was edited here was kept. */
  readonly overtaken: boolean
}

/** A draft that begins with what is stored. */
export const draftFrom = <T>(stored: T): DraftState<T> => ({ value: stored, base: stored, overtaken: false })

/** The draft over something newly stored: it follows while nothing was edited, and is kept otherwise. */
export function rebased<T>(draft: DraftState<T>, stored: T): DraftState<T> {
  if (sameContent(draft.value, draft.base)) return draftFrom(stored)
  const isOwnSave = draft.sent !== undefined && sameContent(draft.sent.value, stored)
  return { value: draft.value, base: stored, overtaken: !isOwnSave && !sameContent(draft.value, stored) }
}

/** The draft after what was sent came back as it is stored now: it follows, unless something was typed meanwhile. */
export function answered<T>(draft: DraftState<T>, sent: T, stored: T): DraftState<T> {
  if (sameContent(draft.value, sent)) return draftFrom(stored)
  return { value: draft.value, base: stored, overtaken: false }
}

/** What a form edits of something stored. */
export interface Draft<T> {
  readonly value: T
  readonly set: (value: T) => void
  /** There is something to save. */
  readonly dirty: boolean
  readonly overtaken: boolean
  /** To be called with what is sent: what is typed while it is under way stays. */
  readonly noteSent: (value: T) => void
  /** To be called with the answer, where what is stored may look otherwise than what was sent. */
  readonly noteStored: (sent: T, stored: T) => void
  /** Goes back to what is stored. */
  readonly reset: () => void
}

/** {@link rebased} for a form: no change from elsewhere takes away what was edited. */
export function useDraft<T>(stored: T): Draft<T> {
  const [known, setKnown] = useState(() => draftFrom(stored))
  const draft = sameContent(stored, known.base) ? known : rebased(known, stored)
  if (draft !== known) setKnown(draft)
  const dirty = !sameContent(draft.value, stored)
  return {
    value: draft.value,
    dirty,
    overtaken: dirty && draft.overtaken,
    set: (value) => setKnown((before) => ({ ...before, value })),
    noteSent: (value) => setKnown((before) => ({ ...before, sent: { value } })),
    noteStored: (sent, stored) => setKnown((before) => answered(before, sent, stored)),
    reset: () => setKnown(draftFrom(stored)),
  }
}
