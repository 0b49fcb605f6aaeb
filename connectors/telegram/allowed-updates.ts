/**
 * What the platform is asked to tell; by itself it leaves reactions out. Business accounts, channel posts, payments and
 * inline questions are not asked for.
 */
export const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'message_reaction',
  'my_chat_member',
] as const
