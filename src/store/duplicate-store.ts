import type { Connection } from 'mongoose'
import type { AgentId, ContactId } from '../domain/ids.ts'
import { addressesOf } from './contact-addresses.ts'
import { type ContactDocument, fromContact, type StoredContact } from './contact-store.ts'
import { nativeCollection } from './native.ts'

interface DismissalDocument {
  /** Both ids, the lower one first. */
  readonly _id: string
  readonly by: AgentId
  readonly at: Date
}

export type DuplicateStore = ReturnType<typeof createDuplicateStore>

const pairOf = (one: ContactId, other: ContactId): string => [one, other].sort().join(':')

/** Who may be the same person, and who was said not to be. */
export function createDuplicateStore(connection: Connection) {
  const contacts = nativeCollection<ContactDocument>(connection, 'contacts')
  const dismissals = nativeCollection<DismissalDocument>(connection, 'contact_dismissals')

  return {
    /** Contacts with an address or number of this one, the newest first. */
    async alike(
      contact: Pick<StoredContact, 'id' | 'emails' | 'phones'>,
      limit: number,
    ): Promise<StoredContact[]> {
      const addresses = addressesOf(contact)
      if (addresses.length === 0) return []
      const found = await contacts
        .find({ addresses: { $in: addresses } })
        .sort({ _id: -1 })
        .limit(limit + 1)
        .toArray()
      return found
        .map(fromContact)
        .filter(({ id }) => id !== contact.id)
        .slice(0, limit)
    },

    async dismiss(one: ContactId, other: ContactId, by: AgentId, atMs: number): Promise<void> {
      await dismissals.updateOne(
        { _id: pairOf(one, other) },
        { $setOnInsert: { by, at: new Date(atMs) } },
        { upsert: true },
      )
    },

    async undismiss(one: ContactId, other: ContactId): Promise<void> {
      await dismissals.deleteOne({ _id: pairOf(one, other) })
    },

    /** Those of `others` that were said to be somebody else. */
    async dismissed(one: ContactId, others: readonly ContactId[]): Promise<ReadonlySet<ContactId>> {
      if (others.length === 0) return new Set()
      const byPair = new Map(others.map((other) => [pairOf(one, other), other]))
      const found = await dismissals.find({ _id: { $in: [...byPair.keys()] } }).toArray()
      return new Set(found.flatMap(({ _id }) => byPair.get(_id) ?? []))
    },
  }
}
