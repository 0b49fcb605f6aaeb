import { continueAtMs, firstLetterOf } from '../domain/continuity.ts'
import { AppError } from '../domain/errors.ts'
import type { ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import { isOwnAddress, letterAddressOf } from '../domain/letter-address.ts'
import type { ContactStore, StoredContact } from '../store/contact-store.ts'
import type { ContinuationStore, PendingContinuation } from '../store/continuation-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import { reach } from '../store/stations.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { Bus } from './bus.ts'
import type { LiveChannel } from './channel-directory.ts'
import { continuityOf } from './continuity-of.ts'
import { isVisibleToVisitor } from './present.ts'
import { tellOfContinuation } from './tell-of-continuation.ts'
import { type WriteContinuationDeps, writeContinuation } from './write-continuation.ts'

export interface ContinueDeps extends WriteContinuationDeps {
  readonly continuations: ContinuationStore
  readonly conversations: Pick<ConversationStore, 'find'>
  readonly messages: Pick<MessageStore, 'find' | 'findMany' | 'latestLetter' | 'record'>
  readonly contacts: Pick<ContactStore, 'findContacts'>
  readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
  /**
   * Whether the customer's own client is connected now, as far as this node knows: one that is connected to another
   * says what it has within moments, and what it has does not go on.
   */
  readonly isCustomerHere: (channelId: ChannelId, visitorId: string) => Promise<boolean>
  readonly workspaceName: () => Promise<string>
  readonly bus: Pick<Bus, 'publish' | 'signal'>
  readonly now: () => number
  /** One conversation failing holds up no other. */
  readonly onFailure: (error: unknown, conversationId: ConversationId) => void
}

/** While something stands in the way, it is looked again this often. */
const LOOK_AGAIN_MS = 60_000
/** A client that is connected says within moments what it has. */
const STILL_HERE_MS = 30_000
/** What could not go on for so long is no news any more. */
const OUTDATED_MS = 7 * 86_400_000
/** The attribute in which an address is kept that a visitor only claims to have. */
const CLAIMED_ADDRESS = 'claimed email'

/**
 * Passes answers on that their customers' clients have not got in time: as one letter for each conversation, to the
 * address that the customer left. Safe to run on several nodes at once and to repeat at any point: of the letters for
 * an answer one is written.
 * @returns how many letters were written
 */
export async function continueAnswers(deps: ContinueDeps): Promise<number> {
  let written = 0
  for (const conversationId of await deps.continuations.due(deps.now())) {
    try {
      if (await continueConversation(conversationId, deps)) written += 1
    } catch (error) {
      deps.onFailure(error, conversationId)
      const answers = await deps.continuations.answersOf(conversationId)
      await deps.continuations.lookAgain(idsOf(answers), deps.now() + LOOK_AGAIN_MS)
    }
  }
  return written
}

const idsOf = (messages: readonly StoredMessage[]): readonly MessageId[] => messages.map(({ id }) => id)

async function continueConversation(conversationId: ConversationId, deps: ContinueDeps): Promise<boolean> {
  const { continuations } = deps
  const nowMs = deps.now()
  // Read before the answers: the claim below holds only if nobody wrote a letter since.
  const left = await continuations.of(conversationId)
  if (left.pending) await complete(conversationId, left.pending, deps)
  const before = left.pending ? await continuations.of(conversationId) : left
  if (before.pending) return false
  const waiting = await continuations.answersOf(conversationId)
  const [vain, answers] = divide(waiting, (one) => isOutdated(one, nowMs) || one.deletedAtMs !== undefined)
  await continuations.settle(idsOf(vain))
  if (answers.length === 0) return false
  const conversation = await deps.conversations.find(conversationId)
  const way = conversation && (await wayOf(conversation, deps))
  if (!conversation || !way) {
    await continuations.settle(idsOf(answers))
    return false
  }
  const [ready, unsent] = divide(answers, isVisibleToVisitor)
  await continuations.lookAgain(idsOf(unsent), nowMs + LOOK_AGAIN_MS)
  if (ready.length === 0) return false
  const dueMs = continueAtMs(
    ready.map(({ createdAtMs }) => createdAtMs),
    way.afterMs,
  )
  const againMs = await againAt(dueMs, way, conversation, deps)
  if (againMs !== undefined) {
    await continuations.lookAgain(idsOf(ready), againMs)
    return false
  }
  const batch = firstLetterOf(ready, way.channel.capabilities.text.maxLength)
  const pending: PendingContinuation = {
    messageId: derivedId(nowMs, 'continued', conversationId, String(before.count)) as MessageId,
    channelId: way.channel.id,
    address: way.address,
    answerIds: idsOf(batch),
    atMs: nowMs,
  }
  if (!(await continuations.claim(conversationId, before, pending))) return false
  return complete(conversationId, pending, deps)
}

function divide<T>(all: readonly T[], test: (one: T) => boolean): [yes: T[], no: T[]] {
  return [all.filter(test), all.filter((one) => !test(one))]
}

const isOutdated = ({ createdAtMs }: StoredMessage, nowMs: number): boolean =>
  nowMs - createdAtMs > OUTDATED_MS

/** How a conversation's answers go on. */
interface Way {
  readonly channel: LiveChannel
  readonly address: string
  readonly afterMs: number
  /** Nothing is carried just now. */
  readonly paused: boolean
}

/** Undefined where answers go nowhere: it is not wanted, the channel is gone, or the customer left no address. */
async function wayOf(conversation: StoredConversation, deps: ContinueDeps): Promise<Way | undefined> {
  const from = await deps.findChannel(conversation.channelId)
  const continuity = from && continuityOf(from)
  const channel = continuity && (await deps.findChannel(continuity.channelId))
  const letters = channel?.capabilities.letters
  if (!from || !channel || !letters) return undefined
  if (from.deletedAtMs !== undefined || channel.deletedAtMs !== undefined) return undefined
  const [contact] = await deps.contacts.findContacts([conversation.contactId])
  const address = contact && addressOf(contact)
  if (address === undefined || isOwnAddress(address, letters.ownAddresses)) return undefined
  return { channel, address, afterMs: continuity.afterMs, paused: from.paused || channel.paused }
}

/** What is known to be his, the newest first; else what he says is his. */
function addressOf({ emails, attributes }: StoredContact): string | undefined {
  const left = attributes[CLAIMED_ADDRESS]
  for (const text of [...emails].reverse()) {
    const known = letterAddressOf(text.trim())
    if (known !== undefined) return known
  }
  return left === undefined ? undefined : letterAddressOf(left.trim())
}

/** When to look again; undefined where a letter is to be written now. */
async function againAt(
  dueMs: number,
  { paused }: Way,
  { channelId, identityExternalId }: StoredConversation,
  deps: ContinueDeps,
): Promise<number | undefined> {
  const nowMs = deps.now()
  if (dueMs > nowMs) return dueMs
  if (paused) return nowMs + LOOK_AGAIN_MS
  return (await deps.isCustomerHere(channelId, identityExternalId)) ? nowMs + STILL_HERE_MS : undefined
}

/** Each step may be repeated: the letter first, what tells of it, and only then that its answers have one. */
async function complete(
  conversationId: ConversationId,
  pending: PendingContinuation,
  deps: ContinueDeps,
): Promise<boolean> {
  const { continuations } = deps
  reach('continuation-claimed')
  const conversation = await deps.conversations.find(conversationId)
  const refusal = conversation && (await write(conversation, pending, deps))
  reach('continued')
  if (conversation) {
    await tellOfContinuation(
      conversation,
      pending.messageId,
      refusal === undefined
        ? { name: 'continued', value: pending.address }
        : { name: 'continuation-failed', value: refusal },
      deps,
    )
  }
  await continuations.settle(pending.answerIds)
  await continuations.finish(conversationId, pending.messageId)
  if (refusal === undefined) deps.bus.signal({ kind: 'outbox-wanted' })
  return conversation !== undefined && refusal === undefined
}

/** @returns why no letter can be written, in words */
async function write(
  conversation: StoredConversation,
  pending: PendingContinuation,
  deps: ContinueDeps,
): Promise<string | undefined> {
  // A run before a crash wrote it.
  if (await deps.messages.find(pending.messageId)) return undefined
  const [from, channel] = await Promise.all([
    deps.findChannel(conversation.channelId),
    deps.findChannel(pending.channelId),
  ])
  if (!channel?.capabilities.letters) return 'The channel was deleted'
  const found = await deps.messages.findMany(pending.answerIds)
  const answers = found.filter(({ deletedAtMs }) => deletedAtMs === undefined)
  if (answers.length === 0) return 'The answers were deleted'
  const inOrder = [...answers].sort((a, b) => a.order - b.order)
  const title = from?.connector.visitors?.publicSettings(from.config).title || (await deps.workspaceName())
  try {
    await writeContinuation({ conversation, answers: inOrder, channel, title, pending }, deps)
    return undefined
  } catch (error) {
    if (error instanceof AppError && error.category !== 'unavailable') return error.message
    throw error
  }
}
