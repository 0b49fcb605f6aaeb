import type { OutboundMessage } from '../contract/connector.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { MessageTokens } from './message-token.ts'

/** Opens a stored file for sending. */
export type OpenAttachment = OutboundMessage['attachments'][number]['open'] extends () => infer Opened
  ? (id: string) => Opened
  : never

export interface ToOutboundDeps {
  readonly openAttachment: OpenAttachment
  readonly messageTokens: MessageTokens
}

/** What a connector is given of a message: the same whenever it is made, at every attempt and after the sending. */
export function toOutbound(
  message: StoredMessage,
  conversation: StoredConversation,
  { openAttachment, messageTokens }: ToOutboundDeps,
): OutboundMessage {
  return {
    id: message.id,
    attempt: message.delivery?.attempts ?? 1,
    to: { identityExternalId: conversation.identityExternalId, threadKey: conversation.threadKey },
    author: { name: message.author.name },
    text: message.text,
    attachments: message.attachments.map(({ id, name, contentType, sizeBytes }) => ({
      id,
      name,
      contentType,
      sizeBytes,
      open: () => openAttachment(id),
    })),
    ...(conversation.subject === undefined ? {} : { subject: conversation.subject }),
    token: messageTokens.of(message.id),
    writtenAtMs: message.createdAtMs,
    automatic: message.automatic ?? false,
    ...(message.replyToExternalId === undefined ? {} : { replyToExternalId: message.replyToExternalId }),
  }
}
