import { AppError } from '../domain/errors.ts'
import type { ContactId } from '../domain/ids.ts'
import { mergeFacts, withoutTaken, withTaken } from '../domain/merge-contacts.ts'
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
 * @throws AppError `unavailable` when somebody else has taken it over
 */
export async function carryOutMerge(merge: StoredMerge, deps: MergeStepDeps): Promise<boolean> {
  const { contacts, mergedContacts, merges } = deps
  if (!(await mergedContacts.claim(merge))) return giveUp(merge, deps)
  reach('merge-claimed')
  const { merges: borne } = await mergedContacts.standingOf(merge.survivorId)
  let { identityIds } = merge
  if (!borne.includes(merge.id)) {
    identityIds = await mergedContacts.identityIdsOf(merge.absorbedId)
    await merges.setIdentities(merge, identityIds)
    const [survivor, absorbed] = await pairOf(merge, contacts)
    if (!survivor || !absorbed) return giveUp(merge, deps)
    // Holds only over the version it was decided at; whoever took it over meanwhile may have done this already.
    const { facts } = mergeFacts(factsOf(survivor), factsOf(absorbed))
    if (!(await mergedContacts.take(merge, survivor.name, facts))) return giveUp(merge, deps)
  }
  reach('merge-decided')
  await mergedContacts.bury(merge)
  await requireTurn(merge, deps)
  // One of us may have begun another id of it before it was out of reach.
  const late = (await mergedContacts.identityIdsOf(merge.absorbedId)).filter(
    (id) => !identityIds.includes(id),
  )
  identityIds = [...identityIds, ...late]
  if (late.length > 0) await merges.setIdentities(merge, identityIds)
  await mergedContacts.moveIdentities(merge, identityIds, 'there')
  reach('merge-identities-moved')
  await requireTurn(merge, deps)
  await bringConversations({ ...merge, identityIds }, deps)
  reach('merge-conversations-moved')
  await merges.finish(merge, 'done')
  await announce({ ...merge, identityIds }, deps)
  return true
}

async function giveUp(merge: StoredMerge, { mergedContacts, merges }: MergeStepDeps): Promise<false> {
  await mergedContacts.unclaim(merge)
  await merges.drop(merge)
  return false
}

/** Whoever stood still for too long must not move anything any more: it may have been undone since. */
async function requireTurn(merge: StoredMerge, { merges, now }: MergeStepDeps): Promise<void> {
  if (await merges.holds(merge, now())) return
  throw new AppError('unavailable', { detail: 'Another server goes on with this merge: look again.' })
}

/**
 * Undoes a merge, or goes on with that: everything moves back that moved with the ids on channels, also conversations
 * that they began since and what was learned by them, and the contact that stayed loses what it was brought and nobody
 * has changed.
 * @throws AppError `version-conflict` where a later merge stands on it, `unavailable` when somebody else has taken it over
 */
export async function carryOutUndo(merge: StoredMerge, deps: MergeStepDeps): Promise<void> {
  const { mergedContacts, merges } = deps
  const state = await mergedContacts.lockForUndo(merge)
  if (state === 'refused') {
    await merges.finish(merge, 'done')
    throw new AppError('version-conflict', {
      detail: 'Another merge came after this one: undo that one first.',
    })
  }
  reach('unmerge-decided')
  const whole = state === 'locked' ? await part(await withWhatCameSince(merge, deps), deps) : merge
  await merges.finish(merge, 'undone', deps.now())
  await announce(whole, deps)
}

async function part(merge: StoredMerge, deps: MergeStepDeps): Promise<StoredMerge> {
  const { contacts, mergedContacts } = deps
  const { identityIds, taken } = merge
  const [survivor, absorbed] = await pairOf(merge, contacts)
  if (!survivor || !absorbed) throw new Error('a merged contact is gone')
  await mergedContacts.restore(merge, absorbed.name, withTaken(factsOf(absorbed), taken))
  reach('unmerge-restored')
  await requireTurn(merge, deps)
  await mergedContacts.moveIdentities(merge, identityIds, 'back')
  reach('unmerge-identities-moved')
  await requireTurn(merge, deps)
  await bringConversations(merge, deps)
  reach('unmerge-conversations-moved')
  // Last: who learns something of somebody by an id that moves now finds the contact locked, or changed.
  await mergedContacts.giveBack(merge, survivor.name, withoutTaken(factsOf(survivor), taken))
  return merge
}

/** As it is now that nobody changes the contact any more: what was learned since, and ids that we began. */
async function withWhatCameSince(
  merge: StoredMerge,
  { merges, mergedContacts }: MergeStepDeps,
): Promise<StoredMerge> {
  const now = (await merges.find(merge.id)) ?? merge
  const begun = (await mergedContacts.begunSince(now)).filter((id) => !now.identityIds.includes(id))
  const whole = { ...now, turn: merge.turn, identityIds: [...now.identityIds, ...begun] }
  if (begun.length > 0) await merges.setIdentities(whole, whole.identityIds)
  return whole
}

async function pairOf(
  { survivorId, absorbedId }: StoredMerge,
  contacts: ContactStore,
): Promise<readonly [StoredContact | undefined, StoredContact | undefined]> {
  const found = await contacts.findContacts([survivorId, absorbedId])
  return [found.find(({ id }) => id === survivorId), found.find(({ id }) => id === absorbedId)]
}

/** More merges and undoings of one person than come while his conversations move. */
const MOST_ROUNDS = 5

/**
 * Brings the conversations of the ids that a merge has moved to whoever has the ids now. Looks again afterwards: where
 * somebody moved an id on meanwhile, what we wrote may have come after what he wrote.
 */
async function bringConversations(merge: StoredMerge, deps: MergeStepDeps): Promise<void> {
  let owners = await ownersOf(merge, deps)
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (const { owner, ids } of owners.values()) {
      for (const from of [merge.survivorId, merge.absorbedId]) {
        if (from === owner.id) continue
        const moved = await deps.mergedContacts.moveConversations(from, owner, TOLD_AT_ONCE, ids)
        const now = await deps.conversations.findMany(moved)
        deps.bus.publish(
          now.map((conversation) => ({
            type: 'conversation.updated',
            conversation: presentConversation(conversation),
          })),
        )
      }
    }
    const before = owners
    owners = await ownersOf(merge, deps)
    if ([...owners].every(([id, { ids }]) => before.get(id)?.ids.length === ids.length)) break
  }
  // Renamed while they moved.
  for (const id of owners.keys()) await spreadContactName(id, deps)
}

interface Owned {
  readonly owner: StoredContact
  readonly ids: StoredMerge['identityIds'][number][]
}

/** Who has the ids of a merge, by contact. */
async function ownersOf(
  { identityIds }: StoredMerge,
  { contacts, mergedContacts }: MergeStepDeps,
): Promise<ReadonlyMap<ContactId, Owned>> {
  const identities = await mergedContacts.findIdentitiesById(identityIds)
  const ids = [...new Set(identities.map(({ contactId }) => contactId))]
  const people = await mergedContacts.follow(await contacts.findContacts(ids))
  const owners = new Map<ContactId, Owned>()
  for (const { id, contactId } of identities) {
    const owner = people.get(contactId)
    if (!owner) continue
    const known = owners.get(owner.id)
    if (known) known.ids.push(id)
    else owners.set(owner.id, { owner, ids: [id] })
  }
  return owners
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
