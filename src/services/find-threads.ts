import type { ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import {
  type ChosenThread,
  chooseThread,
  comparable,
  namedIn,
  type ThreadCandidate,
  type ThreadClue,
} from '../domain/threading.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { LetterThreadStore } from '../store/letter-thread-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { MOST_TOKENS } from './letter-bounds.ts'
import type { MessageTokens } from './message-token.ts'
import type { ArrivedLetter, ArrivedMessage } from './parse-entries.ts'
import type { FindSender } from './resolve-senders.ts'

export interface ThreadDeps {
  readonly conversations: ConversationStore
  readonly messages: Pick<MessageStore, 'findByExternalIds' | 'findMany'>
  readonly letterThreads: LetterThreadStore
  readonly messageTokens: Pick<MessageTokens, 'read'>
}

/** A batch with the threads that its letters belong to. */
export interface FoundThreads {
  readonly arrivals: readonly ArrivedMessage[]
  /** Letters that are to open conversations: somebody else may do so at the same moment. */
  readonly opening: ReadonlySet<ArrivedMessage>
  /** Whether a conversation is with the sender of a letter. */
  isWithSender(conversation: StoredConversation, letter: ArrivedMessage): Promise<boolean>
}

const MOST_REFERENCES = 100
const DAY_MS = 86_400_000
/** Of what one person wrote under a subject, the newest so many are looked at. */
const SAME_SUBJECT = 20

const keyOf = (channelId: ChannelId, name: string): string => `${channelId}:${name}`

/**
 * Finds the conversations that letters go on with, in the order in which they came, so that a letter and its answer
 * meet also when they come together. A letter that is recorded already stays where it is. Everything else is passed
 * as it is.
 */
export async function findThreads(
  arrivals: readonly ArrivedMessage[],
  findSender: FindSender,
  deps: ThreadDeps,
): Promise<FoundThreads> {
  const letters = arrivals.filter(isLetter)
  const people = createPeople(findSender, deps)
  if (letters.length === 0) return { arrivals, opening: new Set(), isWithSender: people.includesSender }
  const known = await lookUp(letters, deps)
  const batch = createBatch(known, findSender, people)
  const opening = new Set<ArrivedMessage>()
  const placed: ArrivedMessage[] = []
  for (const arrival of arrivals) {
    if (!isLetter(arrival)) {
      placed.push(arrival)
      continue
    }
    const recorded = known.recorded.get(keyOf(arrival.channel.id, arrival.externalId))
    const home = recorded && known.conversations.get(recorded.conversationId)
    if (recorded && home) {
      const there = { ...arrival, ...into(home, arrival), threadKey: home.threadKey, recordedAs: recorded.id }
      batch.note(there, home.threadKey, recorded.letter?.stranger === true)
      placed.push(there)
      continue
    }
    if (arrival.into !== undefined) {
      placed.push(arrival)
      continue
    }
    const chosen = await firstOf(batch.candidates(arrival, deps))
    const threadKey = chosen?.threadKey ?? batch.freeKey(arrival)
    const found: ArrivedMessage = { ...arrival, threadKey, ...(chosen?.stranger ? { stranger: true } : {}) }
    if (!chosen) opening.add(found)
    batch.note(found, threadKey, chosen?.stranger === true, chosen === undefined)
    placed.push(found)
  }
  return { arrivals: placed, opening, isWithSender: people.includesSender }
}

const isLetter = (arrival: ArrivedMessage): arrival is ArrivedLetter => arrival.letter !== undefined

/** Asks for one candidate after the other, for each may cost a look into the database. */
async function firstOf(candidates: AsyncIterable<ThreadCandidate>): Promise<ChosenThread | undefined> {
  for await (const candidate of candidates) {
    const chosen = chooseThread([candidate])
    if (chosen) return chosen
  }
  return undefined
}

function into(conversation: StoredConversation, { channel }: ArrivedMessage): { readonly into?: ChannelId } {
  return conversation.channelId === channel.id ? {} : { into: conversation.channelId }
}

/** What the database knows of a batch of letters. */
interface Known {
  readonly recorded: ReadonlyMap<string, StoredMessage>
  readonly conversations: ReadonlyMap<ConversationId, StoredConversation>
  readonly tokens: ReadonlyMap<string, StoredMessage>
  /** The conversations of known letters, by channel and id. */
  readonly references: ReadonlyMap<string, ConversationId>
  /** The current conversations, by channel and thread. */
  readonly current: ReadonlyMap<string, StoredConversation>
}

const tokensOf = ({ letter }: ArrivedLetter): readonly string[] => letter.tokens.slice(0, MOST_TOKENS)
const referencesOf = ({ letter }: ArrivedLetter): readonly string[] =>
  letter.references.slice(0, MOST_REFERENCES)
const threadsOf = ({ threadKey, letter }: ArrivedLetter): readonly string[] =>
  letter.letterId === undefined || letter.letterId === threadKey ? [threadKey] : [threadKey, letter.letterId]

async function lookUp(letters: readonly ArrivedLetter[], deps: ThreadDeps): Promise<Known> {
  const byChannel = new Map<ChannelId, ArrivedLetter[]>()
  for (const letter of letters) {
    const some = byChannel.get(letter.channel.id)
    if (some) some.push(letter)
    else byChannel.set(letter.channel.id, [letter])
  }
  const recorded = new Map<string, StoredMessage>()
  const references = new Map<string, ConversationId>()
  const current = new Map<string, StoredConversation>()
  for (const [channelId, some] of byChannel) {
    const once = <T>(of: (letter: ArrivedLetter) => readonly T[]): T[] => [...new Set(some.flatMap(of))]
    for (const message of await deps.messages.findByExternalIds(
      channelId,
      once((one) => [one.externalId]),
    )) {
      if (message.direction === 'inbound') recorded.set(keyOf(channelId, message.externalId ?? ''), message)
    }
    const named = once((one) => [...referencesOf(one), ...threadsOf(one)])
    for (const { letterId, conversationId } of await deps.letterThreads.find(channelId, named))
      references.set(keyOf(channelId, letterId), conversationId)
  }
  const proven = new Map<string, MessageId>()
  for (const token of letters.flatMap(tokensOf)) {
    const id = deps.messageTokens.read(token)
    if (id) proven.set(token, id)
  }
  const named = await deps.messages.findMany([...new Set(proven.values())])
  const byId = new Map(named.map((message) => [message.id, message]))
  const tokens = new Map<string, StoredMessage>()
  for (const [token, id] of proven) {
    const message = byId.get(id)
    if (message) tokens.set(token, message)
  }
  const wanted = new Set([
    ...references.values(),
    ...[...recorded.values(), ...tokens.values()].map(({ conversationId }) => conversationId),
  ])
  const conversations = await deps.conversations.findMany([...wanted])
  for (const [channelId, some] of byChannel) {
    const here = conversations.filter((one) => one.channelId === channelId)
    const threadKeys = new Set([...some.flatMap(threadsOf), ...here.map(({ threadKey }) => threadKey)])
    for (const conversation of await deps.conversations.findCurrent(channelId, [...threadKeys]))
      current.set(keyOf(channelId, conversation.threadKey), conversation)
  }
  return {
    recorded,
    tokens,
    references,
    current,
    conversations: new Map(conversations.map((conversation) => [conversation.id, conversation])),
  }
}

/** Whom conversations are with. */
function createPeople(findSender: FindSender, { letterThreads }: ThreadDeps) {
  const read = new Map<ConversationId, ReadonlySet<string>>()
  return {
    async includesSender(conversation: StoredConversation, letter: ArrivedMessage): Promise<boolean> {
      const sender = comparable({ address: letter.identity.externalId })
      if (comparable({ address: conversation.identityExternalId }) === sender) return true
      if (conversation.contactId === findSender(letter).contact.id) return true
      if (conversation.openedWith?.includes(sender)) return true
      let people = read.get(conversation.id)
      if (!people) {
        const letters = await letterThreads.participants(conversation.id)
        people = new Set(letters.flatMap(namedIn))
        read.set(conversation.id, people)
      }
      return people.has(sender)
    },
  }
}

/** What the letters of a batch know of each other. */
function createBatch(known: Known, findSender: FindSender, people: ReturnType<typeof createPeople>) {
  /** Threads of letters of this batch, by channel and id. */
  const threads = new Map<string, string>()
  /** Whom those letters name, by channel and thread. */
  const named = new Map<string, Set<string>>()
  /** Threads that this batch opens, by channel and thread. */
  const opened = new Set<string>()
  /** The same, by sender and subject. */
  const subjects = new Map<string, string>()

  const isNamed = ({ channel, identity }: ArrivedLetter, threadKey: string): boolean =>
    named.get(keyOf(channel.id, threadKey))?.has(comparable({ address: identity.externalId })) === true
  const subjectOf = (letter: ArrivedLetter): string | undefined =>
    letter.letter.baseSubject === '' || !((letter.channel.capabilities.letters?.sameSubjectDays ?? 0) > 0)
      ? undefined
      : `${findSender(letter).identity.id}:${letter.letter.baseSubject}`

  /** None where the thread went on without him: what he writes would be answered to whoever has it now. */
  async function* toCandidates(
    clue: ThreadClue,
    letter: ArrivedLetter,
    conversation: StoredConversation,
  ): AsyncGenerator<ThreadCandidate> {
    const { id, threadKey, channelId } = conversation
    const here = isNamed(letter, threadKey)
    const current = known.current.get(keyOf(channelId, threadKey))
    if (current && current.id !== id && !here && !(await people.includesSender(current, letter))) return
    if (!current && !here && opened.has(keyOf(channelId, threadKey))) return
    const isWithSender = here || (await people.includesSender(conversation, letter))
    yield { clue, threadKey, isWithSender }
  }

  return {
    async *candidates(letter: ArrivedLetter, deps: ThreadDeps): AsyncGenerator<ThreadCandidate> {
      const channelId = letter.channel.id
      for (const token of tokensOf(letter)) {
        const message = known.tokens.get(token)
        const conversation = message && known.conversations.get(message.conversationId)
        if (conversation?.channelId === channelId) yield* toCandidates('token', letter, conversation)
      }
      for (const reference of referencesOf(letter)) {
        const here = threads.get(keyOf(channelId, reference))
        if (here !== undefined)
          yield { clue: 'reference', threadKey: here, isWithSender: isNamed(letter, here) }
        const id = known.references.get(keyOf(channelId, reference))
        const conversation = id && known.conversations.get(id)
        if (conversation?.channelId === channelId) yield* toCandidates('reference', letter, conversation)
      }
      for (const threadKey of threadsOf(letter)) {
        if (named.has(keyOf(channelId, threadKey)))
          yield { clue: 'thread', threadKey, isWithSender: isNamed(letter, threadKey) }
        const conversation = known.current.get(keyOf(channelId, threadKey))
        if (conversation) yield* toCandidates('thread', letter, conversation)
      }
      const subject = subjectOf(letter)
      if (subject === undefined) return
      const here = subjects.get(subject)
      if (here !== undefined) yield { clue: 'subject', threadKey: here, isWithSender: true }
      const days = letter.channel.capabilities.letters?.sameSubjectDays ?? 0
      const { identity } = findSender(letter)
      const his = await deps.conversations.ofSubject(identity.id, letter.letter.baseSubject, SAME_SUBJECT)
      for (const conversation of his) {
        const isRecent = letter.receivedAtMs - conversation.lastActivityAtMs <= days * DAY_MS
        if (isRecent && conversation.channelId === channelId)
          yield* toCandidates('subject', letter, conversation)
      }
    },

    /** The thread that a letter opens: the one it says it is of, unless others have that, or had it. */
    freeKey({ channel, threadKey, externalId }: ArrivedLetter): string {
      const key = keyOf(channel.id, threadKey)
      const isTaken = known.current.has(key) || named.has(key) || known.references.has(key)
      return isTaken ? `letter ${externalId}` : threadKey
    },

    note(letter: ArrivedMessage, threadKey: string, stranger: boolean, opens = false): void {
      if (!isLetter(letter) || letter.into !== undefined) return
      const channelId = letter.channel.id
      if (letter.letter.letterId !== undefined)
        threads.set(keyOf(channelId, letter.letter.letterId), threadKey)
      const key = keyOf(channelId, threadKey)
      const people = named.get(key) ?? new Set<string>()
      named.set(key, people)
      if (opens) opened.add(key)
      if (stranger) return
      people.add(comparable({ address: letter.identity.externalId }))
      for (const one of namedIn(letter.letter)) people.add(one)
      const subject = opens ? subjectOf(letter) : undefined
      if (subject !== undefined) subjects.set(subject, threadKey)
    },
  }
}
