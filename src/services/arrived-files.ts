import type { AttachmentRef } from '../contract/inbound-event.ts'
import type { ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import type { AttachmentView } from '../domain/views.ts'

/** Ties stored files to the message they came with; those that are not the sender's are left out. */
export type LinkAttachments = (
  refs: readonly AttachmentRef[],
  owner: {
    readonly channelId: ChannelId
    readonly identityExternalId: string
    readonly conversationId: ConversationId
    readonly messageId: MessageId
    /** The part of the message that they are of, where it has several. */
    readonly part?: string
  },
  /** Is told of each file that is not kept, because it is too large or there are too many. */
  onLeft?: (name: string) => void,
) => Promise<readonly AttachmentView[]>
