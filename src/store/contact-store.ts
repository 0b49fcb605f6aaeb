import type { Connection, mongo } from 'mongoose'
import type { AgentId, AttachmentId, ChannelId, ContactId, ContactIdentityId } from '../domain/ids.ts'
import { createAddressIndex, hasAddresses, searchTerms, unsetOf, withAddresses } from './contact-addresses.ts'
import { atOnce, nativeCollection } from './native.ts'
import { derivedObjectId, duplicatePositions, toObjectId } from './object-id.ts'

export interface StoredIdentity {
  readonly id: ContactIdentityId
  readonly channelId: ChannelId
  readonly externalId: string
  readonly contactId: ContactId
  readonly displayName?: string
  readonly verified: boolean
  /** He wants no messages of this channel since then. */
  readonly optedOutAtMs?: number
  /** When he last said whether he wants them. */
  readonly consentAtMs?: number
  /** A picture of him. */
  readonly avatarId?: AttachmentId
  /** When the platform may be asked again who he is. */
  readonly lookUpDueAtMs?: number
}

export interface StoredContact {
  readonly id: ContactId
  readonly name: string
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: readonly string[]
  /** The agent who looks after this person, whether or not he is still active. */
  readonly ownerId?: AgentId
  readonly createdAtMs: number
  /** It was merged into this one, and only tells where to. */
  readonly mergedInto?: ContactId
  /** Others were merged into it. */
  readonly hasMerged?: true
  readonly version: number
}

/** What a first message says of its sender. */
export interface NewIdentity {
  readonly channelId: ChannelId
  readonly externalId: string
  readonly displayName?: string
  readonly verified: boolean
  /** Whose it is known to be; that of a contact still to be made otherwise. */
  readonly contactId?: ContactId
  /** When the first message came; makes the ids the same in every replay. */
  readonly atMs: number
}

export interface IdentityDocument {
  _id: mongo.ObjectId
  channelId: mongo.ObjectId
  externalId: string
  contactId: mongo.ObjectId
  displayName?: string
  verified: boolean
  optedOutAt?: Date
  consentAt?: Date
  avatarId?: string
  lookUpDueAt?: Date
  /** The merges whose undoing has brought it back: they have nothing more to do with it. */
  partedBy?: mongo.ObjectId[]
  createdAt: Date
}

export interface ContactDocument {
  _id: mongo.ObjectId
  name: string
  /** Lower case, for search by prefix: the name's words and the addresses. */
  terms: string[]
  /** Its emails and numbers as two contacts are compared by them; absent where there are none. */
  addresses?: string[]
  emails: string[]
  phones: string[]
  attributes: Record<string, string>
  tags: string[]
  ownerId?: mongo.ObjectId
  /** The automatic letter that went to this person last. */
  lastAutomatic?: { key: string; at: Date }
  /** The merge that took it into another one, or that is just undone: nobody else may change it. */
  absorbedBy?: mongo.ObjectId
  mergedInto?: mongo.ObjectId
  /** The merges that brought something to it, in their order. */
  merges?: mongo.ObjectId[]
  createdAt: Date
  version: number
}

/** Undefined leaves the owner as he is, null takes him away. */
export interface ContactChange
  extends Pick<StoredContact, 'name' | 'emails' | 'phones' | 'attributes' | 'tags'> {
  readonly ownerId?: AgentId | null
}

export type ContactStore = ReturnType<typeof createContactStore>

export function createContactStore(connection: Connection) {
  const identities = nativeCollection<IdentityDocument>(connection, 'identities')
  const contacts = nativeCollection<ContactDocument>(connection, 'contacts')

  return {
    async ensureIndexes(): Promise<void> {
      await identities.createIndex({ channelId: 1, externalId: 1 }, { name: 'identity', unique: true })
      await identities.createIndex({ contactId: 1 }, { name: 'contact' })
      await contacts.createIndex({ terms: 1, _id: -1 }, { name: 'search' })
      await createAddressIndex(connection)
    },

    async findIdentities(channelId: ChannelId, externalIds: readonly string[]): Promise<StoredIdentity[]> {
      const found = await atOnce(
        identities.find({ channelId: toObjectId(channelId), externalId: { $in: [...externalIds] } }),
        externalIds.length,
      )
      return found.map(fromIdentity)
    },

    /**
     * Makes identities with the ids of contacts still to be made. Those somebody else made first are left as they
     * are, and are missing from the answer.
     */
    async createIdentities(wanted: readonly NewIdentity[]): Promise<StoredIdentity[]> {
      if (wanted.length === 0) return []
      const documents = wanted.map((identity) => ({
        _id: derivedObjectId(identity.atMs, 'identity', identity.channelId, identity.externalId),
        channelId: toObjectId(identity.channelId),
        externalId: identity.externalId,
        contactId: identity.contactId
          ? toObjectId(identity.contactId)
          : derivedObjectId(identity.atMs, 'contact', identity.channelId, identity.externalId),
        ...(identity.displayName === undefined ? {} : { displayName: identity.displayName }),
        verified: identity.verified,
        createdAt: new Date(identity.atMs),
      }))
      try {
        await identities.insertMany(documents, { ordered: false, writeConcern: { w: 1 } })
        return documents.map(fromIdentity)
      } catch (error) {
        const repeated = duplicatePositions(error)
        return documents.filter((_, position) => !repeated.has(position)).map(fromIdentity)
      }
    },

    /** The site has proven, or the platform vouches for, who this is. */
    async refreshIdentity(
      id: ContactIdentityId,
      change: { displayName?: string; verified: boolean },
    ): Promise<void> {
      await identities.updateOne({ _id: toObjectId(id) }, { $set: change }, { writeConcern: { w: 1 } })
    },

    /**
     * Keeps whether a customer wants messages; of two words the later counts.
     * @returns false when a later one is known
     */
    async setConsent(
      id: ContactIdentityId,
      { optedOut, atMs }: { readonly optedOut: boolean; readonly atMs: number },
    ): Promise<boolean> {
      const consentAt = new Date(atMs)
      const { matchedCount } = await identities.updateOne(
        { _id: toObjectId(id), $or: [{ consentAt: { $exists: false } }, { consentAt: { $lte: consentAt } }] },
        optedOut
          ? { $set: { consentAt, optedOutAt: consentAt } }
          : { $set: { consentAt }, $unset: { optedOutAt: '' } },
      )
      return matchedCount === 1
    },

    async findIdentity(id: ContactIdentityId): Promise<StoredIdentity | undefined> {
      const found = await identities.findOne({ _id: toObjectId(id) })
      return found ? fromIdentity(found) : undefined
    },

    /** Takes on asking the platform who somebody is. False when it was asked lately, or somebody is at it. */
    async claimLookUp(id: ContactIdentityId, nowMs: number, untilMs: number): Promise<boolean> {
      const now = new Date(nowMs)
      const { matchedCount } = await identities.updateOne(
        { _id: toObjectId(id), $or: [{ lookUpDueAt: { $exists: false } }, { lookUpDueAt: { $lte: now } }] },
        { $set: { lookUpDueAt: new Date(untilMs) } },
        { writeConcern: { w: 1 } },
      )
      return matchedCount === 1
    },

    /** Notes when the platform may be asked again, and the picture it gave. @returns the picture before */
    async keepLookUp(
      id: ContactIdentityId,
      dueAtMs: number,
      avatarId?: AttachmentId,
    ): Promise<AttachmentId | undefined> {
      const before = await identities.findOneAndUpdate(
        { _id: toObjectId(id) },
        { $set: { lookUpDueAt: new Date(dueAtMs), ...(avatarId === undefined ? {} : { avatarId }) } },
        { returnDocument: 'before' },
      )
      return before?.avatarId as AttachmentId | undefined
    },

    async findContacts(ids: readonly ContactId[]): Promise<StoredContact[]> {
      if (ids.length === 0) return []
      const found = await atOnce(contacts.find({ _id: { $in: ids.map(toObjectId) } }), ids.length)
      return found.map(fromContact)
    },

    /** @returns those that were made; the others were there already */
    async createContacts(wanted: readonly Omit<StoredContact, 'version'>[]): Promise<StoredContact[]> {
      if (wanted.length === 0) return []
      const documents = wanted.map(({ id, createdAtMs, ...contact }) => ({
        _id: toObjectId(id),
        name: contact.name,
        terms: searchTerms(contact),
        ...withAddresses(contact),
        emails: [...contact.emails],
        phones: [...contact.phones],
        attributes: { ...contact.attributes },
        tags: [...contact.tags],
        createdAt: new Date(createdAtMs),
        version: 1,
      }))
      try {
        await contacts.insertMany(documents, { ordered: false, writeConcern: { w: 1 } })
        return documents.map(fromContact)
      } catch (error) {
        const repeated = duplicatePositions(error)
        return documents.filter((_, position) => !repeated.has(position)).map(fromContact)
      }
    },

    /** Changes a contact if it is still at `version` and no merge has it. */
    async updateContact(
      id: ContactId,
      version: number,
      next: ContactChange,
    ): Promise<StoredContact | undefined> {
      const updated = await contacts.findOneAndUpdate(
        { _id: toObjectId(id), version, absorbedBy: { $exists: false } },
        {
          $set: {
            name: next.name,
            terms: searchTerms(next),
            ...withAddresses(next),
            emails: [...next.emails],
            phones: [...next.phones],
            attributes: { ...next.attributes },
            tags: [...next.tags],
            ...(next.ownerId ? { ownerId: toObjectId(next.ownerId) } : {}),
          },
          ...unsetOf({
            ownerId: next.ownerId === null,
            addresses: !hasAddresses(next),
          }),
          $inc: { version: 1 },
        },
        { returnDocument: 'after' },
      )
      return updated ? fromContact(updated) : undefined
    },

    /**
     * Takes a contact's time for one automatic letter, if none was taken for another within `gapMs`. Whoever asks for
     * the same letter again has it still, until another one has taken over.
     */
    async claimAutomatic(id: ContactId, key: string, nowMs: number, gapMs: number): Promise<boolean> {
      const { matchedCount } = await contacts.updateOne(
        {
          _id: toObjectId(id),
          $or: [
            { lastAutomatic: { $exists: false } },
            { 'lastAutomatic.at': { $lte: new Date(nowMs - gapMs) } },
            { 'lastAutomatic.key': key },
          ],
        },
        { $set: { lastAutomatic: { key, at: new Date(nowMs) } } },
      )
      return matchedCount === 1
    },

    /** The owners of those of these contacts that have one. */
    async ownersOf(ids: readonly ContactId[]): Promise<ReadonlyMap<ContactId, AgentId>> {
      if (ids.length === 0) return new Map()
      const found = await contacts
        .find({ _id: { $in: ids.map(toObjectId) } }, { projection: { ownerId: 1 } })
        .toArray()
      return new Map(
        found.flatMap(({ _id, ownerId }): [ContactId, AgentId][] =>
          ownerId ? [[_id.toHexString() as ContactId, ownerId.toHexString() as AgentId]] : [],
        ),
      )
    },

    /** A contact's identities: a hundred of each channel at most, so that who sees one of his channels finds one there. */
    async identitiesOf(contactId: ContactId): Promise<StoredIdentity[]> {
      const all: IdentityDocument[] = []
      for (;;) {
        // Those of the channels that the ones before do not show.
        const others = [...new Set(all.map(channelOf))].map(toObjectId)
        const found = await identities
          .find({ contactId: toObjectId(contactId), channelId: { $nin: others } })
          .limit(IDENTITIES_LIMIT)
          .toArray()
        all.push(...found)
        if (found.length < IDENTITIES_LIMIT) return all.map(fromIdentity)
      }
    },

    /** The identities of several contacts, by contact; at least one of each channel. */
    async identitiesOfEach(
      contactIds: readonly ContactId[],
    ): Promise<ReadonlyMap<ContactId, readonly StoredIdentity[]>> {
      const found = new Map<ContactId, StoredIdentity[]>(contactIds.map((id) => [id, []]))
      if (contactIds.length === 0) return found
      const cursor = identities.find({ contactId: { $in: contactIds.map(toObjectId) } })
      for await (const document of cursor) {
        const known = found.get(document.contactId.toHexString() as ContactId)
        const isShown =
          known &&
          (known.length < IDENTITIES_LIMIT ||
            known.every(({ channelId }) => channelId !== channelOf(document)))
        if (isShown) known.push(fromIdentity(document))
      }
      return found
    },

    /** Contacts with a word or address that begins so, newest first. */
    async search(prefix: string, limit: number, beforeId?: string): Promise<StoredContact[]> {
      const term = prefix.toLocaleLowerCase('und').trim()
      const found = await contacts
        .find({
          // One term must lie in the range: asked plainly, one may meet its beginning and another its end.
          ...(term === '' ? {} : { terms: { $elemMatch: { $gte: term, $lt: `${term}\uffff` } } }),
          ...(beforeId ? { _id: { $lt: toObjectId(beforeId) } } : {}),
          mergedInto: { $exists: false },
        })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray()
      return found.map(fromContact)
    },
  }
}

/** Nobody has more ids on our channels than this; what a flood made beyond is shown only so far as to tell where. */
const IDENTITIES_LIMIT = 100

const channelOf = ({ channelId }: IdentityDocument): string => channelId.toHexString()

export function fromIdentity(document: IdentityDocument): StoredIdentity {
  return {
    id: document._id.toHexString() as ContactIdentityId,
    channelId: document.channelId.toHexString() as ChannelId,
    externalId: document.externalId,
    contactId: document.contactId.toHexString() as ContactId,
    ...(document.displayName === undefined ? {} : { displayName: document.displayName }),
    verified: document.verified,
    ...(document.optedOutAt ? { optedOutAtMs: document.optedOutAt.getTime() } : {}),
    ...(document.consentAt ? { consentAtMs: document.consentAt.getTime() } : {}),
    ...(document.avatarId === undefined ? {} : { avatarId: document.avatarId as AttachmentId }),
    ...(document.lookUpDueAt ? { lookUpDueAtMs: document.lookUpDueAt.getTime() } : {}),
  }
}

export function fromContact(document: ContactDocument): StoredContact {
  return {
    id: document._id.toHexString() as ContactId,
    name: document.name,
    emails: document.emails,
    phones: document.phones,
    attributes: document.attributes,
    tags: document.tags,
    ...(document.ownerId ? { ownerId: document.ownerId.toHexString() as AgentId } : {}),
    createdAtMs: document.createdAt.getTime(),
    ...(document.mergedInto ? { mergedInto: document.mergedInto.toHexString() as ContactId } : {}),
    ...(document.merges && document.merges.length > 0 ? { hasMerged: true as const } : {}),
    version: document.version,
  }
}
