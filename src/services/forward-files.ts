import { AppError } from '../domain/errors.ts'
import type { AgentId, ConversationId, MessageId } from '../domain/ids.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { AttachmentCopies } from '../store/attachment-copies.ts'
import type { StoredAttachment } from '../store/attachment-document.ts'
import type { AttachmentStore } from '../store/attachment-store.ts'
import { inspectContent } from './attachment-content.ts'
import type { FetchAttachment } from './fetch-attachment.ts'
import { refusedMessage } from './refuse-message.ts'
import { presentAttachment } from './store-attachment.ts'

/** The message that passes files on, and whose it is. */
export interface ForwardOwner {
  readonly agentId: AgentId
  readonly conversationId: ConversationId
  readonly messageId: MessageId
}

/**
 * Copies another message's files for a message that is about to be recorded. The same message gets the same copies
 * however often it is tried, also at the same moment on two nodes.
 */
export type ForwardFiles = (
  files: readonly AttachmentView[],
  owner: ForwardOwner,
) => Promise<readonly AttachmentView[]>

/** Makes it. It throws AppError `message-refused` where a file is gone, `unavailable` where it may come later. */
export function createForwardFiles(deps: {
  readonly attachments: AttachmentStore
  readonly attachmentCopies: AttachmentCopies
  readonly fetchAttachment: FetchAttachment
  readonly clock: () => number
  readonly maxBytes: number
}): ForwardFiles {
  const { attachments, attachmentCopies: copies, clock } = deps

  const fetched = async (id: string, name: string): Promise<StoredAttachment> => {
    try {
      return await deps.fetchAttachment(await attachments.get(id))
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'not-found') throw error
      throw refusedMessage({ reason: 'file-gone', name })
    }
  }

  const copyOne = async ({ id, name }: AttachmentView, { agentId, ...link }: ForwardOwner): Promise<void> => {
    const original = await fetched(id, name)
    const bytes = await attachments.open(original.id)
    const copy = await attachments.store(
      {
        name: original.name,
        uploader: { kind: 'agent', id: agentId },
        source: inspectContent(bytes, { maxBytes: Math.max(deps.maxBytes, original.sizeBytes) }),
        accept: () => undefined,
      },
      clock,
    )
    if (!(await copies.tie(copy.id, id, link, clock()))) await attachments.removeUnlinked(copy.id)
  }

  return async (files, owner) => {
    if (files.length === 0) return []
    await copies.keep(owner.messageId, clock())
    const known = await copies.of(owner.messageId)
    for (const file of files) if (!known.has(file.id)) await copyOne(file, owner)
    const made = await copies.of(owner.messageId)
    return files.map(({ id }) => {
      const copy = made.get(id)
      if (!copy)
        throw new AppError('unavailable', { detail: 'A file of the letter could not be copied just now.' })
      return presentAttachment(copy)
    })
  }
}
