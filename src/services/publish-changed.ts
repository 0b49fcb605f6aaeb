import { setTimeout as sleep } from 'node:timers/promises'
import type { MessageKind } from '../domain/message.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { LastMessage, StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { Bus } from './bus.ts'
import { isVisibleToVisitor, presentConversation, presentMessage, presentToVisitor } from './present.ts'
import { findReplies } from './present-messages.ts'
import { tellOfContinuation } from './tell-of-continuation.ts'
import { summaryOf } from './update-conversations.ts'

export interface PublishDeps {
  readonly bus: Bus
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly now: () => number
}

/** Others write to the conversation too; each round is computed anew from what they left. */
const MOST_ROUNDS = 20
/** Who recorded a message lets it have its effect at once; whoever died in between has a successor. */
const LOOKS_FOR_EFFECT = 20
const BETWEEN_LOOKS_MS = 25
/** What a list can show as the last of a conversation. */
const SHOWN_KINDS: readonly MessageKind[] = ['message', 'note']

/**
 * Tells screens and customers of messages that receipts, edits, deletions or the outbox changed, and lets lists show
 * the last message as it is now. Safe to repeat.
 */
export async function publishChanged(all: readonly StoredMessage[], deps: PublishDeps): Promise<void> {
  for (const message of all) await tellOfFailure(message, deps)
  // What passes answers on is on no screen: the conversation that they are from tells of it.
  const changed = all.filter(({ continues }) => continues === undefined)
  if (changed.length === 0) return
  const latest = new Map(changed.map((message) => [message.id, message]))
  const conversations = new Map(
    (
      await deps.conversations.findMany([...new Set(changed.map(({ conversationId }) => conversationId))])
    ).map((conversation) => [conversation.id, conversation]),
  )
  const refreshed: StoredConversation[] = []
  for (const message of latest.values()) {
    const conversation = await refreshSummary(message, conversations.get(message.conversationId), deps)
    if (conversation) refreshed.push(conversation)
  }
  const replies = await findReplies([...latest.values()], deps)
  deps.bus.publish([
    ...[...latest.values()].map((message) => ({
      type: 'message.updated' as const,
      message: presentMessage(message, replies.get(message.id)),
      channelId: message.channelId,
    })),
    ...refreshed.map((conversation) => ({
      type: 'conversation.updated' as const,
      conversation: presentConversation(conversation),
    })),
  ])
  deps.bus.tellVisitors(
    [...latest.values()].flatMap((message) => {
      const conversation = conversations.get(message.conversationId)
      const view =
        conversation && isVisibleToVisitor(message) && presentToVisitor(message, conversation.readOrder)
      return view
        ? [{ channelId: message.channelId, visitorId: conversation.identityExternalId, messages: [view] }]
        : []
    }),
  )
}

/** Says where answers are from that they did not arrive where they went on to. */
async function tellOfFailure(
  { id, continues, status, delivery }: StoredMessage,
  deps: PublishDeps,
): Promise<void> {
  if (continues === undefined || status !== 'failed') return
  const conversation = await deps.conversations.find(continues)
  const value = delivery?.errorDetail || delivery?.errorCode || ''
  if (conversation) await tellOfContinuation(conversation, id, { name: 'continuation-failed', value }, deps)
}

/**
 * Brings a conversation's memory of its last message up to date. Undefined when it is already, or when something
 * else was said since. The message is read after the conversation: whoever changes it later finds the conversation
 * as we leave it, or makes our write fail.
 */
async function refreshSummary(
  changed: StoredMessage,
  found: StoredConversation | undefined,
  { conversations, messages }: PublishDeps,
): Promise<StoredConversation | undefined> {
  let conversation = await afterEffectOf(changed, found, conversations)
  // Of several who add parts at the same time each was given the whole as he left it.
  let message = changed.groupKey === undefined ? changed : await messages.find(changed.id)
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const last = conversation?.lastMessage
    if (!conversation || !message || last?.id !== message.id) return undefined
    // One that moved to an earlier place may not be the last any more.
    const hasMoved = last.order > message.order
    if (!hasMoved && looksTheSame(last, summaryOf(message))) return undefined
    message = await messages.find(changed.id)
    if (!message) return undefined
    const [newest] = hasMoved ? await messages.page(conversation.id, 1, undefined, SHOWN_KINDS) : []
    const refreshed = await conversations.change(conversation.id, conversation.version, {
      lastMessage: summaryOf(newest ?? message),
    })
    if (refreshed) return refreshed
    conversation = await conversations.find(conversation.id)
  }
  return undefined
}

/**
 * The conversation once it knows of the message. Until then whoever recorded it is about to say there what it was like
 * before it changed.
 */
async function afterEffectOf(
  { direction, kind, order }: StoredMessage,
  found: StoredConversation | undefined,
  conversations: ConversationStore,
): Promise<StoredConversation | undefined> {
  let conversation = found
  if (direction !== 'inbound' || kind !== 'message') return conversation
  for (let look = 0; look < LOOKS_FOR_EFFECT; look += 1) {
    if (!conversation || order <= conversation.lastInboundOrder) return conversation
    await sleep(BETWEEN_LOOKS_MS)
    conversation = await conversations.find(conversation.id)
  }
  return conversation
}

/**
 * Whether a list would look the same. Of the states of delivery it shows only failure: a new version at each receipt
 * would make agents' own changes conflict.
 */
function looksTheSame(before: LastMessage, now: LastMessage): boolean {
  return (
    before.preview === now.preview &&
    before.attachmentCount === now.attachmentCount &&
    (before.status === 'failed') === (now.status === 'failed')
  )
}
