/** People who write to the bot: what they do becomes updates. */
import type { GivenFile } from './bot-answer.ts'
import { type Chat, type ChatMessage, type Chats, shownFile, type User } from './chats.ts'
import type { Entity } from './read-html.ts'
import type { Update, UpdateQueue } from './update-queue.ts'

/** The smallest picture there is: one dot. */
export const DOT: Buffer = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** What a customer adds to something he writes. */
export interface Writing {
  readonly entities?: readonly Entity[]
  /** The number of the message that is answered. */
  readonly replyTo?: number
  /** In a group; in the private chat with the bot where left out. */
  readonly chatId?: number
  /** In this topic of the group. */
  readonly topicId?: number
}

/** What a file is beside its bytes. */
export interface Sending extends Writing {
  readonly caption?: string
  readonly name?: string
  readonly contentType?: string
  /** What the platform says of its size, for files that are too large to be made. */
  readonly sizeBytes?: number
}

export type Customer = ReturnType<typeof createCustomer>

export interface CustomerDeps {
  readonly chats: Chats
  readonly queue: UpdateQueue
  readonly buttons: Set<string>
  readonly bot: User
  readonly nextNumber: () => number
}

export function createCustomer(user: User, deps: CustomerDeps) {
  const { chats, queue, buttons, bot, nextNumber } = deps
  const privateChat: Chat = { type: 'private', ...nameOf(user), id: user.id }
  chats.open(privateChat)

  const tell = (message: ChatMessage, kind = 'message'): ChatMessage => {
    queue.add(kind, message.wire, String(message.chatId))
    return message
  }

  const writes = (
    content: Record<string, unknown>,
    { chatId = user.id, replyTo, topicId }: Writing,
    about: Parameters<Chats['add']>[3] = {},
  ): ChatMessage => {
    const more = {
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(topicId === undefined ? {} : { topicId }),
    }
    return tell(chats.add(chatId, user, content, { ...about, ...more }))
  }

  const sendsFile = (key: string, given: GivenFile, more: Sending = {}, album?: string): ChatMessage => {
    const { caption = '', entities = [], sizeBytes } = more
    const file = chats.keepFile(given, sizeBytes)
    return writes(
      {
        ...shownFile(key, file),
        ...(caption === ''
          ? {}
          : { caption, ...(entities.length > 0 ? { caption_entities: entities } : {}) }),
      },
      more,
      { text: caption, entities, file, ...(album === undefined ? {} : { album }) },
    )
  }

  const picture = ({ name = 'dot.png', contentType = 'image/png' }: Sending): GivenFile => ({
    bytes: DOT,
    name,
    contentType,
  })

  return {
    id: user.id,
    user,
    /** Everything in the private chat, both sides. */
    chat: (): readonly ChatMessage[] => chats.messages(user.id),
    /** What the bot wrote in the private chat and did not take back. */
    received: (): readonly ChatMessage[] =>
      chats.messages(user.id).filter(({ byBot, deleted }) => byBot && !deleted),
    says: (text: string, more: Writing = {}): ChatMessage => {
      const { entities = [] } = more
      return writes({ text, ...(entities.length > 0 ? { entities } : {}) }, more, { text, entities })
    },
    sendsPhoto: (bytes: Buffer = DOT, more: Sending = {}) =>
      sendsFile('photo', { ...picture(more), bytes }, more),
    sendsFile: (
      key: 'document' | 'voice' | 'audio' | 'video' | 'video_note' | 'animation' | 'sticker',
      bytes: Buffer,
      more: Sending = {},
    ) => {
      const { name = `${key}.bin`, contentType = 'application/octet-stream' } = more
      return sendsFile(key, { bytes, name, contentType }, more)
    },
    /** Pictures that belong together: as many updates, one number for all. */
    sendsAlbum(pictures: readonly Buffer[], more: Sending = {}): readonly ChatMessage[] {
      const album = String(13_000_000_000_000 + nextNumber())
      return pictures.map((bytes, index) =>
        sendsFile('photo', { ...picture(more), bytes }, index === 0 ? more : { ...more, caption: '' }, album),
      )
    },
    sendsLocation: (latitude: number, longitude: number, more: Writing = {}) =>
      writes({ location: { latitude, longitude } }, more),
    sharesContact: (
      phone: string,
      more: Writing & { readonly userId?: number; readonly name?: string } = {},
    ) =>
      writes(
        {
          contact: {
            phone_number: phone,
            first_name: more.name ?? user.first_name,
            ...(more.userId === undefined ? {} : { user_id: more.userId }),
          },
        },
        more,
      ),
    /** Anything else that a message may hold, such as a poll. */
    sends: (content: Record<string, unknown>, more: Writing = {}) => writes(content, more),
    edits(messageId: number, text: string, { entities = [], chatId = user.id }: Writing = {}): ChatMessage {
      const message = chats.find(chatId, messageId)
      if (!message) throw new Error(`there is no message ${messageId}`)
      const key = message.file ? 'caption' : 'text'
      message.text = text
      message.entities = entities
      message.edits += 1
      message.wire = {
        ...message.wire,
        [key]: text,
        [key === 'text' ? 'entities' : 'caption_entities']: entities,
        edit_date: Math.floor(Date.now() / 1_000),
      }
      return tell(message, 'edited_message')
    },
    /** Without an emoji he takes his reaction back. */
    reacts(messageId: number, emoji?: string, before?: string): Update | undefined {
      const listed = (one: string | undefined) => (one === undefined ? [] : [{ type: 'emoji', emoji: one }])
      return queue.add(
        'message_reaction',
        {
          chat: privateChat,
          message_id: messageId,
          user,
          date: Math.floor(Date.now() / 1_000),
          old_reaction: listed(before),
          new_reaction: listed(emoji),
        },
        String(user.id),
      )
    },
    presses(messageId: number, data: string): string {
      const id = String(4_000_000_000 + nextNumber())
      buttons.add(id)
      const message = chats.find(user.id, messageId)
      queue.add(
        'callback_query',
        { id, from: user, chat_instance: '1', data, ...(message ? { message: message.wire } : {}) },
        String(user.id),
      )
      return id
    },
    blocks: () => changesMembership('kicked'),
    unblocks: () => changesMembership('member'),
  }

  function changesMembership(status: 'kicked' | 'member'): void {
    chats.block(user.id, status === 'kicked')
    const member = (one: string) => ({
      user: bot,
      status: one,
      ...(one === 'kicked' ? { until_date: 0 } : {}),
    })
    queue.add(
      'my_chat_member',
      {
        chat: privateChat,
        from: user,
        date: Math.floor(Date.now() / 1_000),
        old_chat_member: member(status === 'kicked' ? 'member' : 'kicked'),
        new_chat_member: member(status),
      },
      String(user.id),
    )
  }
}

const nameOf = ({ first_name, last_name, username }: User) => ({
  first_name,
  ...(last_name === undefined ? {} : { last_name }),
  ...(username === undefined ? {} : { username }),
})
