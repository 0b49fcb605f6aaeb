import type { AttachmentView, MessageView } from '../../../src/domain/views.ts'
import { watchable } from '../live/store.ts'
import type { PendingMessage } from './outbox.ts'

/** Something that the composer of a conversation is to do, wherever somebody said so. */
export type ComposerWish = { readonly conversationId: string } & (
  | { readonly kind: 'reply'; readonly message: MessageView }
  | { readonly kind: 'template' }
  /** Files that come along from another conversation: stored ones, and such as are not. */
  | {
      readonly kind: 'files'
      readonly attachments: readonly AttachmentView[]
      readonly files: readonly File[]
    }
  /** One that the server refused, to be written anew: whoever takes the wish takes it off the list of the unsent. */
  | { readonly kind: 'again'; readonly pending: PendingMessage }
)

/** The last wish; the composer of its conversation takes it. */
export const composerWishes = watchable<ComposerWish | undefined>(undefined)

/** Asks the composer for something. */
export const wishComposer = (wish: ComposerWish): void => composerWishes.set({ ...wish })
