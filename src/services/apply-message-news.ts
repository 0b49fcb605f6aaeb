import type { ChannelId } from '../domain/ids.ts'
import { statusesBelow } from '../domain/message.ts'
import type { EarlyEventStore } from '../store/early-event-store.ts'
import type { LetterSourceStore } from '../store/letter-source-store.ts'
import type { MessageStore, ReceiptUpdate } from '../store/message-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { holdReports } from './keep-reports.ts'
import type { MessageNews } from './parse-entries.ts'

interface NewsDeps {
  readonly messages: MessageStore
  readonly letterSources: Pick<LetterSourceStore, 'hold'>
  readonly earlyEvents: EarlyEventStore
  readonly now: () => number
}

/** How long something that came before its message waits for it. */
const EARLY_EVENT_KEPT_MS = 7 * 86_400_000

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
    const result = await apply(event, deps.messages)
    changed.push(...result.changed)
    if (!result.unmatched) continue
    await deps.earlyEvents.keep(
      {
        channelId: event.channelId,
        externalId: event.externalId,
        discriminator: discriminatorOf(event),
        event: { ...event },
      },
      new Date(deps.now() + EARLY_EVENT_KEPT_MS),
    )
    // The message may have appeared between the two steps.
    changed.push(...(await apply(event, deps.messages)).changed)
  }
  return changed
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
  for (const event of kept)
    changed.push(...(await apply(event as unknown as MessageNews, deps.messages)).changed)
  const reported = (kept as unknown as MessageNews[]).filter(
    (event) => event.type === 'status' && event.keepSource,
  )
  await holdReports(reported, deps)
  await tell(changed)
  await deps.earlyEvents.forget(channelId, externalIds)
}

async function apply(
  event: MessageNews,
  messages: MessageStore,
): Promise<{ changed: StoredMessage[]; unmatched: boolean }> {
  switch (event.type) {
    case 'status': {
      const { changed, unmatched } = await messages.applyReceipts([receiptOf(event)])
      return { changed, unmatched: unmatched.length > 0 }
    }
    case 'message-edited':
    case 'message-deleted': {
      const message = await messages.edit(
        event.channelId,
        event.externalId,
        event.type === 'message-edited'
          ? { text: event.text, editedAtMs: event.editedAtMs }
          : { deletedAtMs: event.deletedAtMs },
      )
      return { changed: message ? [message] : [], unmatched: !message }
    }
    case 'reaction': {
      const { found, message } = await messages.react(
        event.channelId,
        event.externalId,
        event.identity.externalId,
        event.removed ? undefined : event.emoji,
      )
      return { changed: message ? [message] : [], unmatched: !found }
    }
  }
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

function discriminatorOf(event: MessageNews): string {
  switch (event.type) {
    case 'status':
      return `status:${event.status}`
    case 'message-edited':
      return `edited:${event.editedAtMs}`
    case 'message-deleted':
      return 'deleted'
    case 'reaction':
      return `reaction:${event.identity.externalId}:${event.emoji}:${event.removed}`
  }
}
