import { type OutboundConversation, windowClosedAtMs } from '../domain/outbound.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { LiveChannel } from './channel-directory.ts'

export interface StandingDeps {
  readonly contacts: Pick<ContactStore, 'findIdentities'>
  readonly conversations: Pick<ConversationStore, 'lastInboundOf'>
  readonly now: () => number
}

/**
 * Whether he wants messages, and when he wrote last. A platform reckons from his last message to the channel, whichever
 * conversation of ours it is in; others are looked at only where this one alone would not do.
 */
export async function standingOf(
  { identityExternalId, lastInboundAtMs }: Pick<StoredConversation, 'identityExternalId' | 'lastInboundAtMs'>,
  { id, capabilities: { replyWindowHours } }: Pick<LiveChannel, 'id' | 'capabilities'>,
  deps: StandingDeps,
): Promise<OutboundConversation> {
  const [identity] = await deps.contacts.findIdentities(id, [identityExternalId])
  const optedOut = identity?.optedOutAtMs !== undefined ? { optedOut: true } : {}
  const here = lastInboundAtMs ? { lastInboundAtMs } : {}
  const isOpen = windowClosedAtMs(replyWindowHours, here, deps.now()) === undefined
  const lastAtMs =
    isOpen || !identity
      ? lastInboundAtMs
      : Math.max(lastInboundAtMs ?? 0, (await deps.conversations.lastInboundOf(identity)) ?? 0)
  return { ...(lastAtMs ? { lastInboundAtMs: lastAtMs } : {}), ...optedOut }
}
