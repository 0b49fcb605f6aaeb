import type { AgentId } from '../ids.ts'
import type { QueueState, RoutingAgent, RoutingConversation } from './agent-state.ts'
import { demandsOf, memberExclusion } from './eligibility.ts'
import type { AssignmentPolicy } from './policy.ts'
import { freshQueue } from './walk-policy.ts'

/**
 * A place at the start of the policy: for a policy that changed, a change of team or category, a hand that sent it
 * back. The age of the conversation stays, and with it its place in the queue; so does whoever sent it back.
 */
export function restartQueue(queue: QueueState | undefined, nowMs: number, sentBackBy?: AgentId): QueueState {
  const before = queue?.sentBackBy ?? []
  const senders = sentBackBy === undefined || before.includes(sentBackBy) ? before : [...before, sentBackBy]
  return {
    ...freshQueue(nowMs),
    enteredAtMs: queue?.enteredAtMs ?? nowMs,
    ...(senders.length > 0 ? { sentBackBy: senders } : {}),
  }
}

/** What silence of an assignee leads to. */
export interface AfterSilence {
  readonly queue: QueueState
  /** So many let it lapse that the step is given up: supervisors are told. */
  readonly escalated: boolean
}

/**
 * An assignee let the conversation lapse: he is excluded from now on, and after the last one that the policy bears with
 * the step and those before it are given up and the next begins.
 */
export function afterSilence(
  queue: QueueState | undefined,
  policy: AssignmentPolicy,
  agentId: AgentId,
  nowMs: number,
): AfterSilence {
  const before = queue ?? freshQueue(nowMs)
  const lapses = [...before.lapses, { agentId, atMs: nowMs }]
  // The lapse that began a step bears its very instant and belongs to the step before.
  const inStep = lapses.filter(({ atMs }) => atMs > before.stepSinceMs).length
  if (inStep < policy.silentMost) return { queue: { ...before, lapses }, escalated: false }
  const step = before.step + 1
  return { queue: { ...before, lapses, step, fromStep: step, stepSinceMs: nowMs }, escalated: true }
}

/** When an assignee who does not answer loses the conversation, milliseconds since the epoch; absent = never. */
export function silentUntilMs(policy: AssignmentPolicy, assignedAtMs: number): number | undefined {
  return policy.silentAfterMs === undefined ? undefined : assignedAtMs + policy.silentAfterMs
}

/** Whether a conversation is taken from an owner who went offline beyond the grace period, to be routed again. */
export function losesOwner(policy: AssignmentPolicy, owner: RoutingAgent): boolean {
  if (policy.ownerOffline === 'keep') return false
  if (!owner.active || owner.availability === 'offline') return true
  return !owner.present && owner.reachableByPush !== true
}

/** What a customer's message to a resolved conversation leads to. */
export type AfterReopen =
  | { readonly kind: 'new-conversation' }
  | { readonly kind: 'same-agent'; readonly agentId: AgentId }
  | { readonly kind: 're-route' }

/**
 * Where a conversation goes that a customer reopens: on to the agent who had it if the policy wants that and he may
 * have it now, into the policy afresh otherwise, or it begins anew when it was resolved too long ago.
 * @param previous who had it when it was resolved, as he stands now
 * @param resolvedAtMs milliseconds since the epoch
 */
export function afterReopen(
  policy: AssignmentPolicy,
  conversation: RoutingConversation,
  previous: RoutingAgent | undefined,
  resolvedAtMs: number,
  nowMs: number,
): AfterReopen {
  const { newConversationAfterMs } = policy
  if (newConversationAfterMs !== undefined && nowMs - resolvedAtMs >= newConversationAfterMs)
    return { kind: 'new-conversation' }
  if (policy.onReopen === 're-route' || !previous) return { kind: 're-route' }
  // He knows the customer: what skills it asks for no longer matters, whether he may have it and has room does.
  const fresh = { ...conversation, queue: undefined, requirements: [] }
  const demands = demandsOf(fresh, { ...policy, skills: [], requireLanguage: undefined }, nowMs)
  const mayHave = memberExclusion(previous, true, demands, nowMs) === undefined
  return mayHave ? { kind: 'same-agent', agentId: previous.id } : { kind: 're-route' }
}
