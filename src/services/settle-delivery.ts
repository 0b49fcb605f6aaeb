import type { ConversationStore } from '../store/conversation-store.ts'
import type { EarlyEventStore } from '../store/early-event-store.ts'
import type { LetterSourceStore } from '../store/letter-source-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import { applyEarlyEvents } from './apply-message-news.ts'
import type { Bus } from './bus.ts'
import { publishChanged } from './publish-changed.ts'

export interface SettleDeliveryDeps {
  readonly messages: MessageStore
  readonly conversations: ConversationStore
  readonly earlyEvents: EarlyEventStore
  readonly letterSources: Pick<LetterSourceStore, 'hold'>
  readonly bus: Bus
  readonly now: () => number
}

/** Tells of what became of a message, and applies what the platform said of it before it had told its id. */
export async function settleDelivery(settled: StoredMessage, deps: SettleDeliveryDeps): Promise<void> {
  await publishChanged([settled], deps)
  if (settled.externalId === undefined) return
  await applyEarlyEvents(settled.channelId, [settled.externalId], deps, (changed) =>
    publishChanged(changed, deps),
  )
}
