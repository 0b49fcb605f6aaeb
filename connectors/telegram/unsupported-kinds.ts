import { type Json, listIn, numberIn, objectIn, textIn } from './wire.ts'

/** Kinds of content that are told in words: something that a customer sent. */
const SENT: Readonly<Record<string, (content: Json) => string>> = {
  poll: (poll) => `a poll: “${short(textIn(poll, 'question'))}”`,
  dice: (dice) => `a throw of ${textIn(dice, 'emoji') || 'a dice'}: ${numberIn(dice, 'value') ?? '?'}`,
  game: (game) => `a game: “${short(textIn(game, 'title'))}”`,
  story: () => 'a story',
  checklist: (list) =>
    `a checklist: “${short(textIn(list, 'title'))}” with ${listIn(list, 'tasks').length} tasks`,
  paid_media: () => 'media that must be paid for',
  invoice: (invoice) => `an invoice: “${short(textIn(invoice, 'title'))}”`,
  successful_payment: () => 'a payment',
  refunded_payment: () => 'a payment given back',
  giveaway: () => 'a giveaway',
  giveaway_winners: () => 'the winners of a giveaway',
  gift: () => 'a gift',
  unique_gift: () => 'a gift',
  passport_data: () => 'Telegram Passport data',
  web_app_data: (data) => `data of a web app: “${short(textIn(data, 'button_text'))}”`,
  users_shared: () => 'a choice of users',
  chat_shared: () => 'a choice of a chat',
  rich_message: () => 'a formatted document',
  live_photo: () => 'a live photo',
}

/** What Telegram itself says in a chat. */
const SAID_BY_PLATFORM: Readonly<Record<string, string>> = {
  new_chat_members: 'somebody joined the group',
  left_chat_member: 'somebody left the group',
  new_chat_title: 'the group has a new title',
  new_chat_photo: 'the group has a new picture',
  delete_chat_photo: 'the picture of the group was removed',
  group_chat_created: 'a group was made',
  supergroup_chat_created: 'a supergroup was made',
  channel_chat_created: 'a channel was made',
  message_auto_delete_timer_changed: 'messages are deleted after another time from now on',
  pinned_message: 'a message was pinned',
  write_access_allowed: 'the bot may write to the customer',
  proximity_alert_triggered: 'somebody came near',
  boost_added: 'the group was boosted',
  chat_background_set: 'the chat has another background',
  chat_owner_changed: 'the group has another owner',
  chat_owner_left: 'the owner left the group',
  connected_website: 'the customer signed in to a website',
  forum_topic_created: 'a topic was made',
  forum_topic_edited: 'a topic was changed',
  forum_topic_closed: 'a topic was closed',
  forum_topic_reopened: 'a topic was opened again',
  general_forum_topic_hidden: 'the general topic was hidden',
  general_forum_topic_unhidden: 'the general topic is shown again',
  video_chat_scheduled: 'a video chat was planned',
  video_chat_started: 'a video chat began',
  video_chat_ended: 'a video chat ended',
  video_chat_participants_invited: 'people were invited to a video chat',
  giveaway_created: 'a giveaway was made',
  giveaway_completed: 'a giveaway ended',
  direct_message_price_changed: 'the price of messages has changed',
  paid_message_price_changed: 'the price of messages has changed',
  managed_bot_created: 'a bot was made',
}

/** Members of a message that tell nothing of what it is. */
const AROUND: ReadonlySet<string> = new Set([
  ...['message_id', 'message_thread_id', 'from', 'sender_chat', 'sender_boost_count', 'sender_business_bot'],
  ...['sender_tag', 'date', 'guest_query_id', 'guest_bot_caller_user', 'guest_bot_caller_chat'],
  ...['business_connection_id', 'chat', 'forward_origin', 'is_topic_message', 'is_automatic_forward'],
  ...['reply_to_message', 'external_reply', 'quote', 'reply_to_story', 'via_bot', 'edit_date'],
  ...['has_protected_content', 'is_from_offline', 'is_paid_post', 'media_group_id', 'author_signature'],
  ...['paid_star_count', 'link_preview_options', 'suggested_post_info', 'effect_id', 'reply_markup'],
  ...['show_caption_above_media', 'has_media_spoiler', 'direct_messages_topic', 'reply_to_checklist_task_id'],
])

/** What a message is that has neither text, file nor place; `shown` where a customer meant to tell something by it. */
export function unsupportedKindOf(message: Json): { readonly what: string; readonly shown: boolean } {
  const keys = Object.keys(message)
  const sent = keys.find((key) => Object.hasOwn(SENT, key))
  if (sent) return { what: SENT[sent]?.(objectIn(message, sent) ?? {}) ?? sent, shown: true }
  const said = keys.find((key) => Object.hasOwn(SAID_BY_PLATFORM, key))
  if (said) return { what: SAID_BY_PLATFORM[said] ?? said, shown: false }
  const unknown = keys.find((key) => !AROUND.has(key))
  return unknown === undefined
    ? { what: 'a message without content', shown: true }
    : { what: `a message of a kind not known here (${short(unknown).replaceAll('_', ' ')})`, shown: true }
}

const short = (text: string): string => (text.length > 200 ? `${text.slice(0, 200).trimEnd()}…` : text)
