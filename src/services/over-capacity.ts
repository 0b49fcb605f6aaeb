import type { AgentId } from '../domain/ids.ts'
import type { ConversationLoadStore } from '../store/conversation-load-store.ts'
import { countedStatuses } from '../store/counted-conversations.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { RoutingRulesDeps } from './routing-rules.ts'

export interface OverCapacityDeps extends Pick<RoutingRulesDeps, 'agentRouting' | 'routingSettings'> {
  readonly conversationLoads: Pick<ConversationLoadStore, 'loadOf'>
}

/**
 * Whether an agent has more than the router would give him, now that somebody gave him this conversation by hand.
 * That is allowed, but whoever does it should know.
 */
export async function isOverCapacity(
  agentId: AgentId,
  { workType, status }: Pick<StoredConversation, 'workType' | 'status'>,
  { agentRouting, routingSettings, conversationLoads }: OverCapacityDeps,
): Promise<boolean> {
  const [agent, settings] = await Promise.all([agentRouting.get(agentId), routingSettings.read()])
  const { total, perWorkType } = agent?.capacity ?? settings.defaultCapacity ?? {}
  const ofType = perWorkType?.[workType]
  const counted = countedStatuses(settings)
  if ((total === undefined && ofType === undefined) || !counted.includes(status)) return false
  const load = await conversationLoads.loadOf(agentId, counted)
  const all = Object.values(load).reduce((sum, count) => sum + count, 0)
  return all > (total ?? Infinity) || (load[workType] ?? 0) > (ofType ?? Infinity)
}
