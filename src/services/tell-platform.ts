import type { ConnectorContext } from '../contract/connector.ts'
import type { Capabilities } from '../domain/capabilities.ts'
import type { ConversationId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { LiveChannel } from './channel-directory.ts'
import { withinLimit } from './within-limit.ts'

/**
 * Tells platforms what agents are about, where they show it to their customers. It never throws and nobody waits for
 * it: what is lost was worth little.
 */
export interface TellPlatform {
  agentTypes(conversationId: ConversationId): void
  /** @param externalId of the newest message that was read */
  agentRead(conversation: StoredConversation, externalId: string): void
}

export interface TellPlatformDeps {
  readonly conversations: Pick<ConversationStore, 'find'>
  readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
  readonly contextOf: (channel: LiveChannel, limit: AbortSignal) => ConnectorContext<LiveChannel['config']>
  /** Milliseconds; only differences count. */
  readonly now: () => number
  readonly onFailure: (error: unknown, conversationId: ConversationId) => void
}

/** Platforms show that somebody types for five seconds or a little longer. */
export const TYPING_EVERY_MS = 4_000
const LIMIT_MS = 10_000
/** Beyond so many conversations those that nobody types in any more are forgotten. */
const MOST_REMEMBERED = 1_000

export function createTellPlatform(deps: TellPlatformDeps): TellPlatform {
  const typedAtMs = new Map<ConversationId, number>()

  const tell = async (
    conversation: StoredConversation | undefined,
    feature: 'typing' | 'markRead',
    call: (
      channel: LiveChannel,
      to: { readonly identityExternalId: string; readonly threadKey: string },
      ctx: ConnectorContext<LiveChannel['config']>,
    ) => Promise<void> | undefined,
  ): Promise<void> => {
    const channel = conversation && (await deps.findChannel(conversation.channelId))
    if (!channel || channel.paused || !canNatively(channel.capabilities, feature)) return
    const { identityExternalId, threadKey } = conversation
    await withinLimit(
      LIMIT_MS,
      async (limit) => call(channel, { identityExternalId, threadKey }, deps.contextOf(channel, limit)),
      () => new Error('the platform did not answer in time'),
    )
  }

  const isFresh = (id: ConversationId): boolean => {
    const nowMs = deps.now()
    const lastMs = typedAtMs.get(id)
    if (lastMs !== undefined && nowMs - lastMs < TYPING_EVERY_MS) return true
    typedAtMs.set(id, nowMs)
    if (typedAtMs.size > MOST_REMEMBERED) {
      for (const [one, atMs] of typedAtMs) if (nowMs - atMs >= TYPING_EVERY_MS) typedAtMs.delete(one)
    }
    return false
  }

  return {
    agentTypes(id) {
      if (isFresh(id)) return
      deps.conversations
        .find(id)
        .then((conversation) =>
          tell(conversation, 'typing', ({ connector }, to, ctx) => connector.sendTyping?.(to, ctx)),
        )
        .catch((error: unknown) => deps.onFailure(error, id))
    },
    agentRead(conversation, externalId) {
      tell(conversation, 'markRead', ({ connector }, to, ctx) =>
        connector.markRead?.(externalId, to, ctx),
      ).catch((error: unknown) => deps.onFailure(error, conversation.id))
    },
  }
}

const canNatively = (capabilities: Capabilities, feature: 'typing' | 'markRead'): boolean =>
  capabilities[feature] === 'native'
