import type { SendMessageCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ConversationId, MessageId } from '../domain/ids.ts'
import type { ConversationChange } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { Bus } from './bus.ts'
import type { LiveChannel } from './channel-directory.ts'
import { continuityOf } from './continuity-of.ts'
import { eventLine } from './event-line.ts'
import type { OrderClock } from './order-clock.ts'
import { type PlanMessageDeps, type PlannedMessage, planMessage } from './plan-message.ts'
import { presentConversation, presentMessage } from './present.ts'
import { findReplies } from './present-messages.ts'
import { type Principal, requireChannel, requirePermission } from './principal.ts'
import { keyOfPart } from './reply-parts.ts'
import { type TellOfReadingDeps, tellOfReading } from './tell-of-reading.ts'
import { touchConversation } from './touch-conversation.ts'
import { type PreparedLetter, recordLetter } from './write-letter.ts'

export interface SendReplyDeps extends PlanMessageDeps, Pick<TellOfReadingDeps, 'tellPlatform'> {
  readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
  readonly bus: Bus
  readonly orderClock: OrderClock
}

/** What came of a reply: its parts as recorded, and whether they were recorded before. */
export interface SentReply {
  readonly messages: readonly StoredMessage[]
  readonly repeated: boolean
}

/**
 * Plans a reply against the channel, records it as queued and wakes the outbox. The same `clientMessageId` sent twice
 * is one message, also at the same moment on two nodes. A reply takes an unowned conversation for its author, and one
 * that was filed away out of there.
 * @throws AppError `not-found`, `permission-denied`, `channel-paused`, `message-refused`
 */
export async function sendReply(
  conversationId: ConversationId,
  command: SendMessageCommand,
  principal: Principal,
  deps: SendReplyDeps,
): Promise<SentReply> {
  requirePermission(principal, 'message.send')
  const conversation = await deps.conversations.find(conversationId)
  if (!conversation) throw new AppError('not-found')
  requireChannel(principal, conversation.channelId)
  const known = await partsSent(conversationId, command, principal, deps.messages)
  if (known.complete) {
    await announceOnce(known.parts, conversation, principal, deps)
    return { messages: known.parts, repeated: true }
  }
  const channel = await deps.findChannel(conversation.channelId)
  if (!channel) throw new AppError('not-found')
  return sendInto(conversation, channel, command, principal, deps)
}

/**
 * {@link sendReply} once it is known who may, and that it was not done before.
 * @param firstId of the first part, where something else names it already
 */
export async function sendInto(
  conversation: StoredConversation,
  channel: LiveChannel,
  command: SendMessageCommand,
  principal: Principal,
  deps: SendReplyDeps,
  firstId?: MessageId,
): Promise<SentReply> {
  const plan = await planMessage(conversation, channel, command, principal, deps)
  const { letter } = plan
  const planned = plan.parts.map((_, index) => toQueued(plan, index, command, conversation, principal, deps))
  const afterMs = continuityOf(channel)?.afterMs
  const queued = planned.map((one, index) => ({
    ...one,
    ...(index === 0 && firstId ? { id: firstId } : {}),
    ...(afterMs === undefined ? {} : { continueAtMs: one.createdAtMs + afterMs }),
  }))
  // Tied before the message stands, so that no crash leaves a message whose files the sweeper takes for abandoned.
  for (const message of queued) {
    const ids = message.attachments.map(({ id }) => id)
    if (ids.length > 0) await deps.attachments.link(ids, ownerOf(message, principal))
  }
  const repeatedAt = await deps.messages.record(
    letter ? await writeLetter(queued, letter, principal, deps) : queued,
  )
  const { parts: recorded } = await partsSent(conversation.id, command, principal, deps.messages)
  await announceOnce(recorded, conversation, principal, deps)
  deps.bus.signal({ kind: 'outbox-wanted' })
  return { messages: recorded, repeated: repeatedAt.size > 0 }
}

const ownerOf = ({ id, conversationId }: StoredMessage, { agentId }: Principal) => ({
  agentId,
  conversationId,
  messageId: id,
})

/** Records what a letter is made of; a letter is one message, whatever its length. */
async function writeLetter(
  queued: readonly StoredMessage[],
  letter: PreparedLetter,
  principal: Principal,
  deps: SendReplyDeps,
): Promise<readonly StoredMessage[]> {
  const [message] = queued
  if (!message) return []
  const copies = await deps.attachments.forward(letter.files, ownerOf(message, principal))
  const { text, letter: head } = await recordLetter(message.id, letter, deps)
  return [{ ...message, text, letter: head, attachments: [...message.attachments, ...copies] }]
}

/** Keys are the author's own: two agents may use the same client id. */
const firstKey = (principal: Principal, { clientMessageId }: SendMessageCommand): string =>
  `${principal.agentId}:${clientMessageId}`

/** The parts recorded so far; a crash may have left fewer than planned. */
async function partsSent(
  conversationId: ConversationId,
  command: SendMessageCommand,
  principal: Principal,
  messages: MessageStore,
): Promise<{ readonly parts: readonly StoredMessage[]; readonly complete: boolean }> {
  const key = firstKey(principal, command)
  const [first] = await messages.findBySendKeys(conversationId, [key])
  const count = first?.partCount ?? 1
  if (!first || count === 1) return { parts: first ? [first] : [], complete: first !== undefined }
  const keys = Array.from({ length: count }, (_, index) => keyOfPart(key, index))
  const parts = await messages.findBySendKeys(conversationId, keys)
  return { parts, complete: parts.length === count }
}

/** Tells of a reply unless the conversation shows that this was done. */
async function announceOnce(
  parts: readonly StoredMessage[],
  conversation: StoredConversation,
  principal: Principal,
  deps: SendReplyDeps,
): Promise<void> {
  const last = parts.at(-1)
  if (last && (conversation.lastMessage?.order ?? 0) < last.order) await announce(parts, principal, deps)
}

function toQueued(
  { parts, uploads, template, replyToExternalId }: PlannedMessage,
  index: number,
  command: SendMessageCommand,
  conversation: StoredConversation,
  principal: Principal,
  deps: SendReplyDeps,
): StoredMessage {
  const { text = '', spans = [], attachmentIndexes = [], replyTo = false } = parts[index] ?? {}
  const attachments = attachmentIndexes.flatMap((position) => uploads[position] ?? [])
  const nowMs = deps.now()
  const sendKey = keyOfPart(firstKey(principal, command), index)
  return {
    id: derivedId(conversation.createdAtMs, 'reply', conversation.id, sendKey) as MessageId,
    conversationId: conversation.id,
    channelId: conversation.channelId,
    direction: 'outbound',
    kind: 'message',
    author: { kind: 'agent', id: principal.agentId, name: principal.name },
    text,
    attachments,
    status: 'queued',
    recipient: conversation.identityExternalId,
    ...(index === 0 ? { clientMessageId: command.clientMessageId, partCount: parts.length } : {}),
    ...(spans.length > 0 ? { spans } : {}),
    ...(template ? { template } : {}),
    ...(replyTo && replyToExternalId !== undefined ? { replyToExternalId } : {}),
    sendKey,
    delivery: { state: 'queued', attempts: 0, attemptsBefore: 0, nextAttemptAtMs: nowMs },
    createdAtMs: nowMs,
    order: deps.orderClock(nowMs),
    version: 1,
  }
}

async function announce(
  queued: readonly StoredMessage[],
  principal: Principal,
  deps: SendReplyDeps,
): Promise<void> {
  const last = queued.at(-1)
  if (!last) return
  const touched = await touchConversation(last, deps, (conversation) => ({
    unreadCount: 0,
    readOrder: conversation.lastInboundOrder,
    // Whoever answers has found somebody where it was filed.
    ...(conversation.filed ? { status: 'open' as const } : {}),
    ...(conversation.assigneeId === undefined || conversation.filed
      ? {
          assigneeId: principal.agentId,
          routing: { ...conversation.routing, status: 'settled' as const, sinceMs: deps.now() },
        }
      : answering(conversation)),
  }))
  if (!touched) return
  const { before, after } = touched
  const view = presentConversation(after)
  const lines =
    before.filed && !after.filed ? [eventLine(after, { name: 'unfiled' as const }, principal, deps)] : []
  await deps.messages.record(lines)
  const replies = await findReplies(queued, deps)
  deps.bus.publish([
    ...(lines.length > 0 ? [{ type: 'conversation.updated' as const, conversation: view }] : []),
    ...[...queued, ...lines].map((message) => ({
      type: 'message.created' as const,
      message: presentMessage(message, replies.get(message.id)),
      conversation: view,
    })),
    ...(before.assigneeId === after.assigneeId
      ? []
      : [{ type: 'conversation.assigned' as const, conversation: view }]),
  ])
  // Whoever answers has read what he answers.
  await tellOfReading(before, after, deps)
}

/** Whoever the router chose has answered, or a colleague did: nobody is silent until the customer writes again. */
function answering({ silence }: StoredConversation): Pick<ConversationChange, 'silence'> {
  if (silence?.dueAtMs === undefined) return {}
  const { dueAtMs, ...rest } = silence
  return { silence: rest }
}
