import type { OutboundAttachment, OutboundMessage, SendReceipt } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { type Bot, openBot, type Upload } from './bot-api.ts'
import { refusalIn, toConnectorError } from './failures.ts'
import { nameOfMessage, placeIn } from './message-name.ts'
import { type HealthContext, noteSending } from './sending-health.ts'
import { botIdOf, type TelegramConfig } from './settings.ts'
import { addressOf, type ThreadPlace, threadPlaceIn } from './thread-place.ts'
import { inUploadTurn } from './upload-turns.ts'
import { writeHtml } from './write-html.ts'

/** A photo may have ten megabytes, anything fifty (Bot API, "Sending files"). */
export const MOST_PHOTO_BYTES = 10_000_000
export const MOST_UPLOAD_BYTES = 50_000_000

/** One message: a text, or a file with its caption. Throws ConnectorError only. */
export async function send(message: OutboundMessage, ctx: HealthContext): Promise<SendReceipt> {
  try {
    const [file, ...more] = message.attachments
    // Each file is a message of its own: `maxPerMessage` is 1.
    if (more.length > 0) throw tooManyFiles()
    const bot = await openBot(ctx)
    const place = threadPlaceIn(message.to.threadKey)
    const sent = file
      ? await inUploadTurn(ctx.channelId, ctx.signal, async () => {
          const upload = await uploadOf(file)
          return inTheRightChat(place, (there) => sendFile(bot, there, upload, message, ctx.config))
        })
      : await inTheRightChat(place, (there) => sendText(bot, there, message, ctx.config))
    noteSending(ctx)
    return { externalId: nameOfMessage(botIdOf(ctx.config), String(sent.chat.id), sent.message_id) }
  } catch (error) {
    const told = toConnectorError(error, ctx.config.botToken)
    noteSending(ctx, told)
    throw told
  }
}

interface Sent {
  readonly message_id: number
  readonly chat: { readonly id: number }
}

/** A group that became a supergroup refuses under its old number and names the new one: nothing was sent then. */
async function inTheRightChat<T>(place: ThreadPlace, act: (place: ThreadPlace) => Promise<T>): Promise<T> {
  try {
    return await act(place)
  } catch (error) {
    const movedTo = refusalIn(error)?.movedTo
    if (movedTo === undefined) throw error
    // Only supergroups have topics.
    return act({ chatId: String(movedTo) })
  }
}

/** A refusal in these words says that our formatting was not understood: the plain text still goes. */
const NOT_UNDERSTOOD = /can't parse entities/i

/** Text as Telegram takes it: HTML only where there is formatting. */
export function formatted<K extends 'text' | 'caption'>(
  key: K,
  { text, spans = [] }: Pick<OutboundMessage, 'text' | 'spans'>,
): Record<K, string> & { parse_mode?: 'HTML' } {
  const content = { [key]: spans.length > 0 ? writeHtml(text, spans) : text } as Record<K, string>
  return spans.length > 0 ? { ...content, parse_mode: 'HTML' } : content
}

/** Tries with formatting and, where that is not understood, without. */
export async function plainIfNeeded<T>(
  message: OutboundMessage,
  act: (message: OutboundMessage) => Promise<T>,
): Promise<T> {
  try {
    return await act(message)
  } catch (error) {
    if (!NOT_UNDERSTOOD.test(refusalIn(error)?.description ?? '')) throw error
    return act({ ...message, spans: [] })
  }
}

function answering(
  { replyToExternalId = '' }: OutboundMessage,
  { chatId }: ThreadPlace,
  config: TelegramConfig,
) {
  const answered = placeIn(replyToExternalId, botIdOf(config))
  if (answered?.chatId !== chatId) return {}
  // What it answers may be gone; the answer goes all the same.
  return { reply_parameters: { message_id: answered.messageId, allow_sending_without_reply: true } }
}

const sendText = (
  bot: Bot,
  place: ThreadPlace,
  message: OutboundMessage,
  config: TelegramConfig,
): Promise<Sent> =>
  plainIfNeeded(message, (shown) =>
    bot.callApi('sendMessage', {
      ...addressOf(place),
      ...formatted('text', shown),
      link_preview_options: { is_disabled: !config.linkPreviews },
      ...answering(message, place, config),
    }),
  )

type FileMethod = 'sendPhoto' | 'sendAnimation' | 'sendVideo' | 'sendAudio' | 'sendVoice' | 'sendDocument'

const METHODS: readonly { readonly types: RegExp; readonly method: FileMethod; readonly key: string }[] = [
  { types: /^image\/(?:jpeg|png|webp)$/, method: 'sendPhoto', key: 'photo' },
  { types: /^image\/gif$/, method: 'sendAnimation', key: 'animation' },
  { types: /^video\/mp4$/, method: 'sendVideo', key: 'video' },
  { types: /^audio\/(?:mpeg|mp4)$/, method: 'sendAudio', key: 'audio' },
  { types: /^audio\/ogg$/, method: 'sendVoice', key: 'voice' },
]
const AS_FILE = { method: 'sendDocument', key: 'document' } as const

function wayOf({ contentType, source }: Upload): { readonly method: FileMethod; readonly key: string } {
  const found = METHODS.find(({ types }) => types.test(contentType)) ?? AS_FILE
  return found.method === 'sendPhoto' && source.byteLength > MOST_PHOTO_BYTES ? AS_FILE : found
}

/** Refusals that say it cannot be shown as what it is; as a file it can go. */
const NOT_SHOWN =
  /PHOTO_|IMAGE_PROCESS_FAILED|VIDEO_|VOICE_|wrong type of the web page content|failed to get HTTP/i

async function sendFile(
  bot: Bot,
  place: ThreadPlace,
  file: Upload,
  message: OutboundMessage,
  config: TelegramConfig,
): Promise<Sent> {
  const by = ({ method, key }: { readonly method: FileMethod; readonly key: string }): Promise<Sent> =>
    plainIfNeeded(
      message,
      (shown) =>
        // The library types one method at a time; the form is the same for all of them.
        (bot.callApi as (method: string, payload: object) => Promise<unknown>).call(bot, method, {
          ...addressOf(place),
          [key]: file,
          ...(message.text === '' ? {} : formatted('caption', shown)),
          ...answering(message, place, config),
        }) as Promise<Sent>,
    )
  const way = wayOf(file)
  try {
    return await by(way)
  } catch (error) {
    const { code, description = '' } = refusalIn(error) ?? {}
    if (way.method === 'sendDocument' || code !== 400 || !NOT_SHOWN.test(description)) throw error
    return by(AS_FILE)
  }
}

/** Read whole before the first byte leaves: what cannot be read was surely not sent. */
async function uploadOf({ name, contentType, open }: OutboundAttachment): Promise<Upload> {
  try {
    const chunks: Buffer[] = []
    for await (const chunk of await open()) chunks.push(Buffer.from(chunk as Uint8Array))
    return { source: Buffer.concat(chunks), filename: name, contentType }
  } catch (error) {
    if (error instanceof ConnectorError) throw error
    throw new ConnectorError(
      {
        code: 'content-unreadable',
        detail: 'The file could not be read here; it is tried again.',
        retry: 'later',
        delivery: 'not-sent',
      },
      { cause: error },
    )
  }
}

const tooManyFiles = (): ConnectorError =>
  new ConnectorError({
    code: 'too-many-attachments',
    detail: 'Each file goes as a message of its own.',
    retry: 'never',
    delivery: 'not-sent',
  })
