import type { Connection } from 'mongoose'
import type { AttachmentId, ContactIdentityId } from '../domain/ids.ts'
import { createAttachmentBytes } from './attachment-bytes.ts'
import type { AttachmentDocument } from './attachment-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

export type AvatarStore = ReturnType<typeof createAvatarStore>

/** Pictures of customers: files that belong to an identity instead of to a message. */
export function createAvatarStore(connection: Connection) {
  const records = nativeCollection<AttachmentDocument>(connection, 'attachments')
  const bytes = createAttachmentBytes(connection)
  return {
    /** The file waits for no message any more. */
    async tie(id: AttachmentId, identityId: ContactIdentityId): Promise<void> {
      await records.updateOne(
        { _id: id, messageId: { $exists: false } },
        { $set: { identityId: toObjectId(identityId) }, $unset: { expiresAt: '' } },
      )
    },

    /** Removes a picture that another one has replaced. */
    async remove(id: AttachmentId): Promise<void> {
      const removing = await records.findOneAndUpdate(
        { _id: id, identityId: { $exists: true } },
        { $set: { state: 'removing', expiresAt: new Date(0) } },
      )
      if (!removing) return
      await bytes.remove(removing.bytesId)
      await records.deleteOne({ _id: id })
    },
  }
}
