import { createHash } from 'node:crypto'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import type { JournaledRequest } from '../../src/contract/raw-request.ts'
import { nameOfMessage } from './message-name.ts'
import { editOf, messageOf } from './parse-message.ts'
import { identityOf, type Reading } from './reading.ts'
import { threadKeyOf } from './thread-place.ts'
import { payloadOf } from './update-key.ts'
import { idIn, instantIn, type Json, listIn, objectIn, objectsOf, readObject, textIn } from './wire.ts'

/** What an update becomes, by its kind. All else is told in words. */
const KINDS: Readonly<Record<string, (payload: Json, reading: Reading) => readonly InboundEvent[]>> = {
  message: messageOf,
  edited_message: editOf,
  callback_query: choiceOf,
  message_reaction: reactionsOf,
  my_chat_member: membershipOf,
}

const NOT_TAKEN: Readonly<Record<string, string>> = {
  channel_post: 'a post of a channel',
  edited_channel_post: 'a changed post of a channel',
  business_connection: 'a change of a business account',
  business_message: 'a message of a business account',
  edited_business_message: 'a changed message of a business account',
  deleted_business_messages: 'messages deleted in a business account',
  chat_member: 'a change of who is in a group',
  chat_join_request: 'a request to join a group',
  message_reaction_count: 'a count of reactions',
  inline_query: 'a question in another chat',
  chosen_inline_result: 'an answer chosen in another chat',
  shipping_query: 'a question about shipping',
  pre_checkout_query: 'a payment about to be made',
  purchased_paid_media: 'media that were paid for',
  poll: 'a poll that changed',
  poll_answer: 'a vote in a poll',
  chat_boost: 'a boost',
  removed_chat_boost: 'a boost that ended',
}

/** An update as events. Pure: what it needs of the settings came along as facts. */
export function parse({ body, facts }: JournaledRequest): readonly InboundEvent[] {
  const update = readObject(body)
  const found = update && payloadOf(update)
  if (!update || !found || idIn(update, 'update_id') === '') {
    return [
      {
        type: 'unsupported',
        externalId: `unreadable:${createHash('sha256').update(body).digest('base64url')}`,
        what: 'a delivery that is no update',
      },
    ]
  }
  const { kind, payload } = found
  const reading: Reading = {
    updateId: idIn(update, 'update_id'),
    botId: facts['bot'] ?? '',
    takesGroups: facts['groups'] === 'yes',
  }
  const read = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (read) return read(payload, reading)
  const what = Object.hasOwn(NOT_TAKEN, kind) ? NOT_TAKEN[kind] : undefined
  return [untold(reading, what ?? `an update of a kind not known here (${kind.slice(0, 60)})`)]
}

/** Kept, and told to whoever reads the journal: no conversation has to do with it. */
const untold = ({ updateId }: Reading, what: string): InboundEvent => ({
  type: 'unsupported',
  externalId: `update:${updateId}`,
  what,
})

/** A pressed button, also one of a message that other software sent with this bot. */
function choiceOf(query: Json, reading: Reading): readonly InboundEvent[] {
  const id = textIn(query, 'id')
  const from = objectIn(query, 'from')
  const identity = from && identityOf(from)
  if (id === '' || !identity) return [untold(reading, 'a pressed button of nobody')]
  const message = objectIn(query, 'message') ?? {}
  const chat = objectIn(message, 'chat')
  const isPrivate = !chat || textIn(chat, 'type') === 'private'
  if (!isPrivate && !reading.takesGroups) return [untold(reading, 'a button pressed in a group')]
  const payload = textIn(query, 'data')
  const label = labelOf(message, payload) || payload || 'a button'
  const messageId = idIn(message, 'message_id')
  const chatId = chat ? idIn(chat, 'id') : ''
  return [
    {
      type: 'message',
      externalId: `choice:${id.slice(0, 200)}`,
      identity,
      threadKey: chatId === '' ? identity.externalId : threadKeyOf(chatId, message),
      text: label,
      attachments: [],
      cards: [{ kind: 'choice', label, ...(payload === '' ? {} : { payload }) }],
      ...(chatId && messageId ? { replyToExternalId: nameOfMessage(reading.botId, chatId, messageId) } : {}),
    },
  ]
}

/** What stood on the button. */
function labelOf(message: Json, payload: string): string {
  const markup = objectIn(message, 'reply_markup') ?? {}
  const rows = markup['inline_keyboard']
  const buttons = Array.isArray(rows) ? objectsOf(rows.flat()) : []
  const pressed = buttons.find((button) => payload !== '' && textIn(button, 'callback_data') === payload)
  return pressed ? textIn(pressed, 'text') : ''
}

/** The list before and the list after, as what came and what went. */
function reactionsOf(change: Json, reading: Reading): readonly InboundEvent[] {
  const chat = objectIn(change, 'chat') ?? {}
  const user = objectIn(change, 'user')
  const identity = user && identityOf(user)
  const [chatId, messageId] = [idIn(chat, 'id'), idIn(change, 'message_id')]
  if (textIn(chat, 'type') !== 'private' && !reading.takesGroups) {
    return [untold(reading, 'a reaction in a group')]
  }
  if (!identity || chatId === '' || messageId === '') {
    return [untold(reading, 'a reaction of nobody')]
  }
  const externalId = nameOfMessage(reading.botId, chatId, messageId)
  const [before, after] = [emojiIn(change, 'old_reaction'), emojiIn(change, 'new_reaction')]
  const reaction = (emoji: string, removed: boolean): InboundEvent => ({
    type: 'reaction',
    externalId,
    identity,
    emoji,
    removed,
  })
  const events = [
    ...before.filter((emoji) => !after.includes(emoji)).map((emoji) => reaction(emoji, true)),
    ...after.filter((emoji) => !before.includes(emoji)).map((emoji) => reaction(emoji, false)),
  ]
  return events.length > 0 ? events : [untold(reading, 'a reaction that no other programs can show')]
}

function emojiIn(change: Json, key: string): readonly string[] {
  const found = listIn(change, key).flatMap((reaction) => {
    if (textIn(reaction, 'type') === 'paid') return ['⭐']
    const emoji = textIn(reaction, 'emoji')
    return emoji === '' || emoji.length > 40 ? [] : [emoji]
  })
  return [...new Set(found)]
}

/** In a private chat: the customer blocks the bot, or lets it write again. */
function membershipOf(change: Json, reading: Reading): readonly InboundEvent[] {
  const chat = objectIn(change, 'chat') ?? {}
  const from = objectIn(change, 'from')
  const identity = from && identityOf(from)
  const statusOf = (key: string): string => textIn(objectIn(change, key) ?? {}, 'status')
  const [before, after] = [statusOf('old_chat_member'), statusOf('new_chat_member')]
  if (textIn(chat, 'type') !== 'private' || !identity) {
    const isOut = after === 'kicked' || after === 'left'
    return [
      untold(reading, isOut ? 'the bot was removed from a group' : 'the bot’s place in a group changed'),
    ]
  }
  const atMs = instantIn(change, 'date') ?? 0
  if (after === 'kicked') return [{ type: 'consent', identity, optedOut: true, atMs }]
  if (before === 'kicked') return [{ type: 'consent', identity, optedOut: false, atMs }]
  return [untold(reading, 'the customer opened a chat with the bot')]
}
