import { displayNameOf } from '../domain/attachment.ts'
import { AppError } from '../domain/errors.ts'
import { allowsContentType } from '../domain/outbound.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { AttachmentUploader, StoredAttachment } from '../store/attachment-document.ts'
import type { AttachmentStore } from '../store/attachment-store.ts'
import { inspectContent } from './attachment-content.ts'

/** A file on its way in. */
export interface AttachmentUpload {
  readonly bytes: AsyncIterable<Uint8Array>
  /** As the sender calls it; any characters. */
  readonly name: string
  readonly uploader: AttachmentUploader
  readonly maxBytes: number
  /** Patterns of content types; empty = all. */
  readonly contentTypes: readonly string[]
}

/** What storing a file needs. */
export interface StoreAttachmentDeps {
  readonly attachments: AttachmentStore
  /** Milliseconds since the epoch. */
  readonly clock: () => number
}

/** A file as interfaces show it. */
export function presentAttachment(attachment: StoredAttachment): AttachmentView {
  const { id, name, contentType, sizeBytes, width, height, contentId, waits, lost } = attachment
  const state = lost ?? (waits ? ('fetching' as const) : undefined)
  return {
    id,
    name,
    contentType,
    sizeBytes,
    ...(width === undefined || height === undefined ? {} : { width, height }),
    ...(contentId === undefined ? {} : { contentId }),
    ...(state === undefined ? {} : { state }),
  }
}

/**
 * Stores a file, which then waits a day for the message that takes it. When it throws, nothing remains.
 * @throws AppError `attachment-too-large`, `attachment-type`
 */
export async function storeAttachment(
  { bytes, name, uploader, maxBytes, contentTypes }: AttachmentUpload,
  { attachments, clock }: StoreAttachmentDeps,
): Promise<AttachmentView> {
  const stored = await attachments.store(
    {
      name: displayNameOf(name),
      uploader,
      source: inspectContent(bytes, { maxBytes }),
      accept({ contentType }) {
        if (allowsContentType(contentTypes, contentType)) return
        throw new AppError('attachment-type', {
          field: 'file',
          detail: `The channel does not take ${contentType}.`,
          members: { contentType },
        })
      },
    },
    clock,
  )
  return presentAttachment(stored)
}

/** Takes back an upload that no message has. */
export async function removeUpload(
  { id }: AttachmentView,
  { attachments }: Pick<StoreAttachmentDeps, 'attachments'>,
): Promise<void> {
  await attachments.removeUnlinked(id)
}
