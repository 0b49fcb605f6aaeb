import type { MessageId } from '../domain/ids.ts'
import { comparable } from '../domain/threading.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { MOST_TOKENS } from './letter-bounds.ts'
import type { MessageTokens } from './message-token.ts'
import type { ArrivedMessage } from './parse-entries.ts'

export interface JoinDeps {
  readonly conversations: Pick<ConversationStore, 'find' | 'findCurrent'>
  readonly messages: Pick<MessageStore, 'findMany'>
  readonly messageTokens: Pick<MessageTokens, 'read'>
}

/**
 * Lets letters that answer what was passed on to their writers go into the conversations that it is from, as said by
 * the customer there. Only a token of the letter that passed it on leads there, and only from the address that letter
 * went to: a token that somebody else has got is worth nothing, and an address that was only claimed becomes nobody's.
 * Everything else is passed as it is.
 */
export async function joinContinued(
  arrivals: readonly ArrivedMessage[],
  deps: JoinDeps,
): Promise<readonly ArrivedMessage[]> {
  const named = new Map<ArrivedMessage, readonly MessageId[]>()
  for (const arrival of arrivals) {
    const ids = (arrival.letter?.tokens ?? [])
      .slice(0, MOST_TOKENS)
      .flatMap((token) => deps.messageTokens.read(token) ?? [])
    if (ids.length > 0) named.set(arrival, ids)
  }
  if (named.size === 0) return arrivals
  const found = await deps.messages.findMany([...new Set([...named.values()].flat())])
  const continuing = new Map(
    found.filter(({ continues }) => continues !== undefined).map((message) => [message.id, message]),
  )
  if (continuing.size === 0) return arrivals
  const joined: ArrivedMessage[] = []
  for (const arrival of arrivals) {
    const answered = (named.get(arrival) ?? [])
      .flatMap((id) => continuing.get(id) ?? [])
      .find((message) => isAnsweredBy(message, arrival))
    const home = answered && (await homeOf(answered, deps))
    joined.push(home ? into(home, arrival) : arrival)
  }
  return joined
}

/** Whoever gives another sender's address without his domain's word is taken for the stranger he may be. */
function isAnsweredBy({ channelId, recipient = '' }: StoredMessage, arrival: ArrivedMessage): boolean {
  const { channel, letter } = arrival
  return (
    letter !== undefined &&
    channelId === channel.id &&
    comparable(letter.from) === comparable({ address: recipient }) &&
    letter.authentication?.dmarc !== 'fail'
  )
}

/** Where the customer's conversation goes on now. */
async function homeOf(
  { continues }: StoredMessage,
  { conversations }: JoinDeps,
): Promise<StoredConversation | undefined> {
  const began = continues && (await conversations.find(continues))
  if (!began) return undefined
  const [current] = await conversations.findCurrent(began.channelId, [began.threadKey])
  return current
}

const into = (
  { channelId, threadKey, identityExternalId }: StoredConversation,
  arrival: ArrivedMessage,
): ArrivedMessage => ({
  ...arrival,
  into: channelId,
  threadKey,
  saidBy: { channelId, externalId: identityExternalId },
})
