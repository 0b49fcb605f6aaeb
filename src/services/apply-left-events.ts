import type { ChannelId } from '../domain/ids.ts'
import { applyEarlyEvents } from './apply-message-news.ts'
import { publishChanged } from './publish-changed.ts'
import type { SettleDeliveryDeps } from './settle-delivery.ts'

/** How much is looked at in one step: what never meets a message lies there for days. */
const LOOKED_AT_ONCE = 500

/**
 * Applies what waits for messages that are here: whoever recorded or sent them may have ended before he did. One step
 * over all that waits; call it again with what it answers.
 * @param after where the step before ended; empty to begin
 * @returns where this one ended; empty when that was the last one
 */
export async function applyLeftEvents(after: string, deps: SettleDeliveryDeps): Promise<string> {
  const waiting = await deps.earlyEvents.awaited(after, LOOKED_AT_ONCE)
  const named = new Map<ChannelId, Set<string>>()
  for (const { channelId, externalId } of waiting) {
    const known = named.get(channelId)
    if (known) known.add(externalId)
    else named.set(channelId, new Set([externalId]))
  }
  for (const [channelId, ids] of named) {
    const here = await deps.messages.findNamed(channelId, [...ids])
    const names = here.flatMap(({ externalId = '', partIds = [] }) => [externalId, ...partIds])
    const met = [...new Set(names)].filter((name) => ids.has(name))
    await applyEarlyEvents(channelId, met, deps, (changed) => publishChanged(changed, deps))
  }
  return waiting.length < LOOKED_AT_ONCE ? '' : (waiting.at(-1)?.key ?? '')
}
