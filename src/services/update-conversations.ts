import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { statusAfterInbound } from '../domain/conversation.ts'
import type { ConversationId, MessageId } from '../domain/ids.ts'
import { DELETED_PREVIEW } from '../domain/message.ts'
import type { Writable } from '../domain/writable.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { LastMessage, StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { wordsOf } from './message-words.ts'
import type { RecordedArrivals } from './record-arrivals.ts'

/** One conversation after a batch, and what happened to it. */
export interface UpdatedConversation {
  readonly conversation: StoredConversation
  /** As it was before; absent where nothing was updated. */
  readonly before?: StoredConversation
  readonly messages: readonly StoredMessage[]
  readonly reopened: boolean
  /** It was filed away before. */
  readonly unfiled?: boolean
}

/** Whether these messages had their effect on the count before: none had, some may have, or it has to be counted anew. */
type Effect = 'new' | 'doubtful' | 'counted'

/** Give up and let the batch be tried again when a conversation changes this often under our hands. */
const MOST_ROUNDS = 20
const LONGEST_STEP_ASIDE_MS = 40

/**
 * Lets recorded messages have their effect on their conversations, each exactly once: an update is computed from the
 * version that was read and holds only over that version; what had its effect already (a redelivery, a replay after
 * a crash) is told by the order of arrival and left out. What was first recorded just now has its effect also when
 * newer messages overtook it: one replayed from quarantine, or journaled by another node.
 * @param read the conversations as they stood before the fresh messages were recorded
 * @param opened conversations that count these messages from the start, under the ids that this batch gave them
 */
export async function updateConversations(
  { fresh, repeated }: RecordedArrivals,
  read: ReadonlyMap<ConversationId, StoredConversation>,
  opened: ReadonlyMap<ConversationId, { readonly conversation: StoredConversation }>,
  deps: {
    readonly conversations: ConversationStore
    readonly messages: MessageStore
    readonly random: () => number
  },
): Promise<UpdatedConversation[]> {
  const unheard = new Set(fresh.filter((message) => !opened.has(message.conversationId)).map(({ id }) => id))
  const again = new Set(repeated.map(({ id }) => id))
  const recorded = new Set([...fresh, ...repeated].map(({ id }) => id))
  // What this batch opened a conversation with, somebody else recorded: as a part of his message.
  const miscounted = new Set(repeated.flatMap(({ conversationId: id }) => (opened.has(id) ? [id] : [])))
  const ghostOf = (id: ConversationId): MessageId | undefined => {
    const counted = miscounted.has(id) ? opened.get(id)?.conversation.lastMessage?.id : undefined
    return counted === undefined || recorded.has(counted) ? undefined : counted
  }
  const byConversation = new Map<ConversationId, StoredMessage[]>()
  for (const message of [...fresh, ...repeated]) {
    const known = byConversation.get(message.conversationId)
    if (known) known.push(message)
    else byConversation.set(message.conversationId, [message])
  }
  const updated: UpdatedConversation[] = []
  let open = new Map(read)
  let wanted = [...byConversation.keys()]
  const unread = wanted.filter((id) => !open.has(id))
  for (const conversation of await deps.conversations.findMany(unread))
    open.set(conversation.id, conversation)
  for (let round = 0; wanted.length > 0; round += 1) {
    if (round === MOST_ROUNDS) throw new Error('a conversation keeps changing')
    const planned: { readonly was: StoredConversation; readonly then: UpdatedConversation }[] = []
    for (const id of wanted) {
      const conversation = open.get(id)
      if (!conversation) continue
      const heard = byConversation.get(id) ?? []
      const effective = heard.filter(
        ({ id: messageId, order }) => order > conversation.lastInboundOrder || unheard.has(messageId),
      )
      const passed = heard.filter(
        (message) =>
          again.has(message.id) &&
          !message.quiet &&
          message.order > conversation.readOrder &&
          !effective.includes(message),
      )
      const due =
        effective.length === 0 && (miscounted.has(id) || (await isShort(conversation, passed, deps.messages)))
          ? passed
          : effective
      if (due.length === 0) continue
      planned.push({
        was: conversation,
        then: await plan(
          conversation,
          due,
          {
            recount: round > 0 || passed.length > 0 || miscounted.has(id),
            effect: due === passed || miscounted.has(id) ? 'counted' : round > 0 ? 'doubtful' : 'new',
            ghost: ghostOf(id),
          },
          deps.messages,
        ),
      })
    }
    const lost = await deps.conversations.applyInbound(
      planned.map(({ was, then }) => ({ was, next: then.conversation })),
      randomUUID(),
    )
    updated.push(...planned.filter(({ was }) => !lost.has(was.id)).map(({ then }) => then))
    wanted = [...lost]
    if (wanted.length > 0) {
      // Whoever lost steps aside for a moment of his own, so that two who met do not meet again.
      await sleep(deps.random() * Math.min(LONGEST_STEP_ASIDE_MS, 2 ** round))
      open = new Map((await deps.conversations.findMany(wanted)).map((found) => [found.id, found]))
    }
  }
  return updated
}

/**
 * Whether the count misses some: a crash between the record of a message and its effect, and a newer one that had its
 * effect before the replay, leave the older looking done.
 */
async function isShort(
  { id, readOrder, unreadCount }: StoredConversation,
  passed: readonly StoredMessage[],
  store: MessageStore,
): Promise<boolean> {
  return passed.length > 0 && (await store.countInboundAfter(id, readOrder)) > unreadCount
}

async function plan(
  conversation: StoredConversation,
  messages: readonly StoredMessage[],
  {
    recount,
    effect,
    ghost,
  }: { readonly recount: boolean; readonly effect: Effect; readonly ghost: MessageId | undefined },
  store: MessageStore,
): Promise<UpdatedConversation> {
  const latest = latestOf(messages)
  const heard = messages.filter(({ quiet }) => !quiet)
  const shown: Writable<StoredConversation> = {
    ...conversation,
    lastInboundOrder: Math.max(conversation.lastInboundOrder, latest.order),
    version: conversation.version + 1,
  }
  if (isShownAfter(conversation.lastMessage, latest, ghost)) shown.lastMessage = summaryOf(latest)
  // Of what counts as nothing lists show that it came, and that is all.
  if (heard.length === 0) return { messages, reopened: false, conversation: shown }
  const last = latestOf(heard)
  const unfiled = conversation.filed !== undefined
  const { status, reopened } = statusAfterInbound(conversation.status)
  const isOvertaken = heard.some(({ order }) => order <= conversation.lastInboundOrder)
  const unreadCount =
    recount || isOvertaken
      ? unreadOf(
          conversation,
          heard,
          await store.countInboundAfter(conversation.id, conversation.readOrder),
          effect,
        )
      : conversation.unreadCount + heard.length
  const next: Writable<StoredConversation> = {
    ...shown,
    status,
    unreadCount,
    lastInboundAtMs: Math.max(
      conversation.lastInboundAtMs ?? 0,
      ...heard.map(({ saidAtMs, createdAtMs }) => saidAtMs ?? createdAtMs),
    ),
    lastActivityAtMs: Math.max(conversation.lastActivityAtMs, last.createdAtMs),
  }
  delete next.filed
  delete next.filedByHand
  // What was resolved goes through the router again, which asks whoever had it first; what only slept stays his.
  if (reopened) {
    delete next.assigneeId
    delete next.silence
  }
  if (next.assigneeId === undefined && conversation.status !== 'open') {
    next.routing = {
      ...conversation.routing,
      status: 'pending',
      sinceMs: last.createdAtMs,
      ...(reopened && !unfiled ? { returning: true } : {}),
    }
  }
  if (next.silence && next.silence.dueAtMs === undefined) {
    next.silence = { ...next.silence, dueAtMs: last.createdAtMs + next.silence.afterMs }
  }
  return {
    messages,
    reopened: reopened && !unfiled,
    conversation: next,
    ...(unfiled ? { unfiled } : {}),
  }
}

/**
 * How many nobody has read. Where this very effect may have been written already, counting is safe and adding is not:
 * what stands behind the place of reading is counted. But nobody can have read what was not there yet, wherever in the
 * thread it belongs: what came late before that place is no part of the count, and what the conversation counts beyond
 * it came late before.
 * @param counted all that stand behind the place of reading, these included
 */
function unreadOf(
  { readOrder, unreadCount }: StoredConversation,
  heard: readonly StoredMessage[],
  counted: number,
  effect: Effect,
): number {
  const late = heard.filter(({ order }) => order <= readOrder).length
  if (effect === 'counted' || readOrder === 0) return counted + late
  // Without late ones the conversation counts no more than stands there, unless some were late before.
  if (effect === 'doubtful' && late === 0 && unreadCount <= counted) return counted
  const others = counted - (heard.length - late)
  return counted + late + Math.max(0, unreadCount - others)
}

/** What the list says of this very message may be newer than what we know of it; what stands for none goes. */
function isShownAfter(
  last: LastMessage | undefined,
  { id, order }: StoredMessage,
  ghost: MessageId | undefined,
): boolean {
  if (!last || last.id === ghost) return true
  return last.id !== id && last.order <= order
}

const latestOf = (messages: readonly StoredMessage[]): StoredMessage =>
  messages.reduce((a, b) => (b.order >= a.order ? b : a))

/** A message as its conversation remembers it. */
export function summaryOf(message: StoredMessage): LastMessage {
  return {
    id: message.id,
    direction: message.direction,
    kind: message.kind,
    preview: message.deletedAtMs === undefined ? wordsOf(message) : DELETED_PREVIEW,
    attachmentCount: message.attachments.length,
    ...(message.status ? { status: message.status } : {}),
    atMs: message.createdAtMs,
    order: message.order,
  }
}
