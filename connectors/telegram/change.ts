import type { ConnectorContext, OutboundMessage } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { type Bot, type BotContext, openBot } from './bot-api.ts'
import { refusalIn, toConnectorError } from './failures.ts'
import { type MessagePlace, placeIn } from './message-name.ts'
import { formatted, plainIfNeeded } from './send.ts'
import { botIdOf, type TelegramConfig } from './settings.ts'
import { addressOf, threadPlaceIn } from './thread-place.ts'

type Context = ConnectorContext<TelegramConfig>

/** Calls, and says what went wrong as the contract wants it. */
async function called(ctx: BotContext, act: (bot: Bot) => Promise<unknown>): Promise<void> {
  try {
    await act(await openBot(ctx))
  } catch (error) {
    throw toConnectorError(error, ctx.config.botToken)
  }
}

/** Shown for five seconds, or until the next message. */
export const sendTyping = ({ threadKey }: OutboundMessage['to'], ctx: Context): Promise<void> =>
  called(ctx, (bot) =>
    bot.callApi('sendChatAction', { ...addressOf(threadPlaceIn(threadKey)), action: 'typing' }),
  )

/** Replaces the text of a message of ours, or what stands below its file. What says so already is well. */
export const editMessage = (externalId: string, message: OutboundMessage, ctx: Context): Promise<void> =>
  called(ctx, async (bot) => {
    const { chatId, messageId } = requirePlace(externalId, ctx)
    const place = { chat_id: chatId, message_id: messageId }
    const link_preview_options = { is_disabled: !ctx.config.linkPreviews }
    const asText = (shown: OutboundMessage): Promise<unknown> =>
      bot.callApi('editMessageText', { ...place, ...formatted('text', shown), link_preview_options })
    const asCaption = (shown: OutboundMessage): Promise<unknown> =>
      bot.callApi('editMessageCaption', { ...place, ...formatted('caption', shown) })
    try {
      await plainIfNeeded(message, message.attachments.length > 0 ? asCaption : asText)
    } catch (error) {
      const { description = '' } = refusalIn(error) ?? {}
      if (/message is not modified/i.test(description)) return
      // Whoever asks may not know of the file.
      if (!/there is no text in the message to edit/i.test(description)) throw error
      await plainIfNeeded(message, asCaption).catch((second: unknown) => {
        if (!/message is not modified/i.test(refusalIn(second)?.description ?? '')) throw second
      })
    }
  })

/** Takes a message of ours out of the chat. What is gone already is well. */
export const deleteMessage = (externalId: string, _to: OutboundMessage['to'], ctx: Context): Promise<void> =>
  called(ctx, async (bot) => {
    const { chatId, messageId } = requirePlace(externalId, ctx)
    try {
      await bot.callApi('deleteMessage', { chat_id: chatId, message_id: messageId })
    } catch (error) {
      if (!/message to delete not found/i.test(refusalIn(error)?.description ?? '')) throw error
    }
  })

/** Tells the platform that a pressed button was heard, so that it stops turning. */
export const answerButton = (callbackQueryId: string, ctx: BotContext): Promise<void> =>
  called(ctx, (bot) => bot.callApi('answerCallbackQuery', { callback_query_id: callbackQueryId }))

function requirePlace(externalId: string, { config }: Context): MessagePlace {
  const place = placeIn(externalId, botIdOf(config))
  if (place) return place
  throw new ConnectorError({
    code: 'message-gone',
    detail: 'This is no message of this bot.',
    retry: 'never',
    delivery: 'not-sent',
  })
}
