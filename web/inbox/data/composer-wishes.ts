import type { AttachmentView, MessageView } from '../../../src/domain/views.ts'
import { watchable } from '../live/store.ts'

/** Something that the composer of a conversation is to do, wherever somebody said so. */
export type ComposerWish =
  | { readonly kind: 'reply'; readonly conversationId: string; readonly message: MessageView }
  | { readonly kind: 'template'; readonly conversationId: string }
  /** Stored files that come along from another conversation. */
  | {
      readonly kind: 'files'
      readonly conversationId: string
      readonly attachments: readonly AttachmentView[]
    }

/** The last wish; the composer of its conversation takes it. */
export const composerWishes = watchable<ComposerWish | undefined>(undefined)

/** Asks the composer for something. */
export const wishComposer = (wish: ComposerWish): void => composerWishes.set({ ...wish })
