import type { Connection } from 'mongoose'
import type { ChannelId, ConversationId } from '../domain/ids.ts'
import type { LetterAddress, LetterParticipants } from '../domain/letter.ts'
import type { MessageDocument } from './message-document.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

/** A letter that others name. */
export interface KnownLetter {
  readonly letterId: string
  readonly conversationId: ConversationId
}

/** Of a long conversation, whom the newest so many letters name. */
const NEWEST = 200

export type LetterThreadStore = ReturnType<typeof createLetterThreadStore>

/** What letters know of each other. */
export function createLetterThreadStore(connection: Connection) {
  const messages = nativeCollection<MessageDocument>(connection, 'messages')
  const projection = { conversationId: 1, letterId: 1, externalId: 1 } as const

  return {
    /** Which of the letters were recorded on a channel, whoever wrote them. */
    async find(channelId: ChannelId, letterIds: readonly string[]): Promise<KnownLetter[]> {
      if (letterIds.length === 0) return []
      const channel = toObjectId(channelId)
      const [inbound, outbound] = await Promise.all([
        messages.find({ channelId: channel, letterId: { $in: [...letterIds] } }, { projection }).toArray(),
        messages
          .find(
            { channelId: channel, externalId: { $in: [...letterIds] }, direction: 'outbound' },
            { projection },
          )
          .toArray(),
      ])
      return [
        ...inbound.map((one) => ({ ...one, letterId: one.letterId ?? '' })),
        ...outbound.map((one) => ({ ...one, letterId: one.externalId ?? '' })),
      ].map(({ letterId, conversationId }) => ({
        letterId,
        conversationId: conversationId.toHexString() as ConversationId,
      }))
    },

    /**
     * Whom the letters of a conversation name, those of strangers too, and whose letters they pass on; nobody who got
     * one unseen. The newest letter's first.
     */
    async named(conversationId: ConversationId): Promise<LetterAddress[]> {
      const found = await messages
        .find(
          { conversationId: toObjectId(conversationId), letter: { $exists: true } },
          {
            projection: {
              'letter.from': 1,
              'letter.replyTo': 1,
              'letter.to': 1,
              'letter.cc': 1,
              'letter.forwardedFrom': 1,
            },
          },
        )
        .sort({ order: -1, _id: -1 })
        .limit(NEWEST)
        .toArray()
      return found.flatMap(({ letter }) =>
        letter
          ? [
              letter.from,
              ...letter.replyTo,
              ...letter.to,
              ...letter.cc,
              ...(letter.forwardedFrom ? [letter.forwardedFrom] : []),
            ]
          : [],
      )
    },

    /** Whom the letters of a conversation name; those of strangers name nobody. */
    async participants(conversationId: ConversationId): Promise<LetterParticipants[]> {
      const found = await messages
        .find(
          {
            conversationId: toObjectId(conversationId),
            letter: { $exists: true },
            'letter.stranger': { $ne: true },
          },
          {
            projection: {
              'letter.from': 1,
              'letter.replyTo': 1,
              'letter.to': 1,
              'letter.cc': 1,
              'letter.bcc': 1,
            },
          },
        )
        .sort({ order: -1, _id: -1 })
        .limit(NEWEST)
        .toArray()
      return found.flatMap(({ letter }) => letter ?? [])
    },
  }
}
