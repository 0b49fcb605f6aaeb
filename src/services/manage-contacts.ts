import type { UpdateContactCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentId, ContactId } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import type { ContactView, Page } from '../domain/views.ts'
import type { AgentStore } from '../store/agent-store.ts'
import type { ContactStore, StoredContact } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import type { Bus } from './bus.ts'
import { type ContactAccessDeps, openContact, seenOf } from './contact-access.ts'
import { decodeCursor, encodeCursor } from './page-cursor.ts'
import { phonesFrom } from './phone-number.ts'
import { presentContact } from './present-contact.ts'
import { type Principal, requirePermission } from './principal.ts'
import { spreadContactName } from './spread-contact-name.ts'

export interface ContactDeps {
  readonly contacts: ContactStore
  readonly mergedContacts: MergedContacts
  readonly conversations: ConversationStore
  readonly agents: Pick<AgentStore, 'get'>
  readonly bus: Bus
}

/**
 * A contact; one that was merged into another is that other one.
 * @throws AppError `permission-denied`, `not-found`
 */
export async function readContact(
  id: ContactId,
  principal: Principal,
  deps: ContactAccessDeps,
): Promise<ContactView> {
  const { contact, seen } = await openContact(id, principal, 'contact.read', deps)
  return presentContact(contact, seen)
}

/** Contacts whose name or address begins with the search, newest first. @throws AppError `permission-denied`, `invalid-cursor` */
export async function listContacts(
  {
    search = '',
    cursor,
    limit,
  }: { readonly search?: string; readonly cursor?: string; readonly limit: number },
  principal: Principal,
  { contacts }: Pick<ContactDeps, 'contacts'>,
): Promise<Page<ContactView>> {
  requirePermission(principal, 'contact.read')
  const beforeId = cursor === undefined ? undefined : String(decodeCursor(cursor, ['id'])[0])
  const found = await contacts.search(search, limit + 1, beforeId)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const identities = await contacts.identitiesOfEach(page.map(({ id }) => id))
  const items = page.flatMap((contact) => {
    const seen = (identities.get(contact.id) ?? []).filter(({ channelId }) =>
      seesChannel(principal.channels, channelId),
    )
    return seen.length > 0 || principal.channels === 'all' ? [presentContact(contact, seen)] : []
  })
  return {
    items,
    ...(found.length > limit && last ? { nextCursor: encodeCursor([last.id]) } : {}),
  }
}

/**
 * Changes a contact over the version the caller has seen; its conversations bear the new name at once, and those that
 * wait are decided again when another agent looks after it.
 * @throws AppError `permission-denied`, `not-found`, `version-conflict`, `invalid-input` for an owner who is no active
 * agent, or a number that is none
 */
export async function updateContact(
  id: ContactId,
  { version, ...change }: UpdateContactCommand,
  principal: Principal,
  deps: ContactDeps,
): Promise<ContactView> {
  const { contact, identities } = await openContact(id, principal, 'contact.write', deps)
  if (contact.id !== id) {
    throw new AppError('version-conflict', { detail: `It was merged into ${contact.name}.` })
  }
  if (contact.version !== version) throw new AppError('version-conflict')
  const phones = change.phones ? phonesFrom(change.phones, contact.phones) : contact.phones
  const ownerId = await ownerAfter(contact, change.ownerId, deps)
  const updated = await deps.contacts.updateContact(id, version, {
    name: change.name ?? contact.name,
    emails: change.emails ? [...new Set(change.emails)] : contact.emails,
    phones,
    attributes: change.attributes ?? contact.attributes,
    tags: change.tags ?? contact.tags,
    ...(ownerId === undefined ? {} : { ownerId }),
  })
  if (!updated) throw new AppError('version-conflict')
  deps.bus.publish([{ type: 'contact.updated', contact: presentContact(updated, identities) }])
  await spreadContactName(id, deps)
  if (ownerId !== undefined && (await deps.conversations.oweRuns(id)) > 0) {
    deps.bus.signal({ kind: 'routing-wanted' })
  }
  return presentContact(updated, seenOf(identities, principal))
}

/** Undefined where the owner stays, who need not be active any more. */
async function ownerAfter(
  { ownerId: before }: StoredContact,
  wanted: string | null | undefined,
  { agents }: Pick<ContactDeps, 'agents'>,
): Promise<AgentId | null | undefined> {
  if (wanted === undefined || wanted === (before ?? null)) return undefined
  if (wanted === null) return null
  const agent = await agents.get(wanted as AgentId)
  if (agent?.state === 'active') return agent.id
  throw new AppError('invalid-input', {
    field: 'ownerId',
    detail: agent ? `${agent.name} has no active account.` : `There is no agent ${wanted}.`,
  })
}
