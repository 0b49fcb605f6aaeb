import type { MessageStore } from '../store/message-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { Bus } from './bus.ts'
import { presentToVisitor } from './present.ts'
import type { TellPlatform } from './tell-platform.ts'

export interface TellOfReadingDeps {
  readonly messages: Pick<MessageStore, 'page'>
  readonly bus: Bus
  readonly tellPlatform: Pick<TellPlatform, 'agentRead'>
}

/** How many of his own messages a customer's client learns to be read; older ones it knows from the history. */
const TOLD_AT_ONCE = 50

/** Tells the customer's own client, or his platform, which of his messages an agent has read now. */
export async function tellOfReading(
  before: StoredConversation,
  after: StoredConversation,
  deps: TellOfReadingDeps,
): Promise<void> {
  if (after.readOrder <= before.readOrder) return
  const newest = await deps.messages.page(after.id, TOLD_AT_ONCE, undefined, ['message'])
  const read = newest.filter(
    ({ direction, order }) => direction === 'inbound' && order > before.readOrder && order <= after.readOrder,
  )
  const messages = read.flatMap((message) => presentToVisitor(message, after.readOrder) ?? [])
  deps.bus.tellVisitors([{ channelId: after.channelId, visitorId: after.identityExternalId, messages }])
  const last = read.find(({ externalId }) => externalId !== undefined)
  if (last?.externalId !== undefined) deps.tellPlatform.agentRead(after, last.externalId)
}
