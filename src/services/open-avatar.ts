import { AppError } from '../domain/errors.ts'
import type { ContactIdentityId } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import type { AttachmentStore } from '../store/attachment-store.ts'
import type { AvatarStore } from '../store/avatar-store.ts'
import type { ContactStore } from '../store/contact-store.ts'
import { mayShowInPlace } from './attachment-content.ts'
import type { OpenedAttachment } from './open-attachment.ts'
import { type Principal, requirePermission } from './principal.ts'

export interface OpenAvatarDeps {
  readonly contacts: Pick<ContactStore, 'findIdentity'>
  readonly avatars: Pick<AvatarStore, 'find'>
  readonly attachments: Pick<AttachmentStore, 'open'>
}

/**
 * A customer's picture, for whoever may see the channel that it comes from.
 * @throws AppError `permission-denied`; `not-found` alike for what does not exist and for what he may not see
 */
export async function openAvatar(
  id: ContactIdentityId,
  principal: Principal,
  { contacts, avatars, attachments }: OpenAvatarDeps,
): Promise<OpenedAttachment> {
  requirePermission(principal, 'contact.read')
  const identity = await contacts.findIdentity(id)
  if (!identity?.avatarId || !seesChannel(principal.channels, identity.channelId))
    throw new AppError('not-found')
  const picture = await avatars.find(identity.avatarId, id)
  if (!picture) throw new AppError('not-found')
  return {
    id: picture.id,
    name: picture.name,
    contentType: picture.contentType,
    sizeBytes: picture.sizeBytes,
    showable: mayShowInPlace(picture),
    read: () => attachments.open(picture.id),
  }
}
