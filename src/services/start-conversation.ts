import type { StartConversationCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ChannelId, ContactId, ConversationId, MessageId } from '../domain/ids.ts'
import { isOwnAddress, letterAddressOf } from '../domain/letter-address.ts'
import { baseSubjectOf } from '../domain/letter-subject.ts'
import { seesChannel } from '../domain/permissions.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { DuplicateStore } from '../store/duplicate-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import { derivedId, freshId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { LiveChannel } from './channel-directory.ts'
import { findOrMakeContact } from './find-contact.ts'
import { settleWithMerges } from './merge-race.ts'
import { toE164 } from './phone-number.ts'
import { planMessage } from './plan-message.ts'
import { presentConversation } from './present.ts'
import { type Principal, requireChannel, requirePermission } from './principal.ts'
import { refusedMessage } from './refuse-message.ts'
import { type SendReplyDeps, sendInto, sendReply } from './send-reply.ts'

export interface StartConversationDeps extends SendReplyDeps {
  readonly contacts: ContactStore
  readonly mergedContacts: MergedContacts
  readonly duplicates: Pick<DuplicateStore, 'alike'>
}

/** A conversation begun, with the parts of its first message. */
export interface StartedConversation {
  readonly conversation: StoredConversation
  readonly messages: readonly StoredMessage[]
  readonly repeated: boolean
}

/**
 * Begins a conversation with somebody: makes him a contact where he is none, opens a conversation that is its author's
 * and sends its first message as any answer is sent. The same `clientMessageId` sent twice begins one, also at the same
 * moment on two nodes. Where a channel has one thread with each customer, a conversation that is under way with him is
 * the one.
 * @throws AppError `permission-denied`, `not-found`, `invalid-input`, `channel-paused`, `message-refused`
 */
export async function startConversation(
  command: StartConversationCommand,
  principal: Principal,
  deps: StartConversationDeps,
): Promise<StartedConversation> {
  requirePermission(principal, 'message.send')
  const channel = await deps.findChannel(command.channelId)
  if (!channel) throw new AppError('not-found', { field: 'channelId' })
  requireChannel(principal, channel.id)
  if (channel.capabilities.startConversation !== 'native') {
    throw refusedMessage({ reason: 'start-unsupported' })
  }
  const begun = idsOf(channel.id, command, principal)
  const externalId = recipientOf(command.to, channel)
  const wanted = withRecipient(command, externalId, channel)
  const before = await deps.conversations.find(begun.conversationId)
  if (!before) {
    // What is refused leaves nothing behind, no contact and no empty conversation.
    const { conversationId: id } = begun
    await planMessage({ id, identityExternalId: externalId }, channel, wanted, principal, deps)
  }
  const conversation = before ?? (await open(command, externalId, begun, channel, principal, deps))
  const sent = await send(conversation, channel, wanted, begun, principal, deps)
  return {
    conversation: (await deps.conversations.find(conversation.id)) ?? conversation,
    ...sent,
  }
}

interface BegunIds {
  readonly conversationId: ConversationId
  readonly messageId: MessageId
}

/** Without the time of day: whoever tries again finds what was begun. */
function idsOf(
  channelId: ChannelId,
  { clientMessageId }: StartConversationCommand,
  { agentId }: Principal,
): BegunIds {
  return {
    conversationId: derivedId(0, 'started', channelId, agentId, clientMessageId) as ConversationId,
    messageId: derivedId(0, 'first', channelId, agentId, clientMessageId) as MessageId,
  }
}

function recipientOf(to: string, { capabilities: { letters, addresses } }: LiveChannel): string {
  if (addresses === 'phone') {
    const number = toE164(to)
    if (number !== undefined) return number
    throw new AppError('invalid-input', {
      field: 'to',
      detail: 'It is no number with its country, such as +49 30 901820.',
    })
  }
  if (!letters) return to.trim()
  const address = letterAddressOf(to.trim())
  if (address === undefined) {
    throw new AppError('invalid-input', { field: 'to', detail: 'It is not an address.' })
  }
  if (isOwnAddress(address, letters.ownAddresses)) {
    throw new AppError('invalid-input', { field: 'to', detail: 'It is the address of this channel.' })
  }
  return address.toLowerCase()
}

/** The customer is the first of a letter's recipients, whoever else gets it. */
function withRecipient(
  command: StartConversationCommand,
  externalId: string,
  { capabilities: { letters } }: LiveChannel,
): StartConversationCommand {
  if (!letters) return command
  return { ...command, letter: { ...command.letter, to: [externalId, ...(command.letter?.to ?? [])] } }
}

async function open(
  command: StartConversationCommand,
  externalId: string,
  { conversationId, messageId }: BegunIds,
  channel: LiveChannel,
  principal: Principal,
  deps: StartConversationDeps,
): Promise<StoredConversation> {
  const letters = channel.capabilities.letters !== undefined
  const { addresses = letters ? 'email' : 'id' } = channel.capabilities
  const known = {
    ...(addresses === 'email' ? { email: externalId.toLowerCase() } : {}),
    ...(addresses === 'phone' ? { phone: externalId } : {}),
  }
  const { identity, contact } = await findOrMakeContact(
    {
      channelId: channel.id,
      externalId,
      ...(command.name === undefined ? {} : { name: command.name }),
      ...known,
      whoIsIt: () => contactWith(known, principal, deps),
    },
    deps,
  )
  // Letters have a thread of their own each time; elsewhere the customer's answer comes back by his name alone.
  const threadKey = letters ? `out:${messageId}` : externalId
  const [current] = await deps.conversations.findCurrent(channel.id, [threadKey])
  if (current && current.status !== 'resolved') return current
  if (current) await deps.conversations.retire([current])
  // A platform reckons the time for answers from his last message, whichever conversation it is in.
  const lastInboundAtMs =
    channel.capabilities.replyWindowHours === undefined
      ? undefined
      : await deps.conversations.lastInboundOf(identity)
  const nowMs = deps.now()
  const subject = command.letter?.subject
  const comparable = baseSubjectOf(subject ?? '')
    .normalize('NFKC')
    .toLowerCase()
  const conversation: StoredConversation = {
    id: conversationId,
    channelId: channel.id,
    threadKey,
    identityId: identity.id,
    identityExternalId: identity.externalId,
    contactId: contact.id,
    contactName: contact.name,
    status: 'open',
    ...(channel.categoryId ? { categoryId: channel.categoryId } : {}),
    workType: channel.capabilities.workType,
    priority: 'normal',
    tags: [],
    ...(subject === undefined ? {} : { subject }),
    ...(letters && comparable !== '' ? { baseSubject: comparable } : {}),
    unreadCount: 0,
    readOrder: 0,
    lastInboundOrder: 0,
    ...(lastInboundAtMs === undefined ? {} : { lastInboundAtMs }),
    lastActivityAtMs: nowMs,
    createdAtMs: nowMs,
    ...(current ? { previousId: current.id } : {}),
    // Its author takes it with the first message; the router has no part in it.
    routing: { status: 'settled', sinceMs: nowMs },
    version: 1,
  }
  const taken = await deps.conversations.createMissing([conversation])
  if (taken.size === 0) {
    deps.bus.publish([{ type: 'conversation.created', conversation: presentConversation(conversation) }])
    return (await settleWithMerges([conversation], deps))[0] ?? conversation
  }
  const made =
    (await deps.conversations.find(conversationId)) ??
    (await deps.conversations.findCurrent(channel.id, [threadKey]))[0]
  if (!made) throw new AppError('unavailable', { detail: 'Somebody else begins it just now; try again.' })
  return made
}

/**
 * The one contact in sight that has an address: what is begun with it is begun with him. Where several have it nobody
 * knows which one it is, and a contact of its own is suggested as the same person.
 */
async function contactWith(
  { email, phone }: { readonly email?: string; readonly phone?: string },
  { channels }: Principal,
  { contacts, duplicates }: StartConversationDeps,
): Promise<ContactId | undefined> {
  const nobody = freshId() as ContactId
  const found = await duplicates.alike(
    { id: nobody, emails: email ? [email] : [], phones: phone ? [phone] : [] },
    2,
  )
  const [only, another] = found
  if (!only || another) return undefined
  const identities = await contacts.identitiesOf(only.id)
  const isSeen = channels === 'all' || identities.some(({ channelId }) => seesChannel(channels, channelId))
  return isSeen ? only.id : undefined
}

async function send(
  conversation: StoredConversation,
  channel: LiveChannel,
  command: StartConversationCommand,
  { conversationId, messageId }: BegunIds,
  principal: Principal,
  deps: StartConversationDeps,
): Promise<Pick<StartedConversation, 'messages' | 'repeated'>> {
  const own = conversation.id === conversationId
  const done = await deps.messages.find(messageId)
  // Once its first message stands, or in a conversation that was there already, it is an answer like any other.
  if (!own || done) return sendReply(conversation.id, command, principal, deps)
  return sendInto(conversation, channel, command, principal, deps, messageId)
}
