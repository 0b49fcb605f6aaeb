import type { AgentId } from '../ids.ts'
import type { QueueState, RoutingAgent } from './agent-state.ts'
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
