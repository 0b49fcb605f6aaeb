import type { ConversationStore } from '../store/conversation-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { applyEarlyEvents, type NewsDeps } from './apply-message-news.ts'
import type { Bus } from './bus.ts'
import { publishChanged } from './publish-changed.ts'

export interface SettleDeliveryDeps extends NewsDeps {
  readonly conversations: ConversationStore
  readonly bus: Bus
}

/** Tells of what became of a message, and applies what the platform said of it before it had told its id. */
export async function settleDelivery(settled: StoredMessage, deps: SettleDeliveryDeps): Promise<void> {
  await publishChanged([settled], deps)
  if (settled.externalId === undefined) return
  await applyEarlyEvents(settled.channelId, [settled.externalId], deps, (changed) =>
    publishChanged(changed, deps),
  )
}
