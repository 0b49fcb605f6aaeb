import { AppError } from '../domain/errors.ts'
import type { ContactId } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import { isE164 } from '../domain/phone.ts'
import type { DuplicateView } from '../domain/views.ts'
import type { StoredContact } from '../store/contact-store.ts'
import type { DuplicateStore } from '../store/duplicate-store.ts'
import { type ContactAccessDeps, openContact } from './contact-access.ts'
import { presentContact } from './present-contact.ts'
import type { Principal } from './principal.ts'

export interface DuplicateDeps extends ContactAccessDeps {
  readonly duplicates: DuplicateStore
  readonly now: () => number
}

const SHOWN = 20
/** Some of them may be out of sight, or were said to be somebody else. */
const LOOKED_AT = 200

/**
 * Contacts that have a number or a proven address with this one in common, the newest first: suggestions, no more.
 * What somebody only claims stands among his attributes and counts for nothing.
 * @throws AppError `permission-denied`, `not-found`
 */
export async function findDuplicates(
  id: ContactId,
  principal: Principal,
  { duplicates, ...deps }: DuplicateDeps,
): Promise<{ readonly items: readonly DuplicateView[] }> {
  const { contact } = await openContact(id, principal, 'contact.read', deps)
  const alike = await duplicates.alike(contact, LOOKED_AT)
  const [dismissed, identities] = await Promise.all([
    duplicates.dismissed(
      contact.id,
      alike.map((other) => other.id),
    ),
    deps.contacts.identitiesOfEach(alike.map((other) => other.id)),
  ])
  const items = alike.flatMap((other): DuplicateView[] => {
    if (dismissed.has(other.id)) return []
    const seen = (identities.get(other.id) ?? []).filter(({ channelId }) =>
      seesChannel(principal.channels, channelId),
    )
    if (seen.length === 0 && principal.channels !== 'all') return []
    return [{ contact: presentContact(other, seen), because: inCommon(contact, other) }]
  })
  // Ids of one second are in no order.
  const newestFirst = items.toSorted((one, next) =>
    next.contact.createdAt.localeCompare(one.contact.createdAt),
  )
  return { items: newestFirst.slice(0, SHOWN) }
}

function inCommon(one: StoredContact, other: StoredContact): DuplicateView['because'] {
  const emails = new Set(other.emails.map((email) => email.toLowerCase()))
  return [
    ...one.emails
      .filter((email) => emails.has(email.toLowerCase()))
      .map((value) => ({ kind: 'email' as const, value })),
    ...one.phones
      .filter((phone) => isE164(phone) && other.phones.includes(phone))
      .map((value) => ({ kind: 'phone' as const, value })),
  ]
}

/**
 * Says that two contacts are two people, or that they may be one after all. Safe to repeat.
 * @throws AppError `permission-denied`, `not-found` where one of the two is out of sight
 */
export async function dismissDuplicate(
  id: ContactId,
  otherId: ContactId,
  isDismissed: boolean,
  principal: Principal,
  { duplicates, ...deps }: DuplicateDeps,
): Promise<void> {
  const [{ contact: one }, { contact: other }] = await Promise.all([
    openContact(id, principal, 'contact.write', deps),
    openContact(otherId, principal, 'contact.write', deps),
  ])
  if (one.id === other.id) {
    throw new AppError('invalid-input', { field: 'otherId', detail: 'It is the same contact.' })
  }
  if (isDismissed) await duplicates.dismiss(one.id, other.id, principal.agentId, deps.now())
  else await duplicates.undismiss(one.id, other.id)
}
