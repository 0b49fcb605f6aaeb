import type { Readable } from 'node:stream'
import { AppError } from '../domain/errors.ts'
import type { ChannelId } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import type { StoredAttachment } from '../store/attachment-document.ts'
import type { AttachmentStore } from '../store/attachment-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { mayShowInPlace } from './attachment-content.ts'
import type { FetchAttachment } from './fetch-attachment.ts'
import { isVisibleToVisitor } from './present.ts'
import { type Principal, requirePermission } from './principal.ts'

/** A file that its reader may have. */
export interface OpenedAttachment {
  readonly id: string
  readonly name: string
  readonly contentType: string
  readonly sizeBytes: number
  /** A picture that may be shown in place. */
  readonly showable: boolean
  /** Its bytes, from the beginning. */
  read(): Promise<Readable>
}

/** What opening files needs. */
export interface OpenAttachmentDeps {
  readonly attachments: AttachmentStore
  readonly conversations: Pick<ConversationStore, 'find'>
  readonly messages: Pick<MessageStore, 'find'>
  readonly fetchAttachment: FetchAttachment
}

/**
 * A file for an agent: of a conversation that he may see, a customer's picture from a channel that he may see, or his
 * own while no message has it.
 * @throws AppError `not-found` alike for what does not exist and for what he may not see
 */
export async function openAttachmentForAgent(
  id: string,
  principal: Principal,
  deps: OpenAttachmentDeps,
): Promise<OpenedAttachment> {
  requirePermission(principal, 'conversation.read')
  const attachment = await deps.attachments.get(id)
  const { conversationId, messageId, uploader, identityId } = attachment
  if (identityId !== undefined && uploader.kind === 'visitor') {
    if (!seesChannel(principal.channels, uploader.channelId)) throw new AppError('not-found')
    return openAttachment(attachment, deps)
  }
  if (conversationId === undefined || messageId === undefined) {
    if (uploader.kind !== 'agent' || uploader.id !== principal.agentId) throw new AppError('not-found')
    return openAttachment(attachment, deps)
  }
  const conversation = await deps.conversations.find(conversationId)
  if (!conversation || !seesChannel(principal.channels, conversation.channelId))
    throw new AppError('not-found')
  const message = await deps.messages.find(messageId)
  if (!message || message.deletedAtMs !== undefined) throw new AppError('not-found')
  // Of a message in several parts one may be gone.
  if (message.parts && !message.attachments.some((one) => one.id === id)) throw new AppError('not-found')
  return openAttachment(attachment, deps)
}

/**
 * A file for a visitor: of a message of his that he can see, or his own upload while no message has it.
 * @throws AppError `not-found` alike for what does not exist and for what is not his
 */
export async function openAttachmentForVisitor(
  id: string,
  visitor: { readonly channelId: ChannelId; readonly visitorId: string },
  deps: OpenAttachmentDeps,
): Promise<OpenedAttachment> {
  const attachment = await deps.attachments.get(id)
  const { conversationId, messageId, uploader } = attachment
  const own =
    uploader.kind === 'visitor' &&
    uploader.id === visitor.visitorId &&
    uploader.channelId === visitor.channelId
  if (conversationId === undefined || messageId === undefined) {
    if (!own) throw new AppError('not-found')
    return openAttachment(attachment, deps)
  }
  const conversation = await deps.conversations.find(conversationId)
  const his =
    conversation?.channelId === visitor.channelId && conversation.identityExternalId === visitor.visitorId
  const message = his || own ? await deps.messages.find(messageId) : undefined
  // The link may come a moment before the message and its conversation: meanwhile his own file is still his.
  const visible = message ? his && message.deletedAtMs === undefined && isVisibleToVisitor(message) : own
  if (!visible) throw new AppError('not-found')
  return openAttachment(attachment, deps)
}

/** Makes the function that hands a message's files to its channel. */
export function createOpenAttachment(
  deps: Pick<OpenAttachmentDeps, 'attachments' | 'fetchAttachment'>,
): (id: string) => Promise<Readable> {
  return async (id) => (await openAttachment(await deps.attachments.get(id), deps)).read()
}

/** The file itself, once it is known that its reader may have it. */
export async function openAttachment(
  attachment: StoredAttachment,
  { attachments, fetchAttachment }: Pick<OpenAttachmentDeps, 'attachments' | 'fetchAttachment'>,
): Promise<OpenedAttachment> {
  const stored = await fetchAttachment(attachment)
  const { id, name, contentType, sizeBytes } = stored
  return {
    id,
    name,
    contentType,
    sizeBytes,
    showable: mayShowInPlace(stored),
    read: () => attachments.open(id),
  }
}
