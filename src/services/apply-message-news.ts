import { fitSpans } from '../domain/fit-spans.ts'
import type { ChannelId, MessageId } from '../domain/ids.ts'
import { statusesBelow } from '../domain/message.ts'
import { type MessagePart, withEditedPart, withoutPart } from '../domain/message-parts.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { EarlyEvent, EarlyEventStore } from '../store/early-event-store.ts'
import type { LetterSourceStore } from '../store/letter-source-store.ts'
import type { MessageGroupStore } from '../store/message-group-store.ts'
import type { MessageStore, ReceiptUpdate } from '../store/message-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { applyRefusal, type ConsentDeps } from './apply-consent.ts'
import { holdReports } from './keep-reports.ts'
import type { MessageNews } from './parse-entries.ts'
import { nameOfStranger } from './resolve-senders.ts'

export interface NewsDeps extends ConsentDeps {
  readonly messages: MessageStore
  readonly conversations: Pick<ConversationStore, 'latestOfIdentity' | 'knownThreads'>
  readonly messageGroups: MessageGroupStore
  readonly letterSources: Pick<LetterSourceStore, 'hold'>
  readonly earlyEvents: EarlyEventStore
  readonly now: () => number
}

/** A message answers one that is not here yet: it shows it from then on. */
export interface AwaitedMessage {
  readonly type: 'awaited'
  /** The answer. */
  readonly by: MessageId
}

/** How long something that came before its message waits for it. */
export const EARLY_EVENT_KEPT_MS = 7 * 86_400_000

/**
 * Applies receipts, edits and deletions. What meets no message yet is kept and applied when the message appears, so
 * that every order of arrival ends in the same state.
 * @returns the messages that changed, as they stand now; after a crash also those that had changed before it
 */
export async function applyMessageNews(
  news: readonly MessageNews[],
  deps: NewsDeps,
): Promise<StoredMessage[]> {
  const changed: StoredMessage[] = []
  for (const event of await withoutVainReceipts(news, deps.messages)) {
    const result = await apply(event, deps)
    changed.push(...result.changed)
    if (!result.unmatched) {
      await heedRefusal(event, deps)
      continue
    }
    if (await isOthersTalk(event, deps)) continue
    const early = await keepUntilRecorded(event, deps)
    // The message may have appeared between the two steps.
    const again = await apply(event, deps)
    if (again.unmatched) continue
    changed.push(...again.changed)
    await heedRefusal(event, deps)
    await deps.earlyEvents.forgetOne(early)
  }
  return changed
}

/** Whether it stands in a thread that never had a conversation, and counts only where it has one. */
async function isOthersTalk(event: MessageNews, { conversations }: NewsDeps): Promise<boolean> {
  if (event.type !== 'message-edited' || !event.onlyInThread || event.threadKey === undefined) return false
  const known = await conversations.knownThreads(event.channelId, [event.threadKey])
  return known.size === 0
}

/**
 * Keeps what is said of a message until its id is recorded, and it can be applied.
 * @returns what it is kept as
 */
export async function keepUntilRecorded(
  event: MessageNews,
  { earlyEvents, now }: Pick<NewsDeps, 'earlyEvents' | 'now'>,
): Promise<EarlyEvent> {
  const early = earlyOf(event)
  await earlyEvents.keep(early, new Date(now() + EARLY_EVENT_KEPT_MS))
  return early
}

/** Messages looked up in one question. */
const LOOKED_UP_AT_ONCE = 1_000

/**
 * Leaves out what a customer's own client says of messages that it cannot have, or that are as far already: anybody
 * may be such a customer and name any ids as often as he likes, so that must cost one look-up for many, and leave
 * nothing behind. What his client shows is recorded, so nothing of his can come too early.
 */
async function withoutVainReceipts(
  news: readonly MessageNews[],
  messages: MessageStore,
): Promise<readonly MessageNews[]> {
  const namedIn = new Map<ChannelId, Set<string>>()
  for (const event of news) {
    if (!isOfOwnClient(event)) continue
    const known = namedIn.get(event.channelId)
    if (known) known.add(event.externalId)
    else namedIn.set(event.channelId, new Set([event.externalId]))
  }
  if (namedIn.size === 0) return news
  const found = new Map<string, StoredMessage>()
  for (const [channelId, named] of namedIn) {
    const ids = [...named]
    for (let from = 0; from < ids.length; from += LOOKED_UP_AT_ONCE) {
      const part = await messages.findByExternalIds(channelId, ids.slice(from, from + LOOKED_UP_AT_ONCE))
      for (const message of part) found.set(`${channelId}:${message.externalId}`, message)
    }
  }
  return news.filter((event) => {
    if (!isOfOwnClient(event)) return true
    const message = found.get(`${event.channelId}:${event.externalId}`)
    return (
      message?.direction === 'outbound' &&
      message.recipient === event.identityExternalId &&
      statusesBelow(event.status).includes(message.status ?? 'read')
    )
  })
}

const isOfOwnClient = (
  event: MessageNews,
): event is Extract<MessageNews, { type: 'status' }> & { readonly identityExternalId: string } =>
  event.type === 'status' && event.identityExternalId !== undefined

/**
 * Applies what was kept for messages that are there now, tells of the messages that changed, and only then forgets
 * it: a crash in between lets the next run do all of it again.
 */
export async function applyEarlyEvents(
  channelId: ChannelId,
  externalIds: readonly string[],
  deps: Omit<NewsDeps, 'now'>,
  tell: (changed: readonly StoredMessage[]) => Promise<void>,
): Promise<void> {
  if (externalIds.length === 0) return
  const kept = await deps.earlyEvents.of(channelId, externalIds)
  if (kept.length === 0) return
  const changed: StoredMessage[] = []
  const news: MessageNews[] = []
  for (const event of kept as unknown as (MessageNews | AwaitedMessage)[]) {
    if (event.type !== 'awaited') news.push(event)
    else changed.push(...appliedTo(await deps.messages.raiseVersion(event.by)).changed)
  }
  for (const event of news) {
    const result = await apply(event, deps)
    changed.push(...result.changed)
    if (!result.unmatched) await heedRefusal(event, deps)
  }
  await holdReports(
    news.filter((event) => event.type === 'status' && event.keepSource),
    deps,
  )
  await tell(changed)
  await deps.earlyEvents.forget(channelId, externalIds)
}

interface Applied {
  readonly changed: readonly StoredMessage[]
  readonly unmatched: boolean
}

const appliedTo = (message: StoredMessage | undefined): Applied => ({
  changed: message ? [message] : [],
  unmatched: !message,
})

type ApplyDeps = Omit<NewsDeps, 'now' | 'letterSources' | 'earlyEvents'>

async function apply(event: MessageNews, deps: ApplyDeps): Promise<Applied> {
  const { channelId, externalId } = event
  switch (event.type) {
    case 'status': {
      const { changed, unmatched } = await deps.messages.applyReceipts([receiptOf(event)])
      return { changed, unmatched: unmatched.length > 0 }
    }
    case 'message-edited': {
      const { text, editedAtMs, editOrder } = event
      const spans = fitSpans(event.spans ?? [], text)
      const edit = { text, spans, editedAtMs, ...(editOrder === undefined ? {} : { editOrder }) }
      const whole = await deps.messages.edit(channelId, externalId, edit)
      if (whole) return appliedTo(whole)
      return changePart(event, (parts) => withEditedPart(parts, externalId, edit), deps)
    }
    case 'message-deleted': {
      const { deletedAtMs } = event
      const whole = await deps.messages.edit(channelId, externalId, { deletedAtMs })
      if (whole) return appliedTo(whole)
      return changePart(event, (parts) => withoutPart(parts, externalId, deletedAtMs), deps)
    }
    case 'reaction': {
      const { identity, removed } = event
      const emoji = event.emoji.slice(0, LONGEST_EMOJI)
      const reaction = { who: identity.externalId, emoji, by: await nameOf(event, deps.contacts) }
      return appliedTo(await deps.messages.react(channelId, externalId, reaction, removed))
    }
  }
}

/** Some platforms have pictures of their own, by names. */
const LONGEST_EMOJI = 100

async function changePart(
  { channelId, externalId }: MessageNews,
  change: (parts: readonly MessagePart[]) => readonly MessagePart[],
  { messageGroups }: ApplyDeps,
): Promise<Applied> {
  return appliedTo((await messageGroups.change(channelId, { partId: externalId }, change))?.message)
}

/** What people here call somebody who reacted; what he calls himself where he never wrote. */
async function nameOf(
  { channelId, identity }: Extract<MessageNews, { type: 'reaction' }>,
  contacts: NewsDeps['contacts'],
): Promise<string> {
  const [known] = await contacts.findIdentities(channelId, [identity.externalId])
  const [contact] = known ? await contacts.findContacts([known.contactId]) : []
  return contact?.name ?? nameOfStranger(identity)
}

/** The platform refused a message because its customer wants none: that is kept with him. */
async function heedRefusal(event: MessageNews, deps: ApplyDeps): Promise<void> {
  if (event.type !== 'status' || !event.optedOut) return
  const { channelId, externalId, atMs } = event
  const [message] = await deps.messages.findByExternalIds(channelId, [externalId])
  // The platform knew it when it got the message: what he says after that counts, however late the report comes.
  if (message?.direction === 'outbound')
    await applyRefusal(message, { atMs: Math.min(atMs, message.createdAtMs), toldAtMs: atMs }, deps)
}

function receiptOf(event: Extract<MessageNews, { type: 'status' }>): ReceiptUpdate {
  return {
    channelId: event.channelId,
    externalId: event.externalId,
    ...(event.identityExternalId === undefined ? {} : { identityExternalId: event.identityExternalId }),
    status: event.status,
    ...(event.errorCode ? { errorCode: event.errorCode } : {}),
    ...(event.errorDetail ? { errorDetail: event.errorDetail } : {}),
    ...(event.keepSource ? { hasReport: true } : {}),
  }
}

/** Under which name it waits. Of a reaction that comes and goes, whatever was said last counts. */
function earlyOf(event: MessageNews): EarlyEvent {
  const { channelId, externalId } = event
  return {
    channelId,
    externalId,
    discriminator: discriminatorOf(event),
    ...(event.type === 'reaction' ? { replaces: true } : {}),
    event: { ...event },
  }
}

function discriminatorOf(event: MessageNews): string {
  switch (event.type) {
    case 'status':
      return `status:${event.status}`
    case 'message-edited':
      return `edited:${event.editedAtMs}${event.editOrder === undefined ? '' : `:${event.editOrder}`}`
    case 'message-deleted':
      return 'deleted'
    case 'reaction':
      return `reaction:${event.identity.externalId}:${event.emoji}`
  }
}
