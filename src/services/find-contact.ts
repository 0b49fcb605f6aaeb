import type { ChannelId, ContactId } from '../domain/ids.ts'
import type { ContactStore, StoredContact, StoredIdentity } from '../store/contact-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'

/** A customer whom one of us names, rather than he himself by writing. */
export interface NamedCustomer {
  readonly channelId: ChannelId
  /** As the channel names him. */
  readonly externalId: string
  readonly name?: string
  /** Known to be his own, since one of us says so. */
  readonly email?: string
  readonly phone?: string
  /** Asked for the contact that he is, when he is new to the channel; undefined = he is nobody yet. */
  readonly whoIsIt?: () => Promise<ContactId | undefined>
}

/**
 * The customer's identity on the channel and his contact, made where they are new. What is known of him stays as it is.
 * Safe to repeat, also at the same moment: an identity carries the id of its contact from the start.
 */
export async function findOrMakeContact(
  { channelId, externalId, name, email, phone, whoIsIt }: NamedCustomer,
  deps: {
    readonly contacts: ContactStore
    readonly mergedContacts: MergedContacts
    readonly now: () => number
  },
): Promise<{ readonly identity: StoredIdentity; readonly contact: StoredContact }> {
  const { contacts, now } = deps
  const find = async (): Promise<StoredIdentity | undefined> =>
    (await contacts.findIdentities(channelId, [externalId]))[0]
  const atMs = now()
  const displayName = name === undefined ? {} : { displayName: name }
  const before = await find()
  const ownerId = before ? undefined : await whoIsIt?.()
  const fresh = {
    channelId,
    externalId,
    ...displayName,
    ...(ownerId ? { contactId: ownerId } : {}),
    verified: false,
    atMs,
  }
  const identity = before ?? (await contacts.createIdentities([fresh]))[0] ?? (await find())
  if (!identity) throw new Error('an identity was not made')
  const { contactId } = identity
  const known = (await deps.mergedContacts.follow(await contacts.findContacts([contactId]))).get(contactId)
  if (known) return { identity, contact: known }
  const wanted = {
    id: contactId,
    name: name ?? externalId.slice(0, 200),
    emails: email === undefined ? [] : [email],
    phones: phone === undefined ? [] : [phone],
    attributes: {},
    tags: [],
    createdAtMs: atMs,
  }
  const [made] = await contacts.createContacts([wanted])
  const contact = made ?? (await contacts.findContacts([contactId]))[0]
  if (!contact) throw new Error('a contact was not made')
  return { identity, contact }
}
