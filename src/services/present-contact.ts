import type { ContactView } from '../domain/views.ts'
import type { StoredContact, StoredIdentity } from '../store/contact-store.ts'
import { instant } from './present.ts'

/** A contact with those of its identities that the reader may see. */
export function presentContact(contact: StoredContact, identities: readonly StoredIdentity[]): ContactView {
  return {
    id: contact.id,
    name: contact.name,
    emails: contact.emails,
    phones: contact.phones,
    attributes: contact.attributes,
    tags: contact.tags,
    identities: identities.map(
      ({ id, channelId, externalId, displayName, verified, optedOutAtMs, avatarId }) => ({
        id,
        channelId,
        externalId,
        ...(displayName === undefined ? {} : { displayName }),
        verified,
        ...(optedOutAtMs === undefined ? {} : { optedOutAt: instant(optedOutAtMs) }),
        ...(avatarId === undefined ? {} : { avatarId }),
      }),
    ),
    ...(contact.ownerId ? { ownerId: contact.ownerId } : {}),
    ...(contact.mergedInto ? { mergedInto: contact.mergedInto } : {}),
    createdAt: instant(contact.createdAtMs),
    version: contact.version,
  }
}
