import type { DomainEvent } from '../domain/events.ts'
import type { ConversationId, JournalEntryId, MessageId } from '../domain/ids.ts'
import { staysFiled } from '../domain/threading.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { EarlyEventStore } from '../store/early-event-store.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import { reach } from '../store/stations.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { FindChannel } from './active-channel.ts'
import { announceSenders } from './announce-senders.ts'
import { applyConsents } from './apply-consent.ts'
import { applyEarlyEvents, applyMessageNews, type NewsDeps } from './apply-message-news.ts'
import { applyMove, type MoveDeps } from './apply-move.ts'
import type { LinkAttachments } from './arrived-files.ts'
import { awaitAnswered } from './await-answered.ts'
import type { Bus, VisitorNews } from './bus.ts'
import { type CompleteDeps, completeCopies } from './complete-copies.ts'
import { dropUnasked } from './drop-unasked.ts'
import { type FoundThreads, findThreads, type ThreadDeps } from './find-threads.ts'
import { joinContinued } from './join-continued.ts'
import { joinGroups } from './join-groups.ts'
import { holdReports, keepReports } from './keep-reports.ts'
import { isLookUpDue, type LookUp } from './look-up-identity.ts'
import { type ArrivedMessage, type ParsedBatch, type ParseRequests, parseEntries } from './parse-entries.ts'
import { presentConversation, presentMessage, presentToVisitor } from './present.ts'
import { findReplies, type Replies } from './present-messages.ts'
import { publishChanged } from './publish-changed.ts'
import { type RecordDeps, type RecordedArrivals, recordArrivals } from './record-arrivals.ts'
import {
  type ResolveDeps,
  type ResolvedConversations,
  resolveConversations,
} from './resolve-conversations.ts'
import { type FindSender, resolveSenders } from './resolve-senders.ts'
import { type UpdatedConversation, updateConversations } from './update-conversations.ts'

export interface ReceiveInboundDeps
  extends ResolveDeps,
    ThreadDeps,
    RecordDeps,
    MoveDeps,
    CompleteDeps,
    Omit<NewsDeps, 'letterSources'> {
  readonly findChannel: FindChannel
  readonly parse: ParseRequests
  readonly contacts: ContactStore
  readonly mergedContacts: MergedContacts
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly earlyEvents: EarlyEventStore
  readonly linkAttachments: LinkAttachments
  readonly bus: Bus
  /** Runs the router on conversations that opened again; failing leaves them to its sweep. */
  readonly route: (conversations: readonly StoredConversation[]) => Promise<void>
  /** Asks the platform who somebody is, some time soon. */
  readonly wantLookUp: (lookUp: LookUp) => void
  readonly now: () => number
  readonly random: () => number
}

/** What became of a batch of journal entries. Those not named here are done and may go. */
export interface ReceivedBatch {
  readonly keep: readonly JournalEntryId[]
  readonly failed: readonly { readonly id: JournalEntryId; readonly error: string }[]
}

/**
 * Projects journal entries in the order given: identity, contact, conversation, message, routing, publishing. Safe to
 * repeat at any point; the caller removes the entries from the journal afterwards.
 * @throws whatever the database throws: nothing is lost, the batch is to be tried again
 */
export async function receiveInbound(
  entries: readonly JournalEntry[],
  deps: ReceiveInboundDeps,
): Promise<ReceivedBatch> {
  const batch = await parseEntries(entries, deps)
  await keepReports(batch.reports, deps)
  await receiveInOrder(batch, deps)
  if (batch.consents.length > 0) await applyConsents(batch.consents, deps)
  if (batch.news.length > 0) await publishChanged(await applyMessageNews(batch.news, deps), deps)
  await holdReports(batch.reports, deps)
  for (const { channelId, identityExternalId } of batch.typing) {
    deps.bus.visitorTyping({ channelId, visitorId: identityExternalId })
  }
  return { keep: batch.keep, failed: batch.failed }
}

/** What came before a thread moved belongs to it under its old key, and what came after under the new one. */
async function receiveInOrder({ messages, moves }: ParsedBatch, deps: ReceiveInboundDeps): Promise<void> {
  let from = 0
  for (const move of moves) {
    await receiveMessages(messages.slice(from, move.afterMessages), deps)
    from = move.afterMessages
    await applyMove(move, deps)
  }
  await receiveMessages(from === 0 ? messages : messages.slice(from), deps)
}

async function receiveMessages(messages: readonly ArrivedMessage[], deps: ReceiveInboundDeps): Promise<void> {
  const fresh = await dropUnasked(
    messages.filter((message) => !isEcho(message, deps)),
    deps,
  )
  if (fresh.length === 0) return
  const joined = await joinGroups(fresh, deps)
  await tellOfChanged(joined.grown, deps)
  if (joined.arrivals.length === 0) return
  const came = await joinContinued(joined.arrivals, deps)
  const findSender = await resolveSenders(came, deps)
  const threads = await findThreads(came, findSender, deps)
  const conversations = await resolveConversations(threads.arrivals, findSender, deps)
  const arrivals = (await withStrangers(threads, conversations)).map((arrival) =>
    staysFiled(conversations.of(arrival), findSender(arrival).contact.id)
      ? { ...arrival, quiet: true }
      : arrival,
  )
  const read = new Map<ConversationId, StoredConversation>()
  for (const arrival of arrivals) {
    const conversation = conversations.of(arrival)
    read.set(conversation.id, conversation)
  }
  const renamed = await announceSenders(arrivals, findSender, read, deps)
  for (const conversation of renamed) if (read.has(conversation.id)) read.set(conversation.id, conversation)
  const [recorded] = await Promise.all([
    recordArrivals(arrivals, findSender, conversations, deps),
    conversations.close(),
  ])
  reach('message-recorded')
  const updated = await updateConversations(recorded, read, conversations.opened, deps)
  reach('conversation-updated')
  const lines = updated.flatMap((one) => (one.reopened || one.unfiled ? [reopenedLine(one)] : []))
  await deps.messages.recordInbound(lines)
  const told = [...openings(recorded.fresh, updated, read), ...updated]
  const replies = await findReplies(
    told.flatMap(({ messages: those }) => those),
    deps,
  )
  publish(told, replies, conversations, deps.bus)
  await awaitAnswered(recorded.fresh, replies, deps)
  publishLines(lines, updated, deps.bus)
  wantLookUps(arrivals, findSender, conversations, deps)
  const standing = [...recorded.fresh, ...recorded.repeated]
  // What came once and is new has nothing to be completed by.
  const isCopied = recorded.repeated.length > 0 || arrivals.length > recorded.fresh.length
  const completed = isCopied ? await completeCopies(arrivals, standing, deps) : []
  if (completed.length > 0) {
    await publishChanged(completed, deps)
    await awaitAnswered(completed, await findReplies(completed, deps), deps)
  }
  // Also for those recorded before: the run that recorded them may have ended before this.
  await applyEarly(standing, deps)
  await tellOfChanged([...recorded.changed, ...misplaced(recorded, read)], deps)
  await conversations.greet()
  const waiting = updated
    .filter(({ messages }) => messages.some(({ quiet }) => !quiet))
    .map(({ conversation }) => conversation)
    .filter(({ routing }) => routing.status === 'pending')
  if (waiting.length > 0) await deps.route(waiting)
}

/**
 * Messages that got more parts, or another place, change on screens; what had been said of these parts before counts
 * now.
 */
async function tellOfChanged(changed: readonly StoredMessage[], deps: ReceiveInboundDeps): Promise<void> {
  if (changed.length === 0) return
  await publishChanged(changed, deps)
  await applyEarly(changed, deps)
}

/** The run that gave these their places may have ended before lists knew. */
function misplaced(
  { repeated, changed }: RecordedArrivals,
  read: ReadonlyMap<ConversationId, StoredConversation>,
): readonly StoredMessage[] {
  const told = new Set(changed.map(({ id }) => id))
  return repeated.filter(({ id, conversationId, order }) => {
    const last = read.get(conversationId)?.lastMessage
    return last?.id === id && last.order > order && !told.has(id)
  })
}

/** Platforms are asked who somebody is after his message is on screens, and where they can tell at all. */
function wantLookUps(
  arrivals: readonly ArrivedMessage[],
  findSender: FindSender,
  conversations: ResolvedConversations,
  deps: ReceiveInboundDeps,
): void {
  for (const arrival of arrivals) {
    if (!arrival.channel.connector.lookUpIdentity) continue
    const { identity } = findSender(arrival)
    if (!isLookUpDue(identity, deps.now())) continue
    const conversationId = conversations.of(arrival).id
    deps.wantLookUp({ channelId: arrival.channel.id, identityId: identity.id, conversationId })
  }
}

/** Whether it is a letter of ours that came back to the very channel it was sent by: its thread has it. */
function isEcho({ letter }: ArrivedMessage, { messageTokens }: ReceiveInboundDeps): boolean {
  const [name = ''] = letter?.automatic === 'own' ? (letter.letterId ?? '').split('@', 1) : []
  return messageTokens.read(name) !== undefined
}

/**
 * Marks the letters whose conversations somebody else opened at the same moment, where those are not with their
 * senders.
 */
async function withStrangers(
  { arrivals, opening, isWithSender }: FoundThreads,
  conversations: ResolvedConversations,
): Promise<readonly ArrivedMessage[]> {
  if (opening.size === 0) return arrivals
  const marked: ArrivedMessage[] = []
  for (const arrival of arrivals) {
    const conversation = opening.has(arrival) ? conversations.of(arrival) : undefined
    const isStranger =
      conversation &&
      !conversations.opened.has(conversation.id) &&
      !(await isWithSender(conversation, arrival))
    marked.push(isStranger ? { ...arrival, stranger: true } : arrival)
  }
  return marked
}

/** Says in the thread, just before the message that did it, that the conversation opened again. */
function reopenedLine({ conversation, messages, unfiled }: UpdatedConversation): StoredMessage {
  const first = messages.find(({ quiet }) => !quiet)
  if (!first) throw new Error('a message reopens a conversation')
  return {
    id: derivedId(first.createdAtMs, 'reopened', first.id) as MessageId,
    conversationId: conversation.id,
    channelId: conversation.channelId,
    direction: 'inbound',
    kind: 'event',
    author: { kind: 'contact', id: conversation.contactId, name: conversation.contactName },
    text: '',
    attachments: [],
    event: { name: unfiled ? 'unfiled' : 'reopened' },
    createdAtMs: first.createdAtMs,
    // Arrivals get whole numbers: between two of them nothing else stands.
    order: first.order - 0.5,
    version: 1,
  }
}

function publishLines(
  lines: readonly StoredMessage[],
  updated: readonly UpdatedConversation[],
  bus: Bus,
): void {
  const byId = new Map(updated.map(({ conversation }) => [conversation.id, conversation]))
  bus.publish(
    lines.flatMap((line): DomainEvent[] => {
      const conversation = byId.get(line.conversationId)
      if (!conversation) return []
      return [
        {
          type: 'message.created',
          message: presentMessage(line),
          conversation: presentConversation(conversation),
        },
      ]
    }),
  )
}

/**
 * What opened counts its first messages from the start; so does a conversation that a run before a crash opened,
 * whose messages are only now recorded: both need no update, but are to be told of.
 */
function openings(
  fresh: readonly StoredMessage[],
  updated: readonly UpdatedConversation[],
  read: ReadonlyMap<ConversationId, StoredConversation>,
): UpdatedConversation[] {
  const told = new Set(updated.flatMap(({ messages }) => messages.map(({ id }) => id)))
  const untold = new Map<ConversationId, StoredMessage[]>()
  for (const message of fresh) {
    if (told.has(message.id)) continue
    const known = untold.get(message.conversationId)
    if (known) known.push(message)
    else untold.set(message.conversationId, [message])
  }
  return [...untold].flatMap(([id, messages]) => {
    const conversation = read.get(id)
    return conversation ? [{ conversation, messages, reopened: false }] : []
  })
}

async function applyEarly(recorded: readonly StoredMessage[], deps: ReceiveInboundDeps): Promise<void> {
  const byChannel = new Map<StoredMessage['channelId'], string[]>()
  for (const { channelId, externalId, partIds } of recorded) {
    if (externalId === undefined) continue
    const named = partIds ?? [externalId]
    const known = byChannel.get(channelId)
    if (known) known.push(...named)
    else byChannel.set(channelId, [...named])
  }
  for (const [channelId, externalIds] of byChannel) {
    await applyEarlyEvents(channelId, externalIds, deps, (changed) => publishChanged(changed, deps))
  }
}

function publish(
  updated: readonly UpdatedConversation[],
  replies: Replies,
  { opened }: ResolvedConversations,
  bus: Bus,
): void {
  const events: DomainEvent[] = []
  const news: VisitorNews[] = []
  for (const { conversation, messages, reopened, unfiled } of updated) {
    const view = presentConversation(conversation)
    const opening = opened.get(conversation.id)
    if (opening) events.push({ type: 'conversation.created', conversation: view })
    if (unfiled) events.push({ type: 'conversation.updated', conversation: view })
    if (reopened) events.push({ type: 'conversation.reopened', conversation: view })
    for (const message of messages) {
      const shown = presentMessage(message, replies.get(message.id))
      events.push({ type: 'message.created', message: shown, conversation: view })
    }
    if (opening && conversation.assigneeId) events.push({ type: 'conversation.assigned', conversation: view })
    if (opening && conversation.routing.status === 'waiting')
      events.push({ type: 'conversation.queued', conversation: view })
    for (const line of opening?.lines ?? []) {
      events.push({ type: 'message.created', message: presentMessage(line), conversation: view })
    }
    news.push({
      channelId: conversation.channelId,
      visitorId: conversation.identityExternalId,
      messages: messages.flatMap((message) => presentToVisitor(message, conversation.readOrder) ?? []),
    })
  }
  bus.publish(events)
  bus.tellVisitors(news)
}
