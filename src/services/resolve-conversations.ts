import type { ChannelId, ConversationId } from '../domain/ids.ts'
import { comparable, filedReasonOf, MOST_PARTICIPANTS, namedIn } from '../domain/threading.ts'
import type { Writable } from '../domain/writable.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { wordsOf } from './message-words.ts'
import { type ArrivedMessage, messageIdOf } from './parse-entries.ts'
import { type RenewDeps, retireOverdue } from './renew-conversations.ts'
import type { FindSender } from './resolve-senders.ts'
import { withoutRepeats } from './without-repeats.ts'

/** A conversation this batch opened, with everything its first messages do to it and what the router decided. */
export interface OpenedConversation {
  readonly conversation: StoredConversation
  /** What tells who got it, to be recorded behind the first messages. */
  readonly lines: readonly StoredMessage[]
}

/** The conversations of a batch, by thread, and which of them it opened. */
export interface ResolvedConversations {
  readonly of: (message: Pick<ArrivedMessage, 'channel' | 'threadKey' | 'into'>) => StoredConversation
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
const homeOf = ({ into, channel }: Pick<ArrivedMessage, 'channel' | 'into'>): ChannelId => into ?? channel.id

/** Finds the current conversation of each message's thread, and opens those that are missing. */
export async function resolveConversations(
  messages: readonly ArrivedMessage[],
  findSender: FindSender,
  deps: ResolveDeps,
): Promise<ResolvedConversations> {
  const threads = new Map<string, ArrivedMessage[]>()
  for (const message of messages) {
    const key = keyOf(homeOf(message), message.threadKey)
    const known = threads.get(key)
    if (known) known.push(message)
    else threads.set(key, [message])
  }
  const found = await findCurrent(firstOfEach(threads.values()), deps.conversations)
  const previous = await retireOverdue(found, threads, deps)
  await findThoseOfRepeats(found, threads, deps)
  const missing = [...threads].filter(([key]) => !found.has(key)).map(([, thread]) => thread)
  const opened = new Map<ConversationId, OpenedConversation>()
  let close = async (): Promise<void> => undefined
  let greet = async (): Promise<void> => undefined
  if (missing.length > 0) {
    const openings = missing.map((thread) => openedBy(thread, findSender, previous, deps))
    const run = await deps.routeOpenings(openings.filter(({ filed }) => filed === undefined))
    const byId = new Map(run.routed.map((opening) => [opening.conversation.id, opening]))
    const routed = openings.map((conversation) => byId.get(conversation.id) ?? { conversation, lines: [] })
    const taken = await deps.conversations.createMissing(routed.map(({ conversation }) => conversation))
    const lost = routed.filter(
      ({ conversation }, position) => taken.has(position) && byId.has(conversation.id),
    )
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
    of: (message) => {
      const conversation = found.get(keyOf(homeOf(message), message.threadKey))
      if (!conversation) throw new Error('a conversation was not resolved')
      return conversation
    },
  }
}

/**
 * What a platform delivers once more opens nothing, also where its thread goes on under another key or is over: such
 * threads get the conversation that has their messages. A customer's own client names its messages anew each time.
 */
async function findThoseOfRepeats(
  found: Map<string, StoredConversation>,
  threads: ReadonlyMap<string, readonly ArrivedMessage[]>,
  { conversations, messages }: Pick<ResolveDeps, 'conversations' | 'messages'>,
): Promise<void> {
  const unknown = [...threads].filter(
    ([key, [first]]) => first !== undefined && !found.has(key) && !first.channel.connector.visitors,
  )
  const wanted = new Map<ChannelId, Set<string>>()
  for (const { channel, externalId } of unknown.flatMap(([, thread]) => thread)) {
    const ids = wanted.get(channel.id)
    if (ids) ids.add(externalId)
    else wanted.set(channel.id, new Set([externalId]))
  }
  const homes = new Map<string, ConversationId>()
  for (const [channelId, ids] of wanted) {
    for (const { externalId, partIds = [], conversationId } of await messages.findNamed(channelId, [...ids]))
      for (const id of [externalId ?? '', ...partIds]) homes.set(keyOf(channelId, id), conversationId)
  }
  for (const [key, thread] of unknown) {
    const ids = thread.map(({ channel, externalId }) => homes.get(keyOf(channel.id, externalId)))
    const [home] = ids
    if (home === undefined || ids.includes(undefined)) continue
    const conversation = await conversations.find(home)
    if (conversation) found.set(key, conversation)
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
  for (const message of messages) {
    const known = byChannel.get(homeOf(message))
    if (known) known.add(message.threadKey)
    else byChannel.set(homeOf(message), new Set([message.threadKey]))
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
  // As they are recorded, and in the order of their places: a batch may hold what others overtook.
  const messages = withoutRepeats(thread).toSorted((one, other) => one.order - other.order)
  const heard = messages.filter(({ quiet }) => !quiet)
  // Whoever said something opens it; where nobody did, what came is filed away.
  const [first] = heard.length > 0 ? heard : messages
  const last = messages.at(-1)
  const [earliest] = messages
  if (!first || !last || !earliest) throw new Error('a thread has a message')
  const lastHeard = heard.at(-1)
  const { channel, threadKey, receivedAtMs, letter } = first
  const { identity, contact } = findSender(first)
  const previousId = previous.get(keyOf(channel.id, threadKey))
  const language = detectLanguage(first.text)
  const conversation: Writable<StoredConversation> = {
    id: derivedId(earliest.receivedAtMs, 'conversation', channel.id, threadKey) as ConversationId,
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
    unreadCount: heard.length,
    readOrder: 0,
    lastMessage: {
      id: messageIdOf(last),
      direction: 'inbound',
      kind: 'message',
      preview: wordsOf(last),
      attachmentCount: last.attachments.length,
      status: 'delivered',
      atMs: last.receivedAtMs,
      order: last.order,
    },
    lastInboundOrder: last.order,
    lastActivityAtMs: (lastHeard ?? last).receivedAtMs,
    createdAtMs: receivedAtMs,
    routing: { status: lastHeard ? 'pending' : 'settled', sinceMs: receivedAtMs },
    version: 1,
  }
  if (channel.categoryId) conversation.categoryId = channel.categoryId
  if (first.subject !== undefined) conversation.subject = first.subject
  if (letter && letter.baseSubject !== '') conversation.baseSubject = letter.baseSubject
  const people = peopleOf(messages)
  if (people.length > 0) conversation.openedWith = people
  if (lastHeard) {
    conversation.lastInboundAtMs = Math.max(
      ...heard.map(({ saidAtMs, receivedAtMs: cameAtMs }) => saidAtMs ?? cameAtMs),
    )
  } else {
    conversation.status = 'resolved'
    conversation.filed = filedReasonOf(messages.flatMap((message) => message.letter ?? []))
    conversation.resolvedAtMs = last.receivedAtMs
  }
  if (language !== undefined) conversation.language = language
  if (previousId) conversation.previousId = previousId
  return conversation
}

/** Who wrote these letters and whom they name. Those of strangers name nobody. */
function peopleOf(messages: readonly ArrivedMessage[]): readonly string[] {
  const people = new Set<string>()
  for (const { letter, stranger, identity } of messages) {
    if (!letter || stranger) continue
    people.add(comparable({ address: identity.externalId }))
    for (const one of namedIn(letter)) people.add(one)
  }
  return [...people].slice(0, MOST_PARTICIPANTS)
}
