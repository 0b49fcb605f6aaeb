import type { Capabilities } from '../../../src/domain/capabilities.ts'
import type { ChannelId, ContactId, ConversationId } from '../../../src/domain/ids.ts'
import type { MessageTemplate } from '../../../src/domain/message-template.ts'
import { PICK_POLICY } from '../../../src/domain/routing/policy.ts'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import { addMessage } from './messages.ts'
import { album, voice } from './messengers-files.ts'
import { BOT_KIND, MESSAGES_KIND, TEXTS_KIND } from './messengers-settings.ts'
import type { FakeState } from './state.ts'
import { CAPABILITIES, freshId, minutesAgo } from './state.ts'

/** A platform with a reply window and approved messages. */
const WINDOWED: Capabilities = {
  ...CAPABILITIES,
  text: { support: 'native', maxLength: 1_600, overLimit: 'split' },
  formatting: 'native',
  replyTo: 'native',
  templates: 'native',
  replyWindowHours: 24,
  startConversation: 'native',
  addresses: 'phone',
  attachments: {
    ...CAPABILITIES.attachments,
    maxBytes: 16_000_000,
    maxPerMessage: 1,
    overCount: 'split',
    sizeLimits: [{ contentTypes: ['image/*'], maxBytes: 5_000_000 }],
  },
}

/** One where texts are paid for by the segment. */
const SEGMENTED: Capabilities = {
  ...CAPABILITIES,
  text: {
    support: 'native',
    maxLength: 1_600,
    overLimit: 'refuse',
    segments: { gsm7: { single: 160, each: 153 }, ucs2: { single: 70, each: 67 } },
  },
  attachments: { support: 'absent', maxBytes: 0, maxPerMessage: 0, contentTypes: [] },
  receipts: { delivered: 'native', read: 'absent' },
  startConversation: 'native',
  addresses: 'phone',
}

/** One that shows all there is. */
const RICH: Capabilities = {
  ...CAPABILITIES,
  text: { support: 'native', maxLength: 4_096, overLimit: 'split' },
  formatting: 'native',
  replyTo: 'native',
  reactions: 'native',
  editMessage: 'native',
  deleteMessage: 'native',
}

const template = (
  part: Partial<MessageTemplate> & Pick<MessageTemplate, 'name' | 'body'>,
): MessageTemplate => ({
  id: `HX${freshId<string>(30)}`,
  language: 'en',
  variables: [],
  buttons: [],
  media: [],
  ...part,
})

/** What the platform has approved, and what it has not. */
export const TEMPLATES: readonly MessageTemplate[] = [
  template({
    name: 'order_ready',
    category: 'utility',
    body: 'Hello {{1}}, your order {{2}} is ready at our quay. We are open until {{3}} today.',
    variables: [
      { key: '1', example: 'Maja' },
      { key: '2', example: '20877' },
      { key: '3', example: '18:00' },
    ],
    buttons: ['Show the way', 'Call us'],
  }),
  template({
    name: 'follow_up',
    body: 'Hello! We have an answer to your question. May we send it to you here?',
    buttons: ['Yes, please', 'Not now'],
  }),
  template({
    name: 'order_ready',
    language: 'sv',
    body: 'Hej {{1}}, din beställning {{2}} är klar att hämtas.',
    variables: [{ key: '1', example: 'Maja' }, { key: '2' }],
  }),
  template({
    name: 'invoice_copy',
    body: 'Hello {{name}}, here is the copy of your invoice.',
    variables: [{ key: 'name', example: 'Tom' }],
    media: ['https://harbour.example/files/invoice-20881.pdf'],
  }),
  template({
    name: 'summer_sale',
    category: 'marketing',
    body: 'Summer at the harbour: 20 % off all dry bags until Sunday.',
    unusable: 'The platform rejected it: it reads like an advertisement.',
  }),
]

/** Three channels of short messages, and one customer who is known on all of them. */
export function addMessengers(state: FakeState): void {
  const windowed = addChannel(state, 'Shop messages', MESSAGES_KIND, WINDOWED, {
    webhookUrl: 'https://inbox.harbour.example/ingress/',
  })
  const texts = addChannel(state, 'Text line', TEXTS_KIND, SEGMENTED, {
    health: {
      state: 'failing',
      code: 'bad-credentials',
      detail: 'The platform does not take the access key any more.',
      at: minutesAgo(9),
    },
  })
  const bot = addChannel(state, 'Harbour bot', BOT_KIND, RICH, {})
  state.templates.set(windowed, [...TEMPLATES])
  state.templates.set(texts, [])

  const maja = addContact(state, 'Maja Sørensen-Berg', '+46 70 123 45 67', 'maja@fjordmail.example')
  const open = addConversation(state, windowed, maja, 'Maja Sørensen-Berg')
  say(state, open, 260, { text: 'Hi, is my order ready? 🙂' })
  say(state, open, 250, { ...ours(state), text: 'We are packing it right now.', status: 'read' })
  say(state, open, 190, { text: 'Great, I am around here:', cards: [PLACE] })
  say(state, open, 188, { attachments: [voice(state, 'voice-2041.wav', 7)] })
  say(state, open, 187, { text: 'This is how it came:', attachments: album(state, 3) })

  const closing = addConversation(
    state,
    windowed,
    addContact(state, 'Nils Ek', '+46 70 555 11 22'),
    'Nils Ek',
  )
  say(state, closing, 24 * 60 - 41, { text: 'Do you repair zips as well?' })

  const closed = addConversation(
    state,
    windowed,
    addContact(state, 'Rosa Lind', '+46 73 900 10 20'),
    'Rosa Lind',
  )
  say(state, closed, 40 * 60, { text: 'Could you tell me when the paddles are back?' })
  say(state, closed, 20 * 60, {
    ...ours(state),
    text: 'They are back, shall I put one aside for you?',
    status: 'failed',
    delivery: {
      state: 'dead',
      attempts: 1,
      errorCode: 'reply-window-closed',
      errorDetail: 'More than 24 hours have passed since the customer wrote.',
    },
  })

  const text = addConversation(state, texts, maja, 'Maja Sørensen-Berg')
  say(state, text, 600, { text: 'Is this the right number for deliveries?' })
  say(state, text, 8, {
    ...ours(state),
    text: 'It is. We ring before we come.',
    status: 'sending',
    delivery: {
      state: 'queued',
      attempts: 1,
      nextAttemptAt: minutesAgo(-1),
      errorCode: 'timeout',
      errorDetail: 'The platform did not answer in time',
      certainty: 'unknown',
      checking: true,
    },
  })
  const out = addContact(state, 'Otto Berg', '+46 76 222 33 44')
  const optedOut = addConversation(state, texts, out, 'Otto Berg')
  say(state, optedOut, 900, { text: 'STOP' })
  say(state, optedOut, 900, {
    kind: 'event',
    direction: 'outbound',
    author: { kind: 'system', name: '' },
    event: { name: 'opted-out' },
  })
  const [identity] = state.contacts.get(out)?.identities ?? []
  if (identity) Object.assign(identity, { optedOutAt: minutesAgo(900) })

  richThread(state, addConversation(state, bot, maja, 'Maja Sørensen-Berg'))
}

const PLACE = {
  kind: 'location',
  latitude: 57.70716,
  longitude: 11.96679,
  name: 'Fish market hall',
  address: 'Rosenlundsgatan, Göteborg',
} as const

function addChannel(
  state: FakeState,
  name: string,
  kind: { readonly type: string; readonly displayName: string },
  capabilities: Capabilities,
  part: Partial<FakeState['channels'][number]>,
): ChannelId {
  const id = freshId<ChannelId>()
  state.channels.push({
    id,
    type: kind.type as never,
    typeName: kind.displayName,
    name,
    paused: false,
    health: { state: 'healthy', at: minutesAgo(4) },
    capabilities,
    config: { accessKey: true, number: '+46 31 700 00 00' },
    policy: PICK_POLICY,
    policyIssues: [],
    skills: [],
    access: { kind: 'everyone' },
    createdAt: minutesAgo(50_000),
    version: 1,
    ...part,
    ...(part.webhookUrl ? { webhookUrl: part.webhookUrl + id } : {}),
  })
  return id
}

function addContact(state: FakeState, name: string, phone: string, ...emails: readonly string[]): ContactId {
  const id = freshId<ContactId>()
  state.contacts.set(id, {
    id,
    name,
    emails,
    phones: [phone],
    attributes: {},
    tags: [],
    identities: [],
    createdAt: minutesAgo(90_000),
    version: 1,
  })
  return id
}

function addConversation(
  state: FakeState,
  channelId: ChannelId,
  contactId: ContactId,
  name: string,
): Writable<ConversationView> {
  const id = freshId<ConversationId>()
  const contact = state.contacts.get(contactId)
  if (contact) {
    contact.identities = [
      ...contact.identities,
      { id: freshId(), channelId, externalId: contact.phones[0] ?? name, verified: true },
    ]
  }
  const owner = state.agents[0]
  const conversation: Writable<ConversationView> = {
    id,
    channelId,
    contact: { id: contactId, name },
    status: 'open',
    ...(owner ? { assigneeId: owner.id } : {}),
    workType: 'messaging',
    priority: 'normal',
    tags: [],
    unreadCount: 0,
    lastActivityAt: minutesAgo(1_000),
    createdAt: minutesAgo(2_000),
    routing: { status: 'settled' },
    version: 1,
  }
  state.conversations.set(id, conversation)
  state.messages.set(id, [])
  return conversation
}

const ours = (state: FakeState) => {
  const agent = state.agents[0]
  return {
    direction: 'outbound',
    author: { kind: 'agent', id: agent?.id ?? '', name: agent?.name ?? '' },
  } as const
}

const say = (
  state: FakeState,
  conversation: Writable<ConversationView>,
  minutes: number,
  part: Partial<MessageView>,
): MessageView => addMessage(state, conversation, { createdAt: minutesAgo(minutes), ...part })

function richThread(state: FakeState, conversation: Writable<ConversationView>): void {
  const asked = say(state, conversation, 95, {
    text: 'Hello! Which of the two bags keeps water out for good?',
    reactions: [{ emoji: '👀', by: 'Ana Lindqvist' }],
  })
  for (let line = 30; line > 0; line -= 1) {
    say(state, conversation, 60 + line, { text: `Some more words about bags (${line})` })
  }
  const text = [
    'The Fjord 38 does: it is welded, and rated IP67.',
    'Care: rinse it, then see https://harbour.example/care for more.',
    'Code for you: FJORD10, or this:',
    'curl -s https://harbour.example/stock/fjord38 | jq .left',
    'Keeps everything dry, she said.',
    'The surprise inside is a towel.',
  ].join('\n')
  const span = (
    kind: 'bold' | 'italic' | 'strike' | 'underline' | 'code' | 'code-block' | 'quote' | 'spoiler',
    words: string,
  ) => ({
    kind,
    offset: text.indexOf(words),
    length: words.length,
  })
  say(state, conversation, 40, {
    ...ours(state),
    text,
    status: 'read',
    replyTo: { id: asked.id, authorName: 'Maja Sørensen-Berg', preview: asked.text },
    editedAt: minutesAgo(38),
    spans: [
      span('bold', 'Fjord 38'),
      span('italic', 'welded'),
      span('underline', 'IP67'),
      span('code', 'FJORD10'),
      span('code-block', 'curl -s https://harbour.example/stock/fjord38 | jq .left'),
      span('quote', 'Keeps everything dry, she said.'),
      span('spoiler', 'a towel'),
    ],
    reactions: [
      { emoji: '❤️', by: 'Maja Sørensen-Berg' },
      { emoji: '🎉', by: 'Maja Sørensen-Berg' },
      { emoji: '🎉', by: 'Bruno Okafor' },
    ],
  })
  say(state, conversation, 31, {
    text: '',
    cards: [{ kind: 'choice', label: 'Reserve one for me', payload: 'r' }],
  })
  say(state, conversation, 30, {
    text: 'Please call my brother when it is there. I am here until four:',
    cards: [
      {
        kind: 'contact',
        name: 'Jonas Sørensen',
        phones: ['+46 70 765 43 21'],
        emails: ['jonas@fjordmail.example'],
      },
      PLACE,
    ],
  })
  say(state, conversation, 29, { text: '', unsupported: 'a poll' })
  say(state, conversation, 28, { text: 'Oops, wrong chat', deletedAt: minutesAgo(27) })
  say(state, conversation, 20, { ...ours(state), text: 'I will call him, *promised*.', status: 'delivered' })
}
