import type { SendMessageCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { AgentId, ConversationId, MessageId } from '../domain/ids.ts'
import { type PlannedPart, planOutbound } from '../domain/outbound.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { ConversationChange, ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { Bus } from './bus.ts'
import type { LiveChannel } from './channel-directory.ts'
import { continuityOf } from './continuity-of.ts'
import { eventLine } from './event-line.ts'
import type { ForwardFiles } from './forward-files.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import { type Principal, requireChannel, requirePermission } from './principal.ts'
import { refusedMessage } from './refuse-message.ts'
import { tellOfReading } from './tell-of-reading.ts'
import { touchConversation } from './touch-conversation.ts'
import { type PreparedLetter, prepareLetter, recordLetter, type WriteLetterDeps } from './write-letter.ts'

/** Files that an agent uploaded, looked up before the plan and tied to the message after it. */
export interface AgentAttachments {
  /** @throws AppError `not-found` with the field when one is not the agent's own unlinked upload */
  find(ids: readonly string[], agentId: AgentId): Promise<readonly AttachmentView[]>
  link(
    ids: readonly string[],
    owner: {
      readonly agentId: AgentId
      readonly conversationId: ConversationId
      readonly messageId: MessageId
    },
  ): Promise<void>
  /** Copies the files of a letter that is passed on. */
  readonly forward: ForwardFiles
}

export interface SendReplyDeps extends Pick<WriteLetterDeps, 'letters'> {
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly attachments: AgentAttachments
  readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
  readonly bus: Bus
  readonly orderClock: OrderClock
  readonly now: () => number
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
  const { uploads, letter, parts } = await workOut(conversation, channel, command, principal, deps)
  const planned = parts.map((part, index) => {
    const files = part.attachmentIndexes.flatMap((position) => uploads[position] ?? [])
    return toQueued(part, files, index, parts.length, command, conversation, principal, deps)
  })
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

/** What planning a message needs to know of its conversation, which need not exist yet. */
export type PlannedFor = Pick<StoredConversation, 'id' | 'identityExternalId' | 'subject' | 'lastInboundAtMs'>

/** Works out all of a message that can be refused, and records nothing. @throws as {@link sendReply} */
export async function workOut(
  conversation: PlannedFor,
  channel: LiveChannel,
  command: SendMessageCommand,
  principal: Principal,
  deps: SendReplyDeps,
) {
  if (channel.deletedAtMs !== undefined) throw refusedMessage({ reason: 'channel-deleted' })
  if (channel.paused) throw new AppError('channel-paused')
  const uploads = await deps.attachments.find(command.attachmentIds, principal.agentId)
  const letter = channel.capabilities.letters
    ? await prepareLetter({ text: command.text, letter: command.letter ?? {} }, channel, conversation, deps)
    : undefined
  const files = [...uploads, ...(letter?.files ?? [])]
  return { uploads, letter, parts: planParts(command, channel, conversation, files, letter, deps) }
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

const keyOfPart = (first: string, index: number): string => (index === 0 ? first : `${first}#${index}`)

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

function planParts(
  command: SendMessageCommand,
  channel: LiveChannel,
  conversation: PlannedFor,
  files: readonly AttachmentView[],
  letter: PreparedLetter | undefined,
  deps: SendReplyDeps,
): readonly PlannedPart[] {
  const asLetter = letter ?? (command.letter ? { recipients: 0, forwards: false } : undefined)
  const plan = planOutbound(
    { text: command.text, attachments: files, ...(asLetter ? { letter: asLetter } : {}) },
    channel.capabilities,
    conversation.lastInboundAtMs === undefined ? {} : { lastInboundAtMs: conversation.lastInboundAtMs },
    deps.now(),
  )
  if (!plan.ok) throw refusedMessage(plan.refusal)
  return plan.parts
}

function toQueued(
  { text }: PlannedPart,
  attachments: readonly AttachmentView[],
  index: number,
  partCount: number,
  command: SendMessageCommand,
  conversation: StoredConversation,
  principal: Principal,
  deps: SendReplyDeps,
): StoredMessage {
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
    ...(index === 0 ? { clientMessageId: command.clientMessageId, partCount } : {}),
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
  deps.bus.publish([
    ...(lines.length > 0 ? [{ type: 'conversation.updated' as const, conversation: view }] : []),
    ...[...queued, ...lines].map((message) => ({
      type: 'message.created' as const,
      message: presentMessage(message),
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
