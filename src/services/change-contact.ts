import type { ChangeContactCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ChannelId, ConversationId } from '../domain/ids.ts'
import { isOwnAddress, letterAddressOf } from '../domain/letter-address.ts'
import { comparable } from '../domain/threading.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { LetterThreadStore } from '../store/letter-thread-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { Bus } from './bus.ts'
import type { LiveChannel } from './channel-directory.ts'
import { openConversation } from './conversation-access.ts'
import { eventLine } from './event-line.ts'
import { findOrMakeContact } from './find-contact.ts'
import { settleWithMerges } from './merge-race.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import type { Principal } from './principal.ts'

export interface ChangeContactDeps {
  readonly conversations: ConversationStore
  readonly messages: Pick<MessageStore, 'record'>
  readonly contacts: ContactStore
  readonly mergedContacts: MergedContacts
  readonly letterThreads: Pick<LetterThreadStore, 'named'>
  readonly findChannel: (id: ChannelId) => Promise<Pick<LiveChannel, 'capabilities'> | undefined>
  readonly bus: Bus
  readonly orderClock: OrderClock
  readonly now: () => number
}

/**
 * Says whom a conversation is with, such as whoever wrote what somebody passed on to us. Only people whom its letters
 * name can be meant: nobody is made a contact by a slip of the hand. Those who wrote before stay part of it.
 * @throws AppError `not-found`, `permission-denied`, `version-conflict`, `invalid-input` for an address that no letter
 * of the conversation names, or our own
 */
export async function changeContact(
  id: ConversationId,
  command: ChangeContactCommand,
  principal: Principal,
  deps: ChangeContactDeps,
): Promise<StoredConversation> {
  const conversation = await openConversation(id, principal, 'conversation.write', deps)
  if (conversation.version !== command.version) throw new AppError('version-conflict')
  const channel = await deps.findChannel(conversation.channelId)
  const { address, name } = await whoIsMeant(conversation, command, channel, deps)
  if (address === conversation.identityExternalId) return conversation
  const { identity, contact } = await findOrMakeContact(
    {
      channelId: conversation.channelId,
      externalId: address,
      ...(name === undefined ? {} : { name }),
      email: address,
    },
    deps,
  )
  const changed = await deps.conversations.change(id, command.version, {
    person: {
      identityId: identity.id,
      identityExternalId: identity.externalId,
      contactId: contact.id,
      contactName: contact.name,
    },
  })
  if (!changed) throw new AppError('version-conflict')
  const line = eventLine(changed, { name: 'contact-changed', value: contact.name }, principal, deps)
  await deps.messages.record([line])
  const view = presentConversation(changed)
  deps.bus.publish([
    { type: 'conversation.updated', conversation: view },
    { type: 'message.created', message: presentMessage(line), conversation: view },
  ])
  return (await settleWithMerges([changed], deps))[0] ?? changed
}

async function whoIsMeant(
  { id }: StoredConversation,
  command: ChangeContactCommand,
  channel: Pick<LiveChannel, 'capabilities'> | undefined,
  { letterThreads }: ChangeContactDeps,
): Promise<{ readonly address: string; readonly name?: string }> {
  const wanted = letterAddressOf(command.address)
  const wrong = (detail: string): AppError => new AppError('invalid-input', { field: 'address', detail })
  if (wanted === undefined) throw wrong('It is not an address.')
  const address = comparable({ address: wanted })
  if (isOwnAddress(address, channel?.capabilities.letters?.ownAddresses ?? []))
    throw wrong('It is the address of this channel.')
  const all = await letterThreads.named(id)
  const named = all.filter((one) => comparable(one) === address)
  if (named.length === 0) throw wrong('No letter of this conversation names this address.')
  const name = command.name ?? named.find((one) => one.name !== undefined)?.name
  return { address, ...(name === undefined ? {} : { name }) }
}
