/** Where a message stands for the Bot API. */
export interface MessagePlace {
  readonly chatId: string
  readonly messageId: number
}

const NAME = /^(\d{1,20}):(-?\d{1,20}):(\d{1,20})$/

/**
 * The external id of a message. In private chats each bot counts for itself and the chat is the customer, so a channel
 * that goes over to another bot meets the same chats and numbers again: only with the bot are they one message's.
 */
export const nameOfMessage = (botId: string, chatId: string, messageId: string | number): string =>
  `${botId}:${chatId}:${messageId}`

/** Takes a name apart; undefined for another bot's message and for what names something else, such as a button. */
export function placeIn(externalId: string, botId: string): MessagePlace | undefined {
  const [, of, chatId, messageId] = NAME.exec(externalId) ?? []
  return chatId === undefined || of !== botId ? undefined : { chatId, messageId: Number(messageId) }
}
