import type { MergeContactCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ContactId } from '../domain/ids.ts'
import { type ContactFacts, type MergedFacts, mergeFacts, tooManyFacts } from '../domain/merge-contacts.ts'
import type { MergePreviewView } from '../domain/views.ts'
import type { StoredContact } from '../store/contact-store.ts'
import type { TimelineStore } from '../store/timeline-store.ts'
import { type ContactAccessDeps, type OpenedContact, openContact } from './contact-access.ts'
import { presentContact } from './present-contact.ts'
import type { Principal } from './principal.ts'

/** What merging two contacts makes of them. The preview and the merge itself both come from here. */
export interface MergePlan {
  readonly survivor: OpenedContact
  readonly absorbed: OpenedContact
  readonly merged: MergedFacts
  /** The one that stays, as it will be. */
  readonly result: StoredContact
}

export const factsOf = (contact: StoredContact): ContactFacts => ({
  emails: contact.emails,
  phones: contact.phones,
  attributes: contact.attributes,
  tags: contact.tags,
  ownerId: contact.ownerId ?? null,
})

/**
 * @throws AppError `permission-denied`, `not-found` where one of the two is out of sight, `version-conflict` where one
 * was merged already, `invalid-input` for one with itself or for more than one contact can have
 */
export async function planMerge(
  survivorId: ContactId,
  absorbedId: ContactId,
  principal: Principal,
  deps: ContactAccessDeps,
): Promise<MergePlan> {
  const survivor = await openContact(survivorId, principal, 'contact.write', deps)
  const absorbed = await openContact(absorbedId, principal, 'contact.write', deps).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not-found') {
      throw new AppError('not-found', { field: 'contactId', detail: 'There is no such contact to merge.' })
    }
    throw error
  })
  if (survivorId === absorbedId) {
    throw new AppError('invalid-input', { field: 'contactId', detail: 'It is the same contact.' })
  }
  for (const [id, { contact }] of [[survivorId, survivor] as const, [absorbedId, absorbed] as const]) {
    if (contact.id !== id) {
      throw new AppError('version-conflict', { detail: `It was merged into ${contact.name} already.` })
    }
  }
  const merged = mergeFacts(factsOf(survivor.contact), factsOf(absorbed.contact))
  const tooMany = tooManyFacts(merged.facts)
  if (tooMany) {
    const { what, limit, actual } = tooMany
    throw new AppError('invalid-input', {
      field: 'contactId',
      detail: `Together they have ${actual} ${what}; a contact has at most ${limit}. Take some away first.`,
    })
  }
  const { ownerId, ...facts } = merged.facts
  const { ownerId: _, ...rest } = survivor.contact
  return {
    survivor,
    absorbed,
    merged,
    result: { ...rest, ...facts, ...(ownerId === null ? {} : { ownerId }), version: rest.version + 1 },
  }
}

export interface PreviewMergeDeps extends ContactAccessDeps {
  readonly timelines: Pick<TimelineStore, 'count'>
}

/** What a merge would make, exactly. @throws as {@link planMerge} */
export async function previewMerge(
  survivorId: ContactId,
  absorbedId: ContactId,
  principal: Principal,
  deps: PreviewMergeDeps,
): Promise<MergePreviewView> {
  const { survivor, absorbed, merged, result } = await planMerge(survivorId, absorbedId, principal, deps)
  const { attributes, ownerId, ...taken } = merged.taken
  return {
    result: presentContact(result, [...survivor.seen, ...absorbed.seen]),
    taken: {
      ...taken,
      attributes: Object.keys(attributes),
      identities: absorbed.seen.map(({ id }) => id),
      ...(ownerId ? { ownerId } : {}),
    },
    conflicts: merged.conflicts,
    conversations: await deps.timelines.count(absorbedId, principal.channels),
    version: survivor.contact.version,
    contactVersion: absorbed.contact.version,
  }
}

/** @throws AppError `version-conflict` where the caller has seen another version of one of the two */
export function requireSeen({ survivor, absorbed }: MergePlan, command: MergeContactCommand): void {
  if (survivor.contact.version !== command.version) throw new AppError('version-conflict')
  if (absorbed.contact.version !== command.contactVersion) {
    throw new AppError('version-conflict', { field: 'contactVersion' })
  }
}
