import type { OutboundLetter, OutboundMessage } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import type { Capabilities } from '../domain/capabilities.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { LetterStore } from '../store/letter-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { LiveChannel } from './channel-directory.ts'
import type { FileLinks } from './file-links.ts'
import type { MessageTokens } from './message-token.ts'

/** Opens a stored file for sending. */
export type OpenAttachment = OutboundMessage['attachments'][number]['open'] extends () => infer Opened
  ? (id: string) => Opened
  : never

export interface ToOutboundDeps {
  readonly letters: Pick<LetterStore, 'get'>
  readonly openAttachment: OpenAttachment
  readonly messageTokens: MessageTokens
  readonly fileLinks: Pick<FileLinks, 'of'>
}

/** What a message needs to know of where it goes. */
export type Destination = Pick<
  StoredConversation,
  'identityExternalId' | 'threadKey' | 'subject' | 'lastInboundAtMs'
>

/**
 * Where a recorded message goes: to the customer of its conversation, or to whom it passes on what was said in another
 * one. Undefined when the conversation is gone.
 */
export async function destinationOf(
  { conversationId, continues, recipient }: StoredMessage,
  conversations: Pick<ConversationStore, 'find'>,
): Promise<Destination | undefined> {
  if (continues === undefined) return conversations.find(conversationId)
  return { identityExternalId: recipient ?? '', threadKey: conversationId }
}

/**
 * A recorded message as its channel gets it: the same at every attempt but for the attempt's number, for it is made
 * only of what was fixed when the message was recorded.
 * @throws ConnectorError when its content cannot be read: nothing was sent
 */
export async function toOutbound(
  leased: StoredMessage,
  channel: LiveChannel,
  conversation: Destination,
  deps: ToOutboundDeps,
): Promise<OutboundMessage> {
  const letter = channel.capabilities.letters && leased.letter ? await toLetter(leased, deps) : undefined
  return {
    id: nameOf(leased),
    attempt: leased.delivery?.attempts ?? 1,
    to: { identityExternalId: conversation.identityExternalId, threadKey: conversation.threadKey },
    author: { name: leased.author.name },
    text: letter?.text ?? leased.text,
    attachments: leased.attachments.map(({ id, name, contentType, sizeBytes }) => ({
      id,
      name,
      contentType,
      sizeBytes,
      open: () => deps.openAttachment(id),
      publicUrl: () => deps.fileLinks.of(id),
    })),
    ...(conversation.subject === undefined ? {} : { subject: conversation.subject }),
    token: deps.messageTokens.of(leased.id),
    writtenAtMs: leased.createdAtMs,
    automatic: leased.automatic ?? false,
    ...(leased.replyToExternalId === undefined ? {} : { replyToExternalId: leased.replyToExternalId }),
    ...(letter ? { letter: letter.letter } : {}),
    ...(leased.spans && formats(channel.capabilities) ? { spans: leased.spans } : {}),
    ...(leased.template ? { template: leased.template } : {}),
  }
}

/** A platform that knows a name drops what comes by it again: what a person sends anew has another. */
function nameOf({ id, delivery }: StoredMessage): string {
  const resends = delivery?.resends ?? 0
  return resends === 0 ? id : `${id}-${resends + 1}`
}

/** Whether what agents mark in a text is shown as formatting, or stays as they typed it. */
export const formats = ({ formatting = 'absent' }: Capabilities): boolean => formatting !== 'absent'

async function toLetter(
  { id, letter }: StoredMessage,
  { letters }: ToOutboundDeps,
): Promise<{ readonly text: string; readonly letter: OutboundLetter }> {
  const body = await letters.get(id).catch((error: unknown) => {
    throw unreadable('later', error instanceof Error ? error.message : String(error))
  })
  if (!letter || !body?.written) throw unreadable('never', 'The content of this letter is gone')
  const { inReplyTo, references } = body.written
  return {
    text: body.text,
    letter: {
      subject: letter.subject ?? '',
      to: letter.to,
      cc: letter.cc,
      bcc: letter.bcc,
      ...(body.html === undefined ? {} : { html: body.html }),
      ...(inReplyTo === undefined ? {} : { inReplyTo }),
      references,
    },
  }
}

const unreadable = (retry: 'later' | 'never', detail: string): ConnectorError =>
  new ConnectorError({ code: 'content-unreadable', detail, retry, delivery: 'not-sent' })
