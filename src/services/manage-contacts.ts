import type { UpdateContactCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentId, ContactId } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import type { ContactView, Page } from '../domain/views.ts'
import type { AgentStore } from '../store/agent-store.ts'
import type { ContactStore, StoredContact, StoredIdentity } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { Bus } from './bus.ts'
import { decodeCursor, encodeCursor } from './page-cursor.ts'
import { presentContact } from './present-contact.ts'
import { type Principal, requirePermission } from './principal.ts'
import { spreadContactName } from './spread-contact-name.ts'

export interface ContactDeps {
  readonly contacts: ContactStore
  readonly conversations: ConversationStore
  readonly agents: Pick<AgentStore, 'get'>
  readonly bus: Bus
}

/** A contact whose channels are all out of sight does not exist. @throws AppError `permission-denied`, `not-found` */
export async function readContact(
  id: ContactId,
  principal: Principal,
  deps: Pick<ContactDeps, 'contacts'>,
): Promise<ContactView> {
  requirePermission(principal, 'contact.read')
  const [contact] = await deps.contacts.findContacts([id])
  if (!contact) throw new AppError('not-found')
  return visible(contact, await deps.contacts.identitiesOf(id), principal)
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
 * agent
 */
export async function updateContact(
  id: ContactId,
  { version, ...change }: UpdateContactCommand,
  principal: Principal,
  deps: ContactDeps,
): Promise<ContactView> {
  requirePermission(principal, 'contact.write')
  const [contact] = await deps.contacts.findContacts([id])
  if (!contact) throw new AppError('not-found')
  const identities = await deps.contacts.identitiesOf(id)
  visible(contact, identities, principal)
  if (contact.version !== version) throw new AppError('version-conflict')
  const ownerId = await ownerAfter(contact, change.ownerId, deps)
  const updated = await deps.contacts.updateContact(id, version, {
    name: change.name ?? contact.name,
    emails: change.emails ?? contact.emails,
    phones: change.phones ?? contact.phones,
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
  return visible(updated, identities, principal)
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

function visible(
  contact: StoredContact,
  identities: readonly StoredIdentity[],
  principal: Principal,
): ContactView {
  const seen = identities.filter(({ channelId }) => seesChannel(principal.channels, channelId))
  if (seen.length === 0 && principal.channels !== 'all') throw new AppError('not-found')
  return presentContact(contact, seen)
}
