import { AppError } from '../domain/errors.ts'
import type { FileLinks } from './file-links.ts'
import { type OpenAttachmentDeps, type OpenedAttachment, openAttachment } from './open-attachment.ts'

export interface OpenLinkedFileDeps
  extends Pick<OpenAttachmentDeps, 'attachments' | 'messages' | 'fetchAttachment'> {
  readonly fileLinks: Pick<FileLinks, 'read'>
}

/**
 * A file for the platform that carries the message which it belongs to: only of one of ours that still stands.
 * @throws AppError `not-found` alike for every address that is none, or none any more
 */
export async function openLinkedFile(token: string, deps: OpenLinkedFileDeps): Promise<OpenedAttachment> {
  const id = deps.fileLinks.read(token)
  if (id === undefined) throw new AppError('not-found')
  const attachment = await deps.attachments.get(id)
  const message =
    attachment.messageId === undefined ? undefined : await deps.messages.find(attachment.messageId)
  const stands =
    message?.direction === 'outbound' && message.kind === 'message' && message.deletedAtMs === undefined
  if (!stands || !message.attachments.some((one) => one.id === id)) throw new AppError('not-found')
  return openAttachment(attachment, deps)
}
