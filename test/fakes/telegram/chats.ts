/** People, groups and the messages in their chats, as the bot's server keeps them. */
import { badRequest, type GivenFile, Refused } from './bot-answer.ts'
import type { Entity } from './read-html.ts'

export interface User {
  readonly id: number
  readonly is_bot: boolean
  readonly first_name: string
  readonly last_name?: string
  readonly username?: string
  readonly language_code?: string
}

export interface Chat {
  readonly id: number
  readonly type: 'private' | 'group' | 'supergroup'
  readonly title?: string
  readonly first_name?: string
  readonly last_name?: string
  readonly username?: string
}

/** A file that the server keeps. */
export interface KeptFile extends GivenFile {
  readonly id: string
  readonly path: string
  /** What the server says, which may be more than there is. */
  readonly sizeBytes: number
}

/** A message as it stands in a chat. */
export interface ChatMessage {
  readonly messageId: number
  readonly chatId: number
  readonly byBot: boolean
  /** The call that sent it; `customer` for what people wrote. */
  readonly method: string
  text: string
  entities: readonly Entity[]
  /** Milliseconds since the epoch. */
  readonly atMs: number
  readonly file?: KeptFile
  readonly replyTo?: number
  readonly album?: string
  /** The topic that it stands in. */
  readonly topicId?: number
  edits: number
  deleted: boolean
  /** As the Bot API shows it. */
  wire: Record<string, unknown>
}

/** What is known of a message beside what the Bot API shows. */
export type AboutMessage = Partial<
  Pick<ChatMessage, 'method' | 'file' | 'replyTo' | 'album' | 'topicId' | 'text' | 'entities'>
>

interface Place {
  readonly chat: Chat
  blocked: boolean
  movedTo?: number
  readonly messages: ChatMessage[]
  /** By their numbers, which are those of the messages that opened them. */
  readonly topics: Map<number, 'open' | 'closed'>
}

export type Chats = ReturnType<typeof createChats>

export function createChats(bot: User) {
  const chats = new Map<number, Place>()
  const files = new Map<string, KeptFile>()
  let nextFile = 1

  const keepFile = (given: GivenFile, sizeBytes = given.bytes.byteLength): KeptFile => {
    const id = `file-${nextFile}`
    const file = { ...given, id, path: `documents/${id}-${given.name.replace(/[^\w.-]/g, '_')}`, sizeBytes }
    nextFile += 1
    files.set(id, file)
    return file
  }

  const place = (chatId: number) => {
    const found = chats.get(chatId)
    if (!found) throw badRequest('chat not found')
    return found
  }

  return {
    files,
    keepFile,
    open(chat: Chat): void {
      chats.set(chat.id, { chat, blocked: false, messages: [], topics: new Map() })
    },
    chat: (id: number): Chat => place(id).chat,
    messages: (id: number): readonly ChatMessage[] => chats.get(id)?.messages ?? [],
    all: (): readonly ChatMessage[] => [...chats.values()].flatMap(({ messages }) => messages),
    block(id: number, blocked: boolean): void {
      place(id).blocked = blocked
    },
    move(from: number, to: number): void {
      const old = place(from)
      old.movedTo = to
      chats.set(to, {
        chat: { ...old.chat, id: to, type: 'supergroup' },
        blocked: false,
        messages: [],
        topics: new Map(),
      })
    },
    /** @throws Refused as the server does where the bot may not write */
    requireOpen(id: number): void {
      const { chat, blocked, movedTo } = place(id)
      if (movedTo !== undefined) {
        throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: movedTo })
      }
      if (blocked && chat.type === 'private') throw new Refused(403, 'Forbidden: bot was blocked by the user')
      if (blocked) throw new Refused(403, 'Forbidden: bot was kicked from the group chat')
    },
    setTopic(chatId: number, topicId: number, state: 'open' | 'closed'): void {
      place(chatId).topics.set(topicId, state)
    },
    /** @throws Refused as the server does where there is no such topic, or nobody may write in it */
    requireTopic(chatId: number, topicId: number | undefined): void {
      if (topicId === undefined) return
      const state = place(chatId).topics.get(topicId)
      if (state === undefined) throw badRequest('message thread not found')
      if (state === 'closed') throw badRequest('TOPIC_CLOSED')
    },
    find(chatId: number, messageId: number | undefined): ChatMessage | undefined {
      return place(chatId).messages.find((one) => one.messageId === messageId && !one.deleted)
    },
    /** Puts a message into a chat. @param content what stands in it beside chat, date and sender */
    add(
      chatId: number,
      from: User | undefined,
      content: Record<string, unknown>,
      about: AboutMessage = {},
    ): ChatMessage {
      const { chat, messages } = place(chatId)
      const messageId = messages.length + 1
      const atMs = Date.now()
      const replied =
        about.replyTo === undefined ? undefined : messages.find((one) => one.messageId === about.replyTo)
      const wire = {
        message_id: messageId,
        from: from ?? bot,
        chat,
        date: Math.floor(atMs / 1_000),
        ...(replied ? { reply_to_message: { ...replied.wire, reply_to_message: undefined } } : {}),
        ...(about.album === undefined ? {} : { media_group_id: about.album }),
        ...(about.topicId === undefined ? {} : { message_thread_id: about.topicId, is_topic_message: true }),
        ...content,
      }
      const message: ChatMessage = {
        messageId,
        chatId,
        byBot: from === undefined,
        method: 'customer',
        text: '',
        entities: [],
        ...about,
        atMs,
        edits: 0,
        deleted: false,
        wire,
      }
      messages.push(message)
      return message
    },
  }
}

/** A file as the Bot API shows it, by the member that it stands in. */
export function shownFile(key: string, file: KeptFile): Record<string, unknown> {
  const plain = {
    file_id: file.id,
    file_unique_id: `u-${file.id}`,
    file_size: file.sizeBytes,
    file_name: file.name,
    mime_type: file.contentType,
  }
  const { file_name: _name, mime_type: _type, ...bare } = plain
  switch (key) {
    case 'photo':
      return {
        photo: [
          {
            ...bare,
            file_id: `${file.id}`,
            file_size: Math.ceil(file.sizeBytes / 10),
            width: 90,
            height: 60,
          },
          { ...bare, width: 900, height: 600 },
        ],
      }
    case 'voice':
      return { voice: { ...bare, mime_type: file.contentType, duration: 3 } }
    case 'video_note':
      return { video_note: { ...bare, duration: 3, length: 240 } }
    case 'video':
    case 'animation':
      return { [key]: { ...plain, duration: 3, width: 640, height: 360 } }
    case 'audio':
      return { audio: { ...plain, duration: 3 } }
    case 'sticker':
      return {
        sticker: {
          ...bare,
          type: 'regular',
          width: 512,
          height: 512,
          is_animated: false,
          is_video: false,
          emoji: '👍',
        },
      }
    default:
      return { document: plain }
  }
}
