import type { StoredMessage } from '../store/stored-message.ts'
import { type AwaitedMessage, applyEarlyEvents, EARLY_EVENT_KEPT_MS } from './apply-message-news.ts'
import { findReplies, type Replies } from './present-messages.ts'
import { publishChanged } from './publish-changed.ts'
import type { SettleDeliveryDeps } from './settle-delivery.ts'

/**
 * Keeps in mind which messages answer one that is not here yet: when it comes, screens are told of them anew.
 * @param replies what those messages answer that do know it
 */
export async function awaitAnswered(
  recorded: readonly StoredMessage[],
  replies: Replies,
  deps: SettleDeliveryDeps,
): Promise<void> {
  const waiting = recorded.filter(
    ({ id, replyToExternalId, letter }) => replyToExternalId !== undefined && !letter && !replies.has(id),
  )
  for (const { id, channelId, replyToExternalId = '' } of waiting) {
    const event: AwaitedMessage = { type: 'awaited', by: id }
    await deps.earlyEvents.keep(
      { channelId, externalId: replyToExternalId, discriminator: `awaited:${id}`, event: { ...event } },
      new Date(deps.now() + EARLY_EVENT_KEPT_MS),
    )
  }
  // It may have come between the two steps.
  const come = await findReplies(waiting, deps)
  for (const { id, channelId, replyToExternalId = '' } of waiting) {
    if (!come.has(id)) continue
    await applyEarlyEvents(channelId, [replyToExternalId], deps, (changed) => publishChanged(changed, deps))
  }
}
