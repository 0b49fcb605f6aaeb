import type { ConversationId, RoutingDecisionId } from '../domain/ids.ts'
import type { RoutingQueueStore } from '../store/routing-queue-store.ts'
import type { RoutingRingStore } from '../store/routing-ring-store.ts'
import type { RoutingStore } from '../store/routing-store.ts'

export interface RecoverRingsDeps {
  readonly rings: Pick<RoutingRingStore, 'left' | 'giveBack' | 'close'>
  readonly routing: Pick<RoutingStore, 'markLost'>
  readonly routingQueue: Pick<RoutingQueueStore, 'claimed'>
  readonly now: () => number
}

/** Longer than any reservation lives: a run as old as this claims nothing any more. */
const LEFT_AFTER_MS = 15_000

/**
 * Gives agents back the turns that a node took from the ring and died before it claimed, and says of its decisions that
 * they came to nothing.
 * @returns how many turns
 */
export async function recoverRings(deps: RecoverRingsDeps): Promise<number> {
  let returned = 0
  for (const { scope, run, turns } of await deps.rings.left(deps.now() - LEFT_AFTER_MS)) {
    const decisions = new Map<ConversationId, RoutingDecisionId>(
      turns.map(({ conversationId, decisionId }) => [conversationId, decisionId]),
    )
    const claimed = await deps.routingQueue.claimed(decisions)
    const lost = new Set(turns.map(({ decisionId }) => decisionId).filter((id) => !claimed.has(id)))
    await deps.routing.markLost([...lost])
    await deps.rings.giveBack(scope, turns, lost)
    await deps.rings.close(scope, run)
    returned += lost.size
  }
  return returned
}
