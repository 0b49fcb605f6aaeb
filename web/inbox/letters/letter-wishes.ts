import type { AttachmentView, MessageView } from '../../../src/domain/views.ts'
import type { LetterDraft } from '../data/letter-drafts.ts'
import { watchable } from '../live/store.ts'
import type { LetterKind } from './reply-draft.ts'

/** Somebody wants to answer or forward a letter, wherever he said so: card, menu, key, palette. */
export interface LetterWish {
  readonly conversationId: string
  readonly kind: LetterKind
  /** The last one that may be answered, when left out. */
  readonly about?: MessageView
  /** Goes on with this one instead. */
  readonly draft?: LetterDraft
  /** Stored files that go with it. */
  readonly attachments?: readonly AttachmentView[]
}

/** The last wish; the composer of its conversation takes it. */
export const letterWishes = watchable<LetterWish | undefined>(undefined)

/** Asks the composer to begin a letter. */
export const wishLetter = (wish: LetterWish): void => letterWishes.set({ ...wish })
