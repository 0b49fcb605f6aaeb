import type { ChannelId, ConversationId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { ArrivedMessage } from './parse-entries.ts'
import type { FindSender } from './resolve-senders.ts'

/** The conversations of a batch, by thread, and which of them it opened. */
export interface ResolvedConversations {
  readonly of: (message: Pick<ArrivedMessage, 'channel' | 'threadKey'>) => StoredConversation
  readonly created: ReadonlySet<ConversationId>
}

const keyOf = (channelId: ChannelId, threadKey: string): string => `${channelId}:${threadKey}`

/** Finds the current conversation of each message's thread, and opens those that are missing. */
export async function resolveConversations(
  messages: readonly ArrivedMessage[],
  findSender: FindSender,
  deps: { readonly conversations: ConversationStore },
): Promise<ResolvedConversations> {
  const firsts = new Map<string, ArrivedMessage>()
  for (const message of messages) {
    const key = keyOf(message.channel.id, message.threadKey)
    if (!firsts.has(key)) firsts.set(key, message)
  }
  const found = await findCurrent([...firsts.values()], deps.conversations)
  const missing = [...firsts].filter(([key]) => !found.has(key)).map(([, message]) => message)
  const created = new Set<ConversationId>()
  if (missing.length > 0) {
    const wanted = missing.map((message) => openedBy(message, findSender))
    await deps.conversations.createMissing(wanted)
    const ours = new Set(wanted.map(({ id }) => id))
    for (const [key, conversation] of await findCurrent(missing, deps.conversations)) {
      found.set(key, conversation)
      if (ours.has(conversation.id)) created.add(conversation.id)
    }
  }
  return {
    created,
    of: ({ channel, threadKey }) => {
      const conversation = found.get(keyOf(channel.id, threadKey))
      if (!conversation) throw new Error('a conversation was not resolved')
      return conversation
    },
  }
}

async function findCurrent(
  messages: readonly ArrivedMessage[],
  conversations: ConversationStore,
): Promise<Map<string, StoredConversation>> {
  const byChannel = new Map<ChannelId, Set<string>>()
  for (const { channel, threadKey } of messages) {
    const known = byChannel.get(channel.id)
    if (known) known.add(threadKey)
    else byChannel.set(channel.id, new Set([threadKey]))
  }
  const found = await Promise.all(
    [...byChannel].map(([channelId, threadKeys]) => conversations.findCurrent(channelId, [...threadKeys])),
  )
  return new Map(
    found.flat().map((conversation) => [keyOf(conversation.channelId, conversation.threadKey), conversation]),
  )
}

function openedBy(message: ArrivedMessage, findSender: FindSender): StoredConversation {
  const { channel, threadKey, receivedAtMs } = message
  const { identity, contact } = findSender(message)
  return {
    id: derivedId(receivedAtMs, 'conversation', channel.id, threadKey) as ConversationId,
    channelId: channel.id,
    threadKey,
    identityId: identity.id,
    identityExternalId: identity.externalId,
    contactId: contact.id,
    contactName: contact.name,
    status: 'open',
    workType: channel.capabilities.workType,
    priority: 'normal',
    tags: [],
    ...(message.subject === undefined ? {} : { subject: message.subject }),
    unreadCount: 0,
    readOrder: 0,
    lastInboundOrder: 0,
    lastActivityAtMs: receivedAtMs,
    createdAtMs: receivedAtMs,
    routing: { status: 'pending', sinceMs: receivedAtMs },
    version: 1,
  }
}
