/** The methods of the Bot API that bots of this kind call, with the refusals of the real server. */
import { badRequest, type Parameters, Refused } from './bot-answer.ts'
import { type AboutMessage, type ChatMessage, type Chats, shownFile, type User } from './chats.ts'
import type { createFloodControl } from './flood-control.ts'
import { type Entity, HtmlError, readHtml, trimmed } from './read-html.ts'
import type { UpdateQueue } from './update-queue.ts'

/** Something that the bot did in a chat. */
export interface SeenEvent {
  readonly kind: 'message' | 'edit' | 'deletion' | 'typing'
  readonly chatId: number
  readonly topicId?: number
  /** As it stands now, not as it stood then. */
  readonly message?: ChatMessage
  /** The text that it had from then on. */
  readonly text?: string
}

export interface MethodDeps {
  readonly bot: User
  readonly chats: Chats
  readonly queue: UpdateQueue
  readonly flood: ReturnType<typeof createFloodControl>
  /** Callback queries that wait for an answer. */
  readonly buttons: Set<string>
  /** What the bot's customers see happen, in order. */
  readonly log: SeenEvent[]
  readonly now: () => number
}

const MOST_TEXT = 4_096
const MOST_CAPTION = 1_024
const MOST_PHOTO_BYTES = 10 * 2 ** 20
const MOST_UPLOAD_BYTES = 50 * 2 ** 20
const MOST_DOWNLOAD_BYTES = 20 * 2 ** 20
const DELETABLE_MS = 48 * 3_600_000

type Method = (parameters: Parameters) => unknown

/** Every method by its name. */
export function createMethods(deps: MethodDeps): Readonly<Record<string, Method>> {
  const { bot, chats, queue, flood, buttons, log, now } = deps
  let albums = 0

  const chatIdIn = (parameters: Parameters): number => {
    const chatId = parameters.number('chat_id')
    if (chatId === undefined) throw badRequest('chat_id is empty')
    return chatId
  }

  const put = (chatId: number, content: Record<string, unknown>, about: AboutMessage): ChatMessage => {
    const message = chats.add(chatId, undefined, content, about)
    log.push({ kind: 'message', chatId, message, text: message.text })
    return message
  }

  const writable = (parameters: Parameters): number => {
    const chatId = chatIdIn(parameters)
    chats.requireOpen(chatId)
    chats.requireTopic(chatId, topicIn(parameters).topicId)
    flood.pass(chatId)
    return chatId
  }

  const topicIn = (parameters: Parameters): { readonly topicId?: number } => {
    const topicId = parameters.number('message_thread_id')
    return topicId === undefined ? {} : { topicId }
  }

  const repliedIn = (parameters: Parameters, chatId: number): number | undefined => {
    const reply = parameters.object<{ message_id: number; allow_sending_without_reply?: boolean }>(
      'reply_parameters',
    )
    if (!reply) return undefined
    if (chats.find(chatId, reply.message_id)) return reply.message_id
    if (reply.allow_sending_without_reply === true) return undefined
    throw badRequest('message to be replied not found')
  }

  const sendText: Method = (parameters) => {
    const chatId = writable(parameters)
    const { text, entities } = textIn(parameters, 'text', 'entities')
    if (text === '') throw badRequest('message text is empty')
    if (text.length > MOST_TEXT) throw badRequest('message is too long')
    const replyTo = repliedIn(parameters, chatId)
    const markup = parameters.object<object>('reply_markup')
    const message = put(
      chatId,
      { text, ...(entities.length > 0 ? { entities } : {}), ...(markup ? { reply_markup: markup } : {}) },
      {
        method: 'sendMessage',
        text,
        entities,
        ...topicIn(parameters),
        ...(replyTo === undefined ? {} : { replyTo }),
      },
    )
    return message.wire
  }

  const captionIn = (parameters: Parameters) => {
    const { text, entities } = textIn(parameters, 'caption', 'caption_entities')
    if (text.length > MOST_CAPTION) throw badRequest('message caption is too long')
    return {
      text,
      entities,
      shown: {
        ...(text === '' ? {} : { caption: text }),
        ...(entities.length > 0 ? { caption_entities: entities } : {}),
      },
    }
  }

  const sendFile =
    (method: string, key: string): Method =>
    (parameters) => {
      const chatId = writable(parameters)
      const given = parameters.file(key)
      const known = chats.files.get(parameters.text(key))
      if (!given && !known) throw badRequest(`there is no ${key} in the request`)
      const size = given?.bytes.byteLength ?? 0
      if (size > MOST_UPLOAD_BYTES) throw new Refused(413, 'Request Entity Too Large')
      if (given && size === 0) throw badRequest('file must be non-empty')
      if (key === 'photo' && size > MOST_PHOTO_BYTES) throw badRequest('file is too big')
      if (key === 'photo' && given && !isPicture(given.bytes)) throw badRequest('IMAGE_PROCESS_FAILED')
      const { text, entities, shown } = captionIn(parameters)
      const replyTo = repliedIn(parameters, chatId)
      const file = given ? chats.keepFile(given) : known
      if (!file) throw badRequest('wrong file identifier')
      const message = put(
        chatId,
        { ...shownFile(key, file), ...shown },
        {
          method,
          text,
          entities,
          file,
          ...topicIn(parameters),
          ...(replyTo === undefined ? {} : { replyTo }),
        },
      )
      return message.wire
    }

  const sendMediaGroup: Method = (parameters) => {
    const chatId = writable(parameters)
    const media = parameters.object<{ type: string; media: string; caption?: string }[]>('media') ?? []
    if (media.length < 2 || media.length > 10) throw badRequest('wrong number of items in the media group')
    const kinds = new Set(media.map(({ type }) => (type === 'video' ? 'photo' : type)))
    if (kinds.size > 1) throw badRequest('media of these types cannot be grouped')
    albums += 1
    return media.map(({ type, media: name, caption = '' }) => {
      const given = parameters.file(name.replace(/^attach:\/\//, ''))
      if (!given) throw badRequest('wrong file identifier')
      const file = chats.keepFile(given)
      const content = { ...shownFile(type, file), ...(caption === '' ? {} : { caption }) }
      const about = { method: 'sendMediaGroup', text: caption, file, album: `bot-${albums}` }
      return put(chatId, content, about).wire
    })
  }

  const ownMessage = (parameters: Parameters, what: string): ChatMessage => {
    const message = chats.find(chatIdIn(parameters), parameters.number('message_id'))
    if (!message) throw badRequest(`message to ${what} not found`)
    if (!message.byBot) throw badRequest(`message can't be ${what === 'edit' ? 'edited' : 'deleted'}`)
    return message
  }

  const edit = (message: ChatMessage, text: string, entities: readonly Entity[], key: 'text' | 'caption') => {
    if (message.text === text && JSON.stringify(message.entities) === JSON.stringify(entities)) {
      throw badRequest(
        'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      )
    }
    message.text = text
    message.entities = entities
    message.edits += 1
    log.push({ kind: 'edit', chatId: message.chatId, message, text })
    message.wire = { ...message.wire, [key]: text, edit_date: Math.floor(now() / 1_000) }
    return message.wire
  }

  return {
    getMe: () => ({
      ...bot,
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
    }),
    setWebhook: (parameters) => {
      const url = parameters.text('url')
      const drop = parameters.text('drop_pending_updates') === 'true'
      const allowed = parameters.object<string[]>('allowed_updates')
      if (url === '') queue.deleteWebhook(drop)
      else queue.setWebhook({ url, secret: parameters.text('secret_token'), allowed }, drop)
      return true
    },
    deleteWebhook: (parameters) => {
      queue.deleteWebhook(parameters.text('drop_pending_updates') === 'true')
      return true
    },
    getWebhookInfo: () => ({
      url: queue.webhook?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: queue.pending.length,
      ...(queue.lastError
        ? { last_error_date: queue.lastError.at, last_error_message: queue.lastError.words }
        : {}),
      ...(queue.webhook?.allowed ? { allowed_updates: queue.webhook.allowed } : {}),
    }),
    getUpdates: (parameters) =>
      queue.getUpdates({
        offset: parameters.number('offset'),
        limit: parameters.number('limit') ?? 100,
        timeoutMs: (parameters.number('timeout') ?? 0) * 1_000,
        allowed: parameters.object<string[]>('allowed_updates'),
      }),
    sendMessage: sendText,
    sendPhoto: sendFile('sendPhoto', 'photo'),
    sendDocument: sendFile('sendDocument', 'document'),
    sendVideo: sendFile('sendVideo', 'video'),
    sendAnimation: sendFile('sendAnimation', 'animation'),
    sendAudio: sendFile('sendAudio', 'audio'),
    sendVoice: sendFile('sendVoice', 'voice'),
    sendVideoNote: sendFile('sendVideoNote', 'video_note'),
    sendSticker: sendFile('sendSticker', 'sticker'),
    sendMediaGroup,
    editMessageText: (parameters) => {
      const message = ownMessage(parameters, 'edit')
      if (message.file) throw badRequest('there is no text in the message to edit')
      const { text, entities } = textIn(parameters, 'text', 'entities')
      if (text === '') throw badRequest('message text is empty')
      if (text.length > MOST_TEXT) throw badRequest('message is too long')
      return edit(message, text, entities, 'text')
    },
    editMessageCaption: (parameters) => {
      const message = ownMessage(parameters, 'edit')
      if (!message.file) throw badRequest('there is no caption in the message to edit')
      const { text, entities } = captionIn(parameters)
      return edit(message, text, entities, 'caption')
    },
    deleteMessage: (parameters) => {
      const message = chats.find(chatIdIn(parameters), parameters.number('message_id'))
      if (!message) throw badRequest('message to delete not found')
      if (now() - message.atMs > DELETABLE_MS) throw badRequest("message can't be deleted")
      message.deleted = true
      log.push({ kind: 'deletion', chatId: message.chatId, message })
      return true
    },
    sendChatAction: (parameters) => {
      const chatId = chatIdIn(parameters)
      chats.requireOpen(chatId)
      chats.requireTopic(chatId, topicIn(parameters).topicId)
      log.push({ kind: 'typing', chatId, ...topicIn(parameters) })
      return true
    },
    getFile: (parameters) => {
      const file = chats.files.get(parameters.text('file_id'))
      if (!file) throw badRequest('invalid file_id')
      if (file.sizeBytes > MOST_DOWNLOAD_BYTES) throw badRequest('file is too big')
      return {
        file_id: file.id,
        file_unique_id: `u-${file.id}`,
        file_size: file.sizeBytes,
        file_path: file.path,
      }
    },
    answerCallbackQuery: (parameters) => {
      if (!buttons.delete(parameters.text('callback_query_id'))) {
        throw badRequest('query is too old and response timeout expired or query ID is invalid')
      }
      return true
    },
    getChat: (parameters) => chats.chat(chatIdIn(parameters)),
  }
}

/** The text of a call with its formatting read, as the real server does. */
function textIn(
  parameters: Parameters,
  key: string,
  entitiesKey: string,
): { readonly text: string; readonly entities: readonly Entity[] } {
  const mode = parameters.text('parse_mode')
  const given = parameters.text(key)
  if (mode === '') return trimmed(given, parameters.object<Entity[]>(entitiesKey) ?? [])
  if (mode.toLowerCase() !== 'html') throw badRequest('unsupported parse_mode')
  try {
    return readHtml(given)
  } catch (error) {
    throw error instanceof HtmlError ? badRequest(error.message) : error
  }
}

/** By its first bytes: JPEG, PNG or WebP. */
const isPicture = (bytes: Buffer): boolean =>
  ['ffd8ff', '89504e47', '52494646'].some((start) => bytes.toString('hex', 0, 8).startsWith(start))
