import type { ChannelId, MessageId } from '../domain/ids.ts'
import { DELETED_PREVIEW } from '../domain/message.ts'
import type { MessageView } from '../domain/views.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { wordsOf } from './message-words.ts'
import { presentMessage } from './present.ts'

/** Who may have named what they answer. */
export interface RepliesDeps {
  readonly messages: Pick<MessageStore, 'findNamed'>
}

/** What messages answer, by their own ids. */
export type Replies = ReadonlyMap<MessageId, NonNullable<MessageView['replyTo']>>

const NONE: Replies = new Map()

/**
 * Looks up what messages answer, all of a channel in one question, and none at all where nothing answers anything. It
 * is read as it stands: what was deleted since shows nothing, and what came after its answer is found.
 */
export async function findReplies(
  all: readonly StoredMessage[],
  { messages }: RepliesDeps,
): Promise<Replies> {
  const answering = all.filter(({ replyToExternalId, letter }) => replyToExternalId !== undefined && !letter)
  if (answering.length === 0) return NONE
  const named = new Map<ChannelId, Set<string>>()
  for (const { channelId, replyToExternalId = '' } of answering) {
    const known = named.get(channelId)
    if (known) known.add(replyToExternalId)
    else named.set(channelId, new Set([replyToExternalId]))
  }
  const found = new Map<string, StoredMessage>()
  for (const [channelId, ids] of named) {
    for (const message of await messages.findNamed(channelId, [...ids])) {
      for (const id of [message.externalId, ...(message.partIds ?? [])])
        if (id !== undefined) found.set(`${channelId}:${id}`, message)
    }
  }
  const replies = new Map<MessageId, NonNullable<MessageView['replyTo']>>()
  for (const { id, channelId, replyToExternalId } of answering) {
    const answered = found.get(`${channelId}:${replyToExternalId}`)
    if (answered && answered.id !== id) replies.set(id, replyOf(answered))
  }
  return replies
}

function replyOf(answered: StoredMessage): NonNullable<MessageView['replyTo']> {
  return {
    id: answered.id,
    authorName: answered.author.name,
    preview: answered.deletedAtMs === undefined ? wordsOf(answered) : DELETED_PREVIEW,
  }
}

/** Messages as interfaces show them, with what they answer. */
export async function presentMessages(
  messages: readonly StoredMessage[],
  deps: RepliesDeps,
): Promise<readonly MessageView[]> {
  const replies = await findReplies(messages, deps)
  return messages.map((message) => presentMessage(message, replies.get(message.id)))
}

/** One message as interfaces show it, with what it answers. */
export async function presentOne(message: StoredMessage, deps: RepliesDeps): Promise<MessageView> {
  const replies = await findReplies([message], deps)
  return presentMessage(message, replies.get(message.id))
}
