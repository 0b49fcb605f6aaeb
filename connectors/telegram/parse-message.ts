import type { InboundEvent, InboundIdentity } from '../../src/contract/inbound-event.ts'
import type { MessageCard } from '../../src/domain/message-card.ts'
import type { TextSpan } from '../../src/domain/text-spans.ts'
import { filesOf } from './files.ts'
import { nameOfMessage } from './message-name.ts'
import { readSpans } from './read-spans.ts'
import { identityOf, type Reading } from './reading.ts'
import { threadKeyOf } from './thread-place.ts'
import { unsupportedKindOf } from './unsupported-kinds.ts'
import { idIn, instantIn, type Json, listIn, numberIn, objectIn, textIn } from './wire.ts'

/** A deep link's word (t.me/bot?start=word): at most 64 of these characters. */
const START = /^\/start(?:@\w{1,64})?\s+([A-Za-z0-9_=-]{1,64})$/

/** Where a message stands and who wrote it; or why it is nobody's here. */
type Place =
  | { readonly ok: true; readonly chatId: string; readonly externalId: string; readonly isGroup: boolean }
  | { readonly ok: false; readonly events: readonly InboundEvent[] }

/** What was written or sent, as far as it can be shown. */
interface Content {
  readonly text: string
  readonly spans: readonly TextSpan[]
  readonly attachments: ReturnType<typeof filesOf>['attachments']
  readonly cards: readonly MessageCard[]
}

/** A message of a customer. */
export function messageOf(message: Json, reading: Reading): readonly InboundEvent[] {
  const moved = reading.takesGroups ? movedOf(message) : undefined
  if (moved) return [moved]
  const place = placeOf(message, reading)
  if (!place.ok) return place.events
  const { chatId, externalId } = place
  const threadKey = threadKeyOf(chatId, message)
  const identity = senderOf(message)
  if (!identity) return [unsupported(externalId, 'a message of nobody')]
  const content = contentOf(message)
  if (!content) {
    const { what, shown } = unsupportedKindOf(message)
    return [
      shown ? { type: 'unsupported', externalId, identity, threadKey, what } : unsupported(externalId, what),
    ]
  }
  const { text, spans, attachments, cards } = content
  const sentAtMs = instantIn(message, 'date')
  const replyTo = repliedTo(message, chatId, reading)
  const album = textIn(message, 'media_group_id')
  return [
    {
      type: 'message',
      externalId,
      identity,
      threadKey,
      text,
      attachments,
      ...(sentAtMs === undefined ? {} : { sentAtMs }),
      ...(replyTo === undefined ? {} : { replyToExternalId: replyTo }),
      ...(spans.length > 0 ? { spans } : {}),
      ...(cards.length > 0 ? { cards } : {}),
      ...(album === '' ? {} : { groupKey: `${chatId}:${album}` }),
    },
  ]
}

/** What a message says from now on. */
export function editOf(message: Json, reading: Reading): readonly InboundEvent[] {
  const place = placeOf(message, reading)
  if (!place.ok) return place.events
  const { externalId } = place
  if (objectIn(message, 'location')) return [unsupported(externalId, 'a place that moved')]
  const content = contentOf(message)
  if (!content) return [unsupported(externalId, `a change of ${unsupportedKindOf(message).what}`)]
  const { text, spans } = content
  return [
    {
      type: 'message-edited',
      externalId,
      text,
      ...(spans.length > 0 ? { spans } : {}),
      editedAtMs: instantIn(message, 'edit_date') ?? instantIn(message, 'date') ?? 0,
      // Edits are dated by the second; updates are numbered in their order.
      editOrder: Number(reading.updateId),
    },
  ]
}

const unsupported = (externalId: string, what: string): InboundEvent => ({
  type: 'unsupported',
  externalId,
  what,
})

function placeOf(message: Json, { updateId, botId, takesGroups }: Reading): Place {
  const chat = objectIn(message, 'chat') ?? {}
  const [chatId, messageId] = [idIn(chat, 'id'), idIn(message, 'message_id')]
  const nowhere = (what: string): Place => ({
    ok: false,
    events: [unsupported(`update:${updateId}`, what)],
  })
  if (chatId === '' || messageId === '') return nowhere('a message without a chat')
  const from = objectIn(message, 'from') ?? {}
  const isOwn = botId !== '' && idIn(from, 'id') === botId
  // Who writes in the name of a group or channel comes as a bot of the platform, with `sender_chat`.
  const isBot = from['is_bot'] === true && !objectIn(message, 'sender_chat')
  if (isOwn || isBot) return { ok: false, events: [] }
  const type = textIn(chat, 'type')
  if (type === 'channel') return nowhere('a post of a channel')
  const isGroup = type !== 'private'
  if (isGroup && !takesGroups) return nowhere('a message in a group, of which this channel takes none')
  return { ok: true, chatId, externalId: nameOfMessage(botId, chatId, messageId), isGroup }
}

/** A group becomes a supergroup: both chats say so, each naming the other. */
function movedOf(message: Json): InboundEvent | undefined {
  const chatId = idIn(objectIn(message, 'chat') ?? {}, 'id')
  if (chatId === '') return undefined
  const [to, from] = [idIn(message, 'migrate_to_chat_id'), idIn(message, 'migrate_from_chat_id')]
  if (to !== '') return { type: 'thread-moved', fromThreadKey: chatId, toThreadKey: to }
  if (from !== '') return { type: 'thread-moved', fromThreadKey: from, toThreadKey: chatId }
  return undefined
}

function senderOf(message: Json): InboundIdentity | undefined {
  const from = objectIn(message, 'sender_chat') ?? objectIn(message, 'from')
  if (!from) return undefined
  const source = START.exec(textIn(message, 'text'))?.[1]
  const identity = identityOf(from, source === undefined ? {} : { source })
  const phone = identity && ownPhoneOf(message, identity.externalId)
  return identity && phone !== undefined ? { ...identity, phone, verified: true } : identity
}

/** Only a card that the platform itself ties to its sender is his number; anybody may send anybody's card. */
function ownPhoneOf(message: Json, senderId: string): string | undefined {
  const contact = objectIn(message, 'contact')
  if (!contact || idIn(contact, 'user_id') !== senderId || objectIn(message, 'forward_origin'))
    return undefined
  return phoneOf(contact)
}

/** Telegram leaves the plus away. */
function phoneOf(contact: Json): string | undefined {
  const digits = textIn(contact, 'phone_number').replace(/\D/g, '')
  return digits.length >= 5 && digits.length <= 15 ? `+${digits}` : undefined
}

function contentOf(message: Json): Content | undefined {
  const written = 'text' in message ? 'text' : 'caption'
  const words = textIn(message, written)
  const spans = readSpans(words, listIn(message, written === 'text' ? 'entities' : 'caption_entities'))
  const { attachments, notes } = filesOf(message)
  const cards = cardsOf(message)
  const text = [words, ...notes].filter((part) => part !== '').join('\n\n')
  if (text === '' && attachments.length === 0 && cards.length === 0) return undefined
  return { text, spans, attachments, cards }
}

function cardsOf(message: Json): readonly MessageCard[] {
  const venue = objectIn(message, 'venue')
  const location = objectIn(venue ?? message, 'location')
  const contact = objectIn(message, 'contact')
  return [...(location ? placeCard(location, venue) : []), ...(contact ? contactCard(contact) : [])]
}

function placeCard(location: Json, venue: Json | undefined): readonly MessageCard[] {
  const [latitude, longitude] = [numberIn(location, 'latitude'), numberIn(location, 'longitude')]
  if (latitude === undefined || longitude === undefined) return []
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return []
  const [name, address] = [textIn(venue ?? {}, 'title'), textIn(venue ?? {}, 'address')]
  return [
    {
      kind: 'location',
      latitude,
      longitude,
      ...(name === '' ? {} : { name }),
      ...(address === '' ? {} : { address }),
    },
  ]
}

function contactCard(contact: Json): readonly MessageCard[] {
  const name = [textIn(contact, 'first_name'), textIn(contact, 'last_name')].join(' ').trim()
  const phone = phoneOf(contact) ?? textIn(contact, 'phone_number').slice(0, 40)
  if (name === '' && phone === '') return []
  return [{ kind: 'contact', name: name || phone, phones: phone === '' ? [] : [phone], emails: [] }]
}

/** In a group with topics, whatever stands in a topic answers the message that opened it: that is no answer. */
function repliedTo(message: Json, chatId: string, { botId }: Reading): string | undefined {
  const original = objectIn(message, 'reply_to_message')
  if (!original || objectIn(original, 'forum_topic_created')) return undefined
  const id = idIn(original, 'message_id')
  return id === '' ? undefined : nameOfMessage(botId, chatId, id)
}
