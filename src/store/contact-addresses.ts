import type { Connection } from 'mongoose'
import { isE164 } from '../domain/phone.ts'
import { nativeCollection } from './native.ts'

interface Addressed {
  readonly emails: readonly string[]
  readonly phones: readonly string[]
}

/**
 * What two contacts are compared by. A number without its country is left out: the same one is somebody else's
 * elsewhere. Emails hold an @ and numbers never do: both lie in one index.
 */
export const addressesOf = ({ emails, phones }: Addressed): string[] => [
  ...emails.map((email) => email.toLowerCase()),
  ...phones.filter(isE164),
]

/** Whether there is anything to compare a contact by. */
export const hasAddresses = (contact: Addressed): boolean => addressesOf(contact).length > 0

/** What a contact is compared with others by, as it is stored: absent where there is nothing. */
export function withAddresses(contact: Addressed): { readonly addresses?: string[] } {
  const addresses = addressesOf(contact)
  return addresses.length === 0 ? {} : { addresses }
}

/** The `$unset` of those fields that are to go, if any. */
export function unsetOf<K extends string>(
  fields: Readonly<Record<K, boolean>>,
): { readonly $unset?: Partial<Record<K, ''>> } {
  const gone = Object.entries(fields).filter(([, goes]) => goes)
  if (gone.length === 0) return {}
  return { $unset: Object.fromEntries(gone.map(([name]) => [name, ''])) as Partial<Record<K, ''>> }
}

const ADDRESS_INDEX = 'addresses'

/**
 * Most who write to a site say nothing of themselves, and cost this index nothing. Contacts of versions that had none
 * get what it looks at first, once.
 */
export async function createAddressIndex(connection: Connection): Promise<void> {
  const contacts = nativeCollection<Addressed & { readonly addresses?: string[] }>(connection, 'contacts')
  const known = await contacts.indexes().catch(() => [])
  if (known.some(({ name }) => name === ADDRESS_INDEX)) return
  await contacts.updateMany(
    {
      addresses: { $exists: false },
      $or: [{ 'emails.0': { $exists: true } }, { 'phones.0': { $exists: true } }],
    },
    [
      {
        $set: {
          addresses: {
            $concatArrays: [
              { $map: { input: '$emails', as: 'email', in: { $toLower: '$$email' } } },
              '$phones',
            ],
          },
        },
      },
    ],
  )
  await contacts.createIndex(
    { addresses: 1, _id: -1 },
    { name: ADDRESS_INDEX, partialFilterExpression: { addresses: { $exists: true } } },
  )
}

/** At most this many terms are kept of a contact: enough for every address and a long name. */
const TERMS_LIMIT = 80

/** The words and addresses that a contact is found by. */
export function searchTerms({ name, emails, phones }: Addressed & { readonly name: string }): string[] {
  const lower = name.toLocaleLowerCase('und').trim()
  const words = lower.split(/\s+/u)
  const terms = new Set([lower, ...words, ...emails.map((email) => email.toLowerCase()), ...phones])
  terms.delete('')
  return [...terms].slice(0, TERMS_LIMIT).map((term) => term.slice(0, 200))
}
