import type { ChannelId } from '../domain/ids.ts'
import type { EarlyEventStore } from '../store/early-event-store.ts'
import type { MessageStore, ReceiptUpdate } from '../store/message-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { MessageNews } from './parse-entries.ts'

interface NewsDeps {
  readonly messages: MessageStore
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
  for (const event of news) {
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
