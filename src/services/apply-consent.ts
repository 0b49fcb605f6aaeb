import type { ChannelId, MessageId } from '../domain/ids.ts'
import type { ContactStore, StoredIdentity } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { Bus } from './bus.ts'
import type { ArrivedConsent } from './parse-entries.ts'
import { presentConversation, presentMessage } from './present.ts'
import { presentContact } from './present-contact.ts'
import { resolveSenders } from './resolve-senders.ts'

export interface ConsentDeps {
  readonly contacts: ContactStore
  readonly mergedContacts: MergedContacts
  readonly conversations: Pick<ConversationStore, 'latestOfIdentity'>
  readonly messages: Pick<MessageStore, 'recordInbound' | 'findByExternalIds'>
  readonly bus: Pick<Bus, 'publish'>
}

/**
 * Keeps with their identities what customers said of messages of a channel, those who were not known included. Of two
 * words the later counts, whichever came first; a word that changed something stands as a line in the conversation.
 */
export async function applyConsents(consents: readonly ArrivedConsent[], deps: ConsentDeps): Promise<void> {
  const findSender = await resolveSenders(consents, deps)
  for (const consent of consents) {
    const { identity } = findSender(consent)
    await applyConsent(identity, await firstSaid(consent, deps), deps)
  }
}

/** When its message came first: brought once more, after its entry has left the journal, it is no new word. */
async function firstSaid(
  { optedOut, atMs, saidIn, channel }: ArrivedConsent,
  { messages }: Pick<ConsentDeps, 'messages'>,
): Promise<Word> {
  const [message] = saidIn === undefined ? [] : await messages.findByExternalIds(channel.id, [saidIn])
  return { optedOut, atMs: Math.min(atMs, message?.createdAtMs ?? atMs) }
}

/**
 * The same for a customer of whom the platform said so when a message to him failed.
 * @param atMs until when he had said it at the latest
 * @param toldAtMs when the platform said so
 */
export async function applyRefusal(
  { channelId, recipient }: Pick<StoredMessage, 'recipient'> & { readonly channelId: ChannelId },
  { atMs, toldAtMs }: { readonly atMs: number; readonly toldAtMs: number },
  deps: ConsentDeps,
): Promise<void> {
  if (recipient === undefined) return
  const [identity] = await deps.contacts.findIdentities(channelId, [recipient])
  if (identity) await applyConsent(identity, { optedOut: true, atMs, toldAtMs }, deps)
}

/** What a customer said, and when; `toldAtMs` where that was heard later. */
interface Word {
  readonly optedOut: boolean
  readonly atMs: number
  readonly toldAtMs?: number
}

async function applyConsent(
  { id, channelId, externalId }: StoredIdentity,
  word: Word,
  deps: ConsentDeps,
): Promise<void> {
  // Another word of the same batch may have changed what was read before.
  const [identity] = await deps.contacts.findIdentities(channelId, [externalId])
  if (!identity || (identity.consentAtMs ?? -1) > word.atMs) return
  const isNews = (identity.optedOutAtMs !== undefined) !== word.optedOut
  const conversation = isNews
    ? await deps.conversations.latestOfIdentity(identity.contactId, identity.id)
    : undefined
  // The line goes first: a crash in between lets the next run find that the word is news still.
  const line = conversation && consentLine(conversation, identity, word)
  const repeated = line ? await deps.messages.recordInbound([line]) : undefined
  if (!(await deps.contacts.setConsent(id, word))) return
  const [contact] = await deps.contacts.findContacts([identity.contactId])
  if (contact && isNews) {
    const identities = await deps.contacts.identitiesOf(contact.id)
    deps.bus.publish([{ type: 'contact.updated', contact: presentContact(contact, identities) }])
  }
  if (!line || !conversation || (repeated?.size ?? 0) > 0) return
  deps.bus.publish([
    {
      type: 'message.created',
      message: presentMessage(line),
      conversation: presentConversation(conversation),
    },
  ])
}

function consentLine(
  conversation: StoredConversation,
  identity: StoredIdentity,
  { optedOut, atMs: saidAtMs, toldAtMs: atMs = saidAtMs }: Word,
): StoredMessage {
  const name = optedOut ? 'opted-out' : 'opted-in'
  // Behind what he wrote last: often that was the very word.
  const order = Math.max(atMs * 1_000, conversation.lastInboundOrder) + 0.25
  return {
    id: derivedId(atMs, name, identity.id) as MessageId,
    conversationId: conversation.id,
    channelId: conversation.channelId,
    direction: 'inbound',
    kind: 'event',
    author: { kind: 'contact', id: conversation.contactId, name: conversation.contactName },
    text: '',
    attachments: [],
    event: { name },
    createdAtMs: atMs,
    order,
    version: 1,
  }
}
