import type { ChannelId, ConversationId } from '../domain/ids.ts'
import { previewOf } from '../domain/message.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { type ArrivedMessage, messageIdOf } from './parse-entries.ts'
import { type RenewDeps, retireOverdue } from './renew-conversations.ts'
import type { FindSender } from './resolve-senders.ts'

/** A conversation this batch opened, with everything its first messages do to it and what the router decided. */
export interface OpenedConversation {
  readonly conversation: StoredConversation
  /** What tells who got it, to be recorded behind the first messages. */
  readonly lines: readonly StoredMessage[]
}

/** The conversations of a batch, by thread, and which of them it opened. */
export interface ResolvedConversations {
  readonly of: (message: Pick<ArrivedMessage, 'channel' | 'threadKey'>) => StoredConversation
  readonly opened: ReadonlyMap<ConversationId, OpenedConversation>
  /** Tells the router which of the conversations became its own; may run beside what is done with them. */
  readonly close: () => Promise<void>
  /** Tells the customers who has their conversations, where the policy wants it; after their messages are recorded. */
  readonly greet: () => Promise<void>
}

/**
 * Lets the router decide on conversations before they exist: the insert with its owner in it is the claim.
 * A failing router leaves them as they are, for its sweep.
 */
export type RouteOpenings = (openings: readonly StoredConversation[]) => Promise<{
  readonly routed: readonly OpenedConversation[]
  /** To be called after the insert. These were opened by somebody else at the same moment: their decisions came to nothing. */
  readonly close: (lost: readonly ConversationId[]) => Promise<void>
  readonly greet: (opened: readonly StoredConversation[]) => Promise<void>
}>

export interface ResolveDeps extends RenewDeps {
  readonly conversations: ConversationStore
  readonly routeOpenings: RouteOpenings
  /** The two-letter code of a text's language; undefined when it cannot be told. */
  readonly detectLanguage: (text: string) => string | undefined
}

const keyOf = (channelId: ChannelId, threadKey: string): string => `${channelId}:${threadKey}`

/** Finds the current conversation of each message's thread, and opens those that are missing. */
export async function resolveConversations(
  messages: readonly ArrivedMessage[],
  findSender: FindSender,
  deps: ResolveDeps,
): Promise<ResolvedConversations> {
  const threads = new Map<string, ArrivedMessage[]>()
  for (const message of messages) {
    const key = keyOf(message.channel.id, message.threadKey)
    const known = threads.get(key)
    if (known) known.push(message)
    else threads.set(key, [message])
  }
  const found = await findCurrent(firstOfEach(threads.values()), deps.conversations)
  const previous = await retireOverdue(found, threads, deps)
  const missing = [...threads].filter(([key]) => !found.has(key)).map(([, thread]) => thread)
  const opened = new Map<ConversationId, OpenedConversation>()
  let close = async (): Promise<void> => undefined
  let greet = async (): Promise<void> => undefined
  if (missing.length > 0) {
    const openings = missing.map((thread) => openedBy(thread, findSender, previous, deps))
    const run = await deps.routeOpenings(openings)
    const { routed } = run
    const taken = await deps.conversations.createMissing(routed.map(({ conversation }) => conversation))
    const lost = routed.filter((_, position) => taken.has(position))
    close = () => run.close(lost.map(({ conversation }) => conversation.id))
    for (const [position, opening] of routed.entries()) {
      if (taken.has(position)) continue
      const { conversation } = opening
      found.set(keyOf(conversation.channelId, conversation.threadKey), conversation)
      opened.set(conversation.id, opening)
    }
    if (taken.size > 0) {
      const others = missing.filter((_, position) => taken.has(position))
      for (const [key, other] of await findCurrent(firstOfEach(others), deps.conversations))
        found.set(key, other)
    }
    greet = () => run.greet([...opened.values()].map(({ conversation }) => conversation))
  }
  return {
    opened,
    close,
    greet,
    of: ({ channel, threadKey }) => {
      const conversation = found.get(keyOf(channel.id, threadKey))
      if (!conversation) throw new Error('a conversation was not resolved')
      return conversation
    },
  }
}

function firstOfEach(threads: Iterable<readonly ArrivedMessage[]>): readonly ArrivedMessage[] {
  return [...threads].flatMap(([first]) => (first ? [first] : []))
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

function openedBy(
  thread: readonly ArrivedMessage[],
  findSender: FindSender,
  previous: ReadonlyMap<string, ConversationId>,
  { detectLanguage }: ResolveDeps,
): StoredConversation {
  // Of a message that came twice, the first is the one that is recorded.
  const seen = new Set<string>()
  const messages = thread.filter(({ externalId }) => seen.size < seen.add(externalId).size)
  const [first] = messages
  const last = messages.at(-1)
  if (!first || !last) throw new Error('a thread has a message')
  const { channel, threadKey, receivedAtMs } = first
  const { identity, contact } = findSender(first)
  const previousId = previous.get(keyOf(channel.id, threadKey))
  const language = detectLanguage(first.text)
  return {
    id: derivedId(receivedAtMs, 'conversation', channel.id, threadKey) as ConversationId,
    channelId: channel.id,
    threadKey,
    identityId: identity.id,
    identityExternalId: identity.externalId,
    contactId: contact.id,
    contactName: contact.name,
    status: 'open',
    ...(channel.categoryId ? { categoryId: channel.categoryId } : {}),
    workType: channel.capabilities.workType,
    priority: 'normal',
    tags: [],
    ...(first.subject === undefined ? {} : { subject: first.subject }),
    unreadCount: messages.length,
    readOrder: 0,
    lastMessage: {
      id: messageIdOf(last),
      direction: 'inbound',
      kind: 'message',
      preview: previewOf(last.unsupported ?? last.text),
      attachmentCount: last.attachments.length,
      status: 'delivered',
      atMs: last.receivedAtMs,
      order: last.order,
    },
    lastInboundAtMs: last.receivedAtMs,
    lastInboundOrder: last.order,
    lastActivityAtMs: last.receivedAtMs,
    createdAtMs: receivedAtMs,
    ...(language === undefined ? {} : { language }),
    ...(previousId ? { previousId } : {}),
    routing: { status: 'pending', sinceMs: receivedAtMs },
    version: 1,
  }
}
