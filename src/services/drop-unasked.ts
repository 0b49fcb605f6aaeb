import type { ChannelId } from '../domain/ids.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { ArrivedMessage } from './parse-entries.ts'

/**
 * Drops messages that count only where their thread has a conversation, and whose thread has none: neither one that is
 * recorded nor one that other messages of the same batch begin. One that was ended counts: whoever ended it to begin
 * the next may have failed in between, and the thread must not fall silent for that.
 */
export async function dropUnasked(
  arrivals: readonly ArrivedMessage[],
  { conversations }: { readonly conversations: Pick<ConversationStore, 'knownThreads'> },
): Promise<readonly ArrivedMessage[]> {
  const asking = new Map<ChannelId, Set<string>>()
  for (const { onlyInThread, channel, threadKey } of arrivals) {
    if (!onlyInThread) continue
    const keys = asking.get(channel.id)
    if (keys) keys.add(threadKey)
    else asking.set(channel.id, new Set([threadKey]))
  }
  if (asking.size === 0) return arrivals
  const known = new Set<string>()
  for (const { onlyInThread, channel, threadKey } of arrivals)
    if (!onlyInThread) known.add(`${channel.id} ${threadKey}`)
  for (const [channelId, keys] of asking)
    for (const threadKey of await conversations.knownThreads(channelId, [...keys]))
      known.add(`${channelId} ${threadKey}`)
  return arrivals.filter(
    ({ onlyInThread, channel, threadKey }) => !onlyInThread || known.has(`${channel.id} ${threadKey}`),
  )
}
