import { AppError } from '../domain/errors.ts'
import type { ContactId } from '../domain/ids.ts'
import { mergeFacts, withoutTaken } from '../domain/merge-contacts.ts'
import type { ContactStore, StoredContact } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { StoredMerge } from '../store/merge-record.ts'
import type { MergeStore } from '../store/merge-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import { reach } from '../store/stations.ts'
import type { Bus } from './bus.ts'
import { factsOf } from './merge-plan.ts'
import { presentConversation } from './present.ts'
import { presentContact } from './present-contact.ts'
import { spreadContactName } from './spread-contact-name.ts'

export interface MergeStepDeps {
  readonly contacts: ContactStore
  readonly mergedContacts: MergedContacts
  readonly merges: MergeStore
  readonly conversations: ConversationStore
  readonly bus: Bus
  readonly now: () => number
}

/** So many conversations, the latest first, change live on screens; the others when read again. */
const TOLD_AT_ONCE = 100

/**
 * Carries a merge out, or goes on with one that broke off anywhere. Until the contact that stays has what the other one
 * brings it may come to nothing; from then on it goes forward only. What a message in flight finds is safe at every
 * moment: first the ids on channels move, then the conversations, and whoever opens a conversation looks at the id
 * again afterwards.
 * @returns false when it came to nothing, for somebody changed one of the two
 */
export async function carryOutMerge(merge: StoredMerge, deps: MergeStepDeps): Promise<boolean> {
  const { contacts, mergedContacts, merges } = deps
  if (!(await mergedContacts.claim(merge))) return giveUp(merge, deps)
  reach('merge-claimed')
  const { merges: borne } = await mergedContacts.standingOf(merge.survivorId)
  let { identityIds } = merge
  if (!borne.includes(merge.id)) {
    identityIds = await mergedContacts.identityIdsOf(merge.absorbedId)
    await merges.setIdentities(merge.id, identityIds)
    const [survivor, absorbed] = await pairOf(merge, contacts)
    if (survivor?.version !== merge.survivorVersion || !absorbed) return giveUp(merge, deps)
    const { facts } = mergeFacts(factsOf(survivor), factsOf(absorbed))
    if (!(await mergedContacts.take(merge, survivor.name, facts))) return giveUp(merge, deps)
  }
  reach('merge-decided')
  await mergedContacts.bury(merge)
  await mergedContacts.moveIdentities(identityIds, merge.absorbedId, merge.survivorId)
  reach('merge-identities-moved')
  await moveConversations(merge.absorbedId, merge.survivorId, deps)
  reach('merge-conversations-moved')
  await merges.finish(merge.id, 'done')
  await announce({ ...merge, identityIds }, deps)
  return true
}

async function giveUp(merge: StoredMerge, { mergedContacts, merges }: MergeStepDeps): Promise<false> {
  await mergedContacts.unclaim(merge)
  await merges.drop(merge.id)
  return false
}

/**
 * Undoes a merge, or goes on with that: everything moves back that moved with the ids on channels, also conversations
 * that they began since, and the contact that stayed loses what it was brought and nobody has changed.
 * @throws AppError `version-conflict` where a later merge stands on it
 */
export async function carryOutUndo(merge: StoredMerge, deps: MergeStepDeps): Promise<void> {
  const { contacts, mergedContacts, merges } = deps
  const { survivorId, absorbedId, identityIds } = merge
  const state = await mergedContacts.lockForUndo(merge)
  if (state === 'refused') {
    await merges.finish(merge.id, 'done')
    throw new AppError('version-conflict', {
      detail: 'Another merge came after this one: undo that one first.',
    })
  }
  reach('unmerge-decided')
  if (state === 'locked') {
    const [survivor, absorbed] = await pairOf(merge, contacts)
    if (!survivor || !absorbed) throw new Error('a merged contact is gone')
    await mergedContacts.restore(merge, absorbed)
    reach('unmerge-restored')
    await mergedContacts.moveIdentities(identityIds, survivorId, absorbedId)
    reach('unmerge-identities-moved')
    await moveConversations(survivorId, absorbedId, deps, identityIds)
    reach('unmerge-conversations-moved')
    // Last: who learns something of somebody by an id that moves now finds the contact locked, or changed.
    await mergedContacts.giveBack(merge, survivor.name, withoutTaken(factsOf(survivor), merge.taken))
  }
  await merges.finish(merge.id, 'undone', deps.now())
  await announce(merge, deps)
}

async function pairOf(
  { survivorId, absorbedId }: StoredMerge,
  contacts: ContactStore,
): Promise<readonly [StoredContact | undefined, StoredContact | undefined]> {
  const found = await contacts.findContacts([survivorId, absorbedId])
  return [found.find(({ id }) => id === survivorId), found.find(({ id }) => id === absorbedId)]
}

async function moveConversations(
  from: ContactId,
  to: ContactId,
  deps: MergeStepDeps,
  identityIds?: StoredMerge['identityIds'],
): Promise<void> {
  const [target] = await deps.contacts.findContacts([to])
  if (!target) throw new Error('a merged contact is gone')
  const moved = await deps.mergedContacts.moveConversations(from, target, TOLD_AT_ONCE, identityIds)
  const now = await deps.conversations.findMany(moved)
  deps.bus.publish(
    now.map((conversation) => ({
      type: 'conversation.updated',
      conversation: presentConversation(conversation),
    })),
  )
  // Renamed while they moved.
  await spreadContactName(to, deps)
}

/** Tells screens of both contacts, and the router where another agent looks after those who wait. */
async function announce(merge: StoredMerge, deps: MergeStepDeps): Promise<void> {
  const both = await deps.contacts.findContacts([merge.survivorId, merge.absorbedId])
  const moved = await deps.mergedContacts.findIdentitiesById(merge.identityIds)
  for (const contact of both) {
    // Whoever shows the one that is gone hears of it by the channels that it had.
    const identities = contact.mergedInto ? moved : await deps.contacts.identitiesOf(contact.id)
    deps.bus.publish([{ type: 'contact.updated', contact: presentContact(contact, identities) }])
  }
  if (both.every(({ ownerId }) => ownerId === undefined)) return
  const owed = await Promise.all(both.map(({ id }) => deps.conversations.oweRuns(id)))
  if (owed.some((count) => count > 0)) deps.bus.signal({ kind: 'routing-wanted' })
}
