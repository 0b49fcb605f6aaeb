import { AppError } from '../domain/errors.ts'
import type { ContactId } from '../domain/ids.ts'
import { type Permission, seesChannel } from '../domain/permissions.ts'
import type { ContactStore, StoredContact, StoredIdentity } from '../store/contact-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import { type Principal, requirePermission } from './principal.ts'

export interface ContactAccessDeps {
  readonly contacts: ContactStore
  readonly mergedContacts: MergedContacts
}

/** A contact with all of its identities, and those of them that the caller may see. */
export interface OpenedContact {
  readonly contact: StoredContact
  readonly identities: readonly StoredIdentity[]
  readonly seen: readonly StoredIdentity[]
}

/**
 * A contact as `principal` may use it; one that was merged into another is that other one. A contact whose channels are
 * all out of sight does not exist.
 * @throws AppError `permission-denied`, `not-found`
 */
export async function openContact(
  id: ContactId,
  principal: Principal,
  permission: Permission,
  deps: ContactAccessDeps,
): Promise<OpenedContact> {
  requirePermission(principal, permission)
  const contact = (await deps.mergedContacts.follow(await deps.contacts.findContacts([id]))).get(id)
  if (!contact) throw new AppError('not-found')
  const identities = await deps.contacts.identitiesOf(contact.id)
  return { contact, identities, seen: seenOf(identities, principal) }
}

/** @throws AppError `not-found` when none is in sight, unless everything is */
export function seenOf(
  identities: readonly StoredIdentity[],
  { channels }: Pick<Principal, 'channels'>,
): readonly StoredIdentity[] {
  const seen = identities.filter(({ channelId }) => seesChannel(channels, channelId))
  if (seen.length === 0 && channels !== 'all') throw new AppError('not-found')
  return seen
}
