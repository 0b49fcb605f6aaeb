import { idIn, type Json } from './wire.ts'

/** Where a conversation is held: a chat, or one topic of it. */
export interface ThreadPlace {
  readonly chatId: string
  /** Of chats with topics; what stands outside of any has none. */
  readonly topicId?: number
}

const TOPIC = /^(-?\d{1,20}):(\d{1,16})$/

/**
 * The conversation that a message belongs to: its topic's where it stands in one, else its chat's. A number of a thread
 * alone says nothing: answers in a group without topics have one, too (Bot API, Message).
 */
export function threadKeyOf(chatId: string, message: Json): string {
  const topicId = message['is_topic_message'] === true ? idIn(message, 'message_thread_id') : ''
  return topicId === '' ? chatId : `${chatId}:${topicId}`
}

/** Takes such a key apart. */
export function threadPlaceIn(threadKey: string): ThreadPlace {
  const [, chatId, topicId] = TOPIC.exec(threadKey) ?? []
  return chatId === undefined ? { chatId: threadKey } : { chatId, topicId: Number(topicId) }
}

/** A place as the methods that send want it. */
export const addressOf = ({ chatId, topicId }: ThreadPlace) => ({
  chat_id: chatId,
  ...(topicId === undefined ? {} : { message_thread_id: topicId }),
})
