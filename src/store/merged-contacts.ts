import type { Connection, mongo } from 'mongoose'
import type { ContactId, ContactIdentityId, ConversationId } from '../domain/ids.ts'
import type { ContactFacts, LearnedFacts } from '../domain/merge-contacts.ts'
import type { ChannelScope } from '../domain/permissions.ts'
import { hasAddresses, searchTerms, unsetOf, withAddresses } from './contact-addresses.ts'
import {
  type ContactDocument,
  fromContact,
  fromIdentity,
  type IdentityDocument,
  type StoredContact,
  type StoredIdentity,
} from './contact-store.ts'
import type { ConversationDocument } from './conversation-document.ts'
import type { MergeDocument, StoredMerge } from './merge-record.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

export type MergedContacts = ReturnType<typeof createMergedContacts>

/** A chain of merges is followed so far; nobody makes a longer one by hand. */
const LONGEST_CHAIN = 50

/** The steps of merging two contacts and of undoing it. Each is one write, and is safe to repeat. */
export function createMergedContacts(connection: Connection) {
  const contacts = nativeCollection<ContactDocument>(connection, 'contacts')
  const identities = nativeCollection<IdentityDocument>(connection, 'identities')
  const conversations = nativeCollection<ConversationDocument>(connection, 'conversations')
  const merges = nativeCollection<MergeDocument>(connection, 'contact_merges')

  return {
    /** Keeps everybody else from changing the contact that goes. False when it has changed, or goes elsewhere. */
    async claim({ id, absorbedId, absorbedVersion }: StoredMerge): Promise<boolean> {
      const { matchedCount } = await contacts.updateOne(
        {
          _id: toObjectId(absorbedId),
          $or: [{ version: absorbedVersion, absorbedBy: { $exists: false } }, { absorbedBy: toObjectId(id) }],
        },
        { $set: { absorbedBy: toObjectId(id) } },
      )
      return matchedCount === 1
    },

    async unclaim({ id, absorbedId }: StoredMerge): Promise<void> {
      await contacts.updateOne(
        { _id: toObjectId(absorbedId), absorbedBy: toObjectId(id), mergedInto: { $exists: false } },
        { $unset: { absorbedBy: '' } },
      )
    },

    /**
     * Gives the contact that stays what the other one brings, if it is still at the version that this was decided at.
     * From here on a merge goes forward only.
     * @returns whether it has it, now or since an earlier run
     */
    async take(merge: StoredMerge, name: string, facts: ContactFacts): Promise<boolean> {
      const id = toObjectId(merge.id)
      const { matchedCount } = await contacts.updateOne(
        {
          _id: toObjectId(merge.survivorId),
          version: merge.survivorVersion,
          absorbedBy: { $exists: false },
        },
        { ...factsUpdate(name, facts), $push: { merges: id }, $inc: { version: 1 } },
      )
      return (
        matchedCount === 1 ||
        (await contacts.countDocuments({ _id: toObjectId(merge.survivorId), merges: id })) > 0
      )
    },

    /** The contact that went only tells where to from now on: no search and no comparison finds it. */
    async bury({ id, absorbedId, survivorId }: StoredMerge): Promise<void> {
      await contacts.updateOne(
        { _id: toObjectId(absorbedId), absorbedBy: toObjectId(id), mergedInto: { $exists: false } },
        {
          $set: { mergedInto: toObjectId(survivorId), terms: [] },
          $unset: { addresses: '' },
          $inc: { version: 1 },
        },
      )
    },

    /**
     * Keeps everybody else from changing the contact that stayed while a merge is undone, if that was the last one it
     * bears. From here on undoing goes forward only.
     * @returns `refused` where another merge came after it, `given-back` when it is undone but for the record
     */
    async lockForUndo({ id, survivorId }: StoredMerge): Promise<'locked' | 'given-back' | 'refused'> {
      const _id = toObjectId(survivorId)
      const merge = toObjectId(id)
      const { matchedCount } = await contacts.updateOne(
        {
          _id,
          $or: [{ absorbedBy: { $exists: false } }, { absorbedBy: merge }],
          $expr: { $eq: [{ $last: '$merges' }, merge] },
        },
        { $set: { absorbedBy: merge } },
      )
      if (matchedCount === 1) return 'locked'
      return (await contacts.countDocuments({ _id, merges: merge })) > 0 ? 'refused' : 'given-back'
    },

    /** Takes from the contact that stayed what a merge brought; it is free for others again. */
    async giveBack({ id, survivorId }: StoredMerge, name: string, facts: ContactFacts): Promise<void> {
      const { $unset, ...update } = factsUpdate(name, facts)
      await contacts.updateOne(
        { _id: toObjectId(survivorId), absorbedBy: toObjectId(id) },
        {
          ...update,
          $unset: { ...$unset, absorbedBy: '' },
          $pull: { merges: toObjectId(id) },
          $inc: { version: 1 },
        },
      )
    },

    /** The contact that went is one of its own again, with what was learned of it meanwhile. */
    async restore({ id, absorbedId }: StoredMerge, name: string, facts: ContactFacts): Promise<void> {
      const { $unset, ...update } = factsUpdate(name, facts)
      await contacts.updateOne(
        { _id: toObjectId(absorbedId), absorbedBy: toObjectId(id), mergedInto: { $exists: true } },
        { ...update, $unset: { ...$unset, absorbedBy: '', mergedInto: '' }, $inc: { version: 1 } },
      )
    },

    /**
     * Something new was learned by one of the ids that moved: it goes back with the id.
     * @param fresh what its contact had nothing of; of `changed`, what these merges had brought before
     */
    async noteLearned(
      identityId: ContactIdentityId,
      { emails, phones, fresh, changed }: LearnedFacts,
    ): Promise<void> {
      const moved = { identityIds: toObjectId(identityId), state: { $ne: 'undone' as const } }
      const set = Object.entries(fresh).map(([key, value]) => [`taken.attributes.${key}`, value])
      await merges.updateMany(moved, {
        $addToSet: { 'taken.emails': { $each: [...emails] }, 'taken.phones': { $each: [...phones] } },
        ...(set.length === 0 ? {} : { $set: Object.fromEntries(set) }),
      })
      for (const [key, value] of Object.entries(changed)) {
        const path = `taken.attributes.${key}`
        await merges.updateMany({ ...moved, [path]: { $exists: true } }, { $set: { [path]: value } })
      }
    },

    /** The merges that a contact bears, the last one last, and whether it goes into another itself, or is being parted. */
    async standingOf(
      contactId: ContactId,
    ): Promise<{ readonly merges: readonly string[]; readonly isAbsorbed: boolean }> {
      const found = await contacts.findOne(
        { _id: toObjectId(contactId) },
        { projection: { merges: 1, absorbedBy: 1 } },
      )
      return {
        merges: (found?.merges ?? []).map((id) => id.toHexString()),
        isAbsorbed: found?.absorbedBy !== undefined,
      }
    },

    /** All ids of a contact on channels, however many. */
    async identityIdsOf(contactId: ContactId): Promise<ContactIdentityId[]> {
      const found = await identities
        .find({ contactId: toObjectId(contactId) }, { projection: { _id: 1 } })
        .toArray()
      return found.map(({ _id }) => _id.toHexString() as ContactIdentityId)
    },

    /**
     * Ids that one of us began with an address that a merge had brought, such as a number that nobody had written from:
     * they are the other one's, too.
     */
    async begunSince({ survivorId, taken, atMs }: StoredMerge): Promise<ContactIdentityId[]> {
      const addresses = [...taken.phones, ...taken.emails.map((email) => email.toLowerCase())]
      const found = await identities
        .find(
          {
            contactId: toObjectId(survivorId),
            externalId: { $in: addresses },
            createdAt: { $gte: new Date(atMs) },
          },
          { projection: { _id: 1 } },
        )
        .toArray()
      return found.map(({ _id }) => _id.toHexString() as ContactIdentityId)
    },

    /** Those of these ids that are on channels in sight. */
    async inSight(
      ids: readonly ContactIdentityId[],
      channels: ChannelScope,
    ): Promise<ReadonlySet<ContactIdentityId>> {
      if (channels === 'all') return new Set(ids)
      const found = await identities
        .find(
          { _id: { $in: ids.map(toObjectId) }, channelId: { $in: [...channels].map(toObjectId) } },
          { projection: { _id: 1 } },
        )
        .toArray()
      return new Set(found.map(({ _id }) => _id.toHexString() as ContactIdentityId))
    },

    async findIdentitiesById(ids: readonly ContactIdentityId[]): Promise<StoredIdentity[]> {
      if (ids.length === 0) return []
      const found = await identities.find({ _id: { $in: ids.map(toObjectId) } }).toArray()
      return found.map(fromIdentity)
    },

    /**
     * Moves ids with their merge, or back with its undoing. Each goes each way once: whoever stood still before this
     * until the merge was undone, or the two were merged anew, moves nothing.
     */
    async moveIdentities(
      { id, survivorId, absorbedId }: Pick<StoredMerge, 'id' | 'survivorId' | 'absorbedId'>,
      ids: readonly ContactIdentityId[],
      way: 'there' | 'back',
    ): Promise<void> {
      const merge = toObjectId(id)
      const [from, to] = way === 'there' ? [absorbedId, survivorId] : [survivorId, absorbedId]
      await identities.updateMany(
        { _id: { $in: ids.map(toObjectId) }, contactId: toObjectId(from), partedBy: { $ne: merge } },
        {
          $set: { contactId: toObjectId(to) },
          ...(way === 'back' ? { $addToSet: { partedBy: merge } } : {}),
        },
      )
    },

    /**
     * Moves a contact's conversations to another one.
     * @param identityIds only those with these ids of his
     * @returns the latest of them, at most `limit`
     */
    async moveConversations(
      from: ContactId,
      to: { readonly id: ContactId; readonly name: string },
      limit: number,
      identityIds?: readonly ContactIdentityId[],
    ): Promise<ConversationId[]> {
      const those: mongo.Filter<ConversationDocument> = {
        contactId: toObjectId(from),
        ...(identityIds ? { identityId: { $in: identityIds.map(toObjectId) } } : {}),
      }
      const latest = await conversations
        .find(those, { projection: { _id: 1 } })
        .sort({ lastActivityAt: -1, _id: -1 })
        .limit(limit)
        .toArray()
      if (latest.length === 0) return []
      await conversations.updateMany(those, {
        $set: { contactId: toObjectId(to.id), contactName: to.name },
        $inc: { version: 1 },
      })
      return latest.map(({ _id }) => _id.toHexString() as ConversationId)
    },

    /**
     * What each of these contacts is now: itself, or whom it was merged into. Those that are not there are missing.
     * Costs nothing beside reading them unless there is something to follow.
     */
    async follow(found: readonly StoredContact[]): Promise<ReadonlyMap<ContactId, StoredContact>> {
      const now = new Map(found.map((contact) => [contact.id, contact]))
      for (let hop = 0; hop < LONGEST_CHAIN; hop += 1) {
        const wanted = [...now.values()].flatMap(({ mergedInto }) => mergedInto ?? [])
        if (wanted.length === 0) break
        const read = await contacts.find({ _id: { $in: wanted.map(toObjectId) } }).toArray()
        const next = new Map(read.map((document) => [document._id.toHexString(), fromContact(document)]))
        for (const [id, { mergedInto }] of now) {
          const target = mergedInto && next.get(mergedInto)
          if (target) now.set(id, target)
        }
      }
      return now
    },
  }
}

function factsUpdate(name: string, { ownerId, ...facts }: ContactFacts) {
  return {
    $set: {
      terms: searchTerms({ name, ...facts }),
      ...withAddresses(facts),
      emails: [...facts.emails],
      phones: [...facts.phones],
      attributes: { ...facts.attributes },
      tags: [...facts.tags],
      ...(ownerId === null ? {} : { ownerId: toObjectId(ownerId) }),
    },
    ...unsetOf({
      ownerId: ownerId === null,
      addresses: !hasAddresses(facts),
    }),
  }
}
