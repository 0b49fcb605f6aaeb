import type { OutgoingLetter, StartConversationCommand } from '../../../src/domain/commands.ts'
import type { ContactId, ConversationId } from '../../../src/domain/ids.ts'
import type { ConversationView, LetterBodyView, LetterView } from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import type { FakeState } from './state.ts'
import { freshId } from './state.ts'

const person = (address: string) => ({ address })

/** What an agent's letter looks like in the thread. */
export function sentLetter(
  state: FakeState,
  conversation: ConversationView,
  { subject, to, cc, bcc, html }: OutgoingLetter,
): LetterView {
  const channel = state.channels.find(({ id }) => id === conversation.channelId)
  const [own = ''] = channel?.capabilities.letters?.ownAddresses ?? []
  const contact = state.contacts.get(conversation.contact.id)
  return {
    from: { address: own, name: channel?.name ?? '' },
    replyTo: [],
    to: (to ?? contact?.emails.slice(0, 1) ?? []).map(person),
    cc: (cc ?? []).map(person),
    bcc: (bcc ?? []).map(person),
    ...(subject ? { subject } : {}),
    hasHtml: html !== undefined,
    hasQuoted: false,
    hasSource: false,
  }
}

/** Its content; the real server sanitises what it is given. */
export const bodyOf = (text: string, { html }: OutgoingLetter): LetterBodyView => ({
  text,
  ...(html ? { html } : {}),
  remoteImages: 0,
  headers: [],
})

/** The one address that the fake's server of letters does not take. */
export const refusalOf = ({ letter, to }: StartConversationCommand) =>
  to.endsWith('@nowhere.example')
    ? { field: 'to', message: 'No letter reaches this address' }
    : letter?.cc?.some((address) => address.endsWith('@nowhere.example'))
      ? { field: 'letter.cc.0', message: 'No letter reaches this address' }
      : undefined

/** The conversation that an agent begins. */
export function beginConversation(
  state: FakeState,
  { channelId, to, name = to, letter }: StartConversationCommand,
): Writable<ConversationView> {
  const known = [...state.contacts.values()].find(({ emails }) => emails.includes(to))
  const id = freshId<ConversationId>()
  const now = new Date().toISOString()
  const contactId = known?.id ?? freshId<ContactId>()
  if (!known) {
    state.contacts.set(contactId, {
      id: contactId,
      name,
      emails: [to],
      phones: [],
      attributes: {},
      tags: [],
      identities: [],
      createdAt: now,
      version: 1,
    })
  }
  const conversation: Writable<ConversationView> = {
    id,
    channelId: channelId as never,
    contact: { id: contactId, name: known?.name ?? name },
    status: 'open',
    ...(state.agents[0] ? { assigneeId: state.agents[0].id } : {}),
    workType: 'email',
    priority: 'normal',
    tags: [],
    ...(letter?.subject ? { subject: letter.subject } : {}),
    unreadCount: 0,
    lastActivityAt: now,
    createdAt: now,
    routing: { status: 'settled' },
    version: 1,
  }
  state.conversations.set(id, conversation)
  state.messages.set(id, [])
  return conversation
}
