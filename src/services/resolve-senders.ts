import { hash } from 'node:crypto'
import type { InboundIdentity } from '../contract/inbound-event.ts'
import { withToldAttributes } from '../domain/contact-attributes.ts'
import type { ChannelId } from '../domain/ids.ts'
import { type LearnedFacts, MOST_EMAILS, MOST_PHONES } from '../domain/merge-contacts.ts'
import type { ContactStore, StoredContact, StoredIdentity } from '../store/contact-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import { type ArrivedMessage, senderOf } from './parse-entries.ts'
import { phoneFromPlatform } from './phone-number.ts'

/** Who sent something, as a record of ours. */
export interface Sender {
  readonly identity: StoredIdentity
  readonly contact: StoredContact
  /** The batch told something of him that was not known. */
  readonly learned?: true
  /** What it told was his name. */
  readonly renamed?: true
}

export interface LearnDeps {
  readonly contacts: ContactStore
  readonly mergedContacts: MergedContacts
}

/** What tells who sent something. */
export type Sent = Pick<ArrivedMessage, 'channel' | 'identity' | 'saidBy' | 'receivedAtMs'>

/** Finds the sender of a message that {@link resolveSenders} was given. */
export type FindSender = (message: Pick<ArrivedMessage, 'channel' | 'identity' | 'saidBy'>) => Sender

const keyOf = (channelId: ChannelId, externalId: string): string => `${channelId}:${externalId}`

function keyOfSender(message: Parameters<FindSender>[0]): string {
  const { channelId, identity } = senderOf(message)
  return keyOf(channelId, identity.externalId)
}

/**
 * Identity and contact of each message's sender, made where they are new. Safe to repeat: an identity carries the
 * id of its contact from the start, so a contact that a crash left out is made by the next run.
 */
export async function resolveSenders(messages: readonly Sent[], deps: LearnDeps): Promise<FindSender> {
  const latest = new Map<string, Sent>()
  const first = new Map<string, Sent>()
  for (const message of messages) {
    const key = keyOfSender(message)
    latest.set(key, message)
    if (!first.has(key)) first.set(key, message)
  }
  const identities = await findIdentities(messages, deps.contacts)
  const missing = [...first].filter(([key]) => !identities.has(key)).map(([, message]) => message)
  const fresh = new Set<string>()
  if (missing.length > 0) {
    const made = await deps.contacts.createIdentities(
      missing.map((message) => {
        const { channelId, identity } = senderOf(message)
        return {
          channelId,
          externalId: identity.externalId,
          ...(identity.displayName === undefined ? {} : { displayName: identity.displayName }),
          verified: identity.verified,
          atMs: message.receivedAtMs,
        }
      }),
    )
    for (const identity of made) {
      identities.set(keyOf(identity.channelId, identity.externalId), identity)
      fresh.add(identity.contactId)
    }
    const others = missing.filter((message) => !identities.has(keyOfSender(message)))
    for (const [key, identity] of await findIdentities(others, deps.contacts)) identities.set(key, identity)
  }
  const contacts = await resolveContacts([...identities.values()], first, fresh, deps)
  const senders = new Map<string, Sender>()
  for (const [key, identity] of identities) {
    const contact = contacts.get(identity.contactId)
    const message = latest.get(key)
    const said = message && senderOf(message).identity
    if (contact && said) senders.set(key, await learn({ identity, contact }, said, deps))
  }
  return (message) => {
    const sender = senders.get(keyOfSender(message))
    if (!sender) throw new Error('a sender was not resolved')
    return sender
  }
}

async function findIdentities(
  messages: readonly Sent[],
  contacts: ContactStore,
): Promise<Map<string, StoredIdentity>> {
  const byChannel = new Map<ChannelId, Set<string>>()
  for (const message of messages) {
    const { channelId, identity } = senderOf(message)
    const known = byChannel.get(channelId)
    if (known) known.add(identity.externalId)
    else byChannel.set(channelId, new Set([identity.externalId]))
  }
  const found = await Promise.all(
    [...byChannel].map(([channelId, externalIds]) => contacts.findIdentities(channelId, [...externalIds])),
  )
  return new Map(found.flat().map((identity) => [keyOf(identity.channelId, identity.externalId), identity]))
}

async function resolveContacts(
  identities: readonly StoredIdentity[],
  first: ReadonlyMap<string, Sent>,
  fresh: ReadonlySet<string>,
  { contacts, mergedContacts }: LearnDeps,
): Promise<Map<string, StoredContact>> {
  // A contact whose identity is new cannot be there yet.
  const ids = [...new Set(identities.map(({ contactId }) => contactId))].filter((id) => !fresh.has(id))
  // Whoever was merged into another is the other one, also while his ids on channels are still on their way.
  const found = new Map<string, StoredContact>(await mergedContacts.follow(await contacts.findContacts(ids)))
  const missing = identities.filter(({ contactId }) => !found.has(contactId))
  if (missing.length === 0) return found
  const wanted = missing.map((identity) => {
    const message = first.get(keyOf(identity.channelId, identity.externalId))
    return newContact(identity, message && senderOf(message).identity, message?.receivedAtMs ?? 0)
  })
  for (const contact of await contacts.createContacts(wanted)) found.set(contact.id, contact)
  const others = wanted.map(({ id }) => id).filter((id) => !found.has(id))
  for (const contact of await contacts.findContacts(others)) found.set(contact.id, contact)
  return found
}

function newContact(
  { contactId, externalId }: StoredIdentity,
  said: InboundIdentity | undefined,
  createdAtMs: number,
): Omit<StoredContact, 'version'> {
  const proven = said?.verified === true
  return {
    id: contactId,
    name: nameFrom(said) ?? anonymousName(externalId),
    emails: proven && said.email ? [said.email.toLowerCase()] : [],
    phones: proven && said.phone ? [phoneFromPlatform(said.phone)] : [],
    attributes: withToldAttributes({}, attributesFrom(said)),
    tags: [],
    createdAtMs,
  }
}

/**
 * Takes over what a later message tells anew: a proven identity, a name where there was none. Of a contact that others
 * were merged into, the merges hear of it first: what he tells on a channel of his goes with him when they are undone.
 */
export async function learn(
  sender: Sender,
  said: InboundIdentity,
  { contacts, mergedContacts }: LearnDeps,
): Promise<Sender> {
  const { identity, contact } = sender
  const becomesVerified = said.verified && !identity.verified
  const renamed = said.displayName !== undefined && said.displayName !== identity.displayName
  if (identity.verified && !said.verified) return sender
  const news = newsOf(contact, said)
  if (!becomesVerified && !renamed && !hasNews(news)) return sender
  const name =
    renamed && contact.name === nameBefore(identity) ? (nameFrom(said) ?? contact.name) : contact.name
  // He may have been parted from this contact since we read that he is it: nobody learns of another's address.
  const [now] = await contacts.findIdentities(identity.channelId, [identity.externalId])
  if (now?.contactId !== identity.contactId) return sender
  if (becomesVerified || renamed) {
    await contacts.refreshIdentity(identity.id, {
      ...(said.displayName === undefined ? {} : { displayName: said.displayName }),
      verified: said.verified,
    })
  }
  if (contact.hasMerged && hasNews(news)) await mergedContacts.noteLearned(identity.id, news)
  const updated = await contacts.updateContact(contact.id, contact.version, {
    ...contact,
    name,
    emails: [...contact.emails, ...news.emails].slice(-MOST_EMAILS),
    phones: [...contact.phones, ...news.phones].slice(-MOST_PHONES),
    attributes: { ...contact.attributes, ...news.changed, ...news.fresh },
  })
  // Somebody changes the contact at the same time: his change stands, the next message brings ours.
  if (!updated) return sender
  return { identity, contact: updated, learned: true, ...(name === contact.name ? {} : { renamed: true }) }
}

function newsOf(contact: StoredContact, said: InboundIdentity): LearnedFacts {
  const email = said.verified ? said.email?.toLowerCase() : undefined
  const phone = said.verified && said.phone ? phoneFromPlatform(said.phone) : undefined
  const attributes = Object.entries(withToldAttributes(contact.attributes, attributesFrom(said))).filter(
    ([key, value]) => contact.attributes[key] !== value,
  )
  const isKnown = ([key]: readonly [string, string]): boolean => Object.hasOwn(contact.attributes, key)
  return {
    emails: email && !contact.emails.some((one) => one.toLowerCase() === email) ? [email] : [],
    phones: phone !== undefined && !contact.phones.includes(phone) ? [phone] : [],
    fresh: Object.fromEntries(attributes.filter((one) => !isKnown(one))),
    changed: Object.fromEntries(attributes.filter(isKnown)),
  }
}

const hasNews = ({ emails, phones, fresh, changed }: LearnedFacts): boolean =>
  emails.length + phones.length + Object.keys(fresh).length + Object.keys(changed).length > 0

/** The name we gave the contact ourselves; one an agent typed is never overwritten. */
function nameBefore(identity: StoredIdentity): string {
  return oneLine(identity.displayName) || anonymousName(identity.externalId)
}

function nameFrom(said: InboundIdentity | undefined): string | undefined {
  return oneLine(said?.displayName) || (said?.verified ? oneLine(said.email ?? said.phone) : '') || undefined
}

/** What somebody is called who is no contact of ours. */
export function nameOfStranger(identity: InboundIdentity): string {
  return nameFrom(identity) ?? anonymousName(identity.externalId)
}

/** A name as agents may also write it, which turns no text around it: a sender can put anything into his. */
const oneLine = (name = ''): string =>
  name
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .trim()
    .slice(0, 200)

/** Unproven addresses are kept as what they are: claims. */
function attributesFrom(said: InboundIdentity | undefined): Readonly<Record<string, string>> {
  const unproven = said && !said.verified
  return {
    ...(unproven && said.email ? { 'claimed email': said.email.slice(0, 320) } : {}),
    ...(unproven && said.phone ? { 'claimed phone': said.phone.slice(0, 40) } : {}),
    ...said?.attributes,
  }
}

function anonymousName(externalId: string): string {
  return `Visitor ${hash('sha256', externalId, 'hex').slice(0, 4).toUpperCase()}`
}
