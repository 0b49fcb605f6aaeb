import type { Availability } from './agent.ts'
import type { ConversationStatus } from './conversation.ts'
import type { AgentId, ChannelId, ConversationId } from './ids.ts'
import {
  type AssignmentPolicy,
  type AssignmentStep,
  policyOf,
  type RoutingStrategy,
  type RoutingTarget,
} from './routing/policy.ts'

/** Every agent in turn, those available only. */
export const ROUND_ROBIN_POLICY: AssignmentPolicy = policyOf([
  {
    target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
    strategy: 'round-robin',
    availableOnly: true,
    waitMs: 0,
  },
])

/** What the router knows of an agent. */
export interface RoutingAgent {
  readonly id: AgentId
  readonly name: string
  readonly active: boolean
  readonly availability: Availability
  /** A device is connected, or was within the grace period. */
  readonly present: boolean
  /** Last sign of life, milliseconds since the epoch; for the explanation only. */
  readonly seenAtMs?: number
  readonly channels: 'all' | ReadonlySet<ChannelId>
}

/**
 * The round-robin ring: for each agent the number of the turn he was last served in. Who has waited longest is next,
 * so totals of agents who were always eligible differ by at most one, across restarts and changes of membership.
 */
export interface RoutingRing {
  readonly turn: number
  readonly served: Readonly<Record<string, number>>
}

/** A ring nobody has been served from. */
export const EMPTY_RING: RoutingRing = { turn: 0, served: {} }

/** Everything a decision may depend on. */
export interface RoutingState {
  readonly conversation: {
    readonly id: ConversationId
    readonly channelId: ChannelId
    readonly status: ConversationStatus
    readonly assigneeId?: AgentId
  }
  readonly agents: readonly RoutingAgent[]
  readonly ring: RoutingRing
}

/** Why an agent was not a candidate. */
export type ExclusionReason =
  | 'not-in-step'
  | 'deactivated'
  | 'no-channel-access'
  | 'away'
  | 'offline'
  | 'not-connected'

/** One agent as a routing run saw him. */
export interface RoutingCandidate {
  readonly agentId: AgentId
  readonly name: string
  readonly step: number
  readonly excluded?: ExclusionReason
  /** Since when the exclusion holds, milliseconds since the epoch, where known. */
  readonly sinceMs?: number
  /** What the strategy ordered by: for round robin the turn last served. Lower wins. */
  readonly score?: number
}

/** Why a run ended as it did. */
export type RoutingOutcome = 'assigned' | 'nobody-eligible' | 'pick' | 'already-assigned' | 'not-open'

/** The trace of one run: enough to explain it to an agent years later. */
export interface RoutingTrace {
  readonly outcome: RoutingOutcome
  readonly winner?: AgentId
  readonly step?: number
  readonly strategy?: RoutingStrategy
  readonly candidates: readonly RoutingCandidate[]
  /** The ring as it stands if the winner's claim holds. */
  readonly ring: RoutingRing
  readonly decidedAtMs: number
}

/**
 * Decides who gets a conversation. Pure: the same arguments give the same trace, and nothing is claimed here.
 * Used by the live router, the dry run and the property tests.
 * @param nowMs milliseconds since the epoch
 * @param random uniform in [0, 1) from a source the caller owns; strategies that need no chance leave it alone
 */
export function decideRouting(
  state: RoutingState,
  policy: AssignmentPolicy,
  nowMs: number,
  _random: () => number,
): RoutingTrace {
  const { conversation, ring } = state
  const ended = (outcome: RoutingOutcome, candidates: readonly RoutingCandidate[] = []): RoutingTrace => ({
    outcome,
    candidates,
    ring,
    decidedAtMs: nowMs,
  })
  if (conversation.assigneeId !== undefined) return ended('already-assigned')
  if (conversation.status !== 'open') return ended('not-open')
  const candidates: RoutingCandidate[] = []
  let automatic = false
  for (const [index, step] of policy.steps.entries()) {
    if (step.strategy === 'pick' || !namesAgents(step.target)) continue
    automatic = true
    const seen = state.agents.map((agent) => examine(agent, step, index, state))
    candidates.push(...seen)
    const winner = leastRecentlyServed(seen)
    if (winner) return won(winner, step, ring, candidates, nowMs)
  }
  return ended(automatic ? 'nobody-eligible' : 'pick', candidates)
}

const namesAgents = ({ kind }: RoutingTarget): boolean =>
  kind === 'agents-and-teams' || kind === 'fixed-agent'

function isNamed(agentId: AgentId, target: RoutingTarget): boolean {
  if (target.kind === 'fixed-agent') return target.agentId === agentId
  if (target.kind !== 'agents-and-teams') return false
  return target.agentIds === 'all' || target.agentIds.includes(agentId)
}

function won(
  winner: RoutingCandidate,
  step: AssignmentStep,
  ring: RoutingRing,
  candidates: readonly RoutingCandidate[],
  nowMs: number,
): RoutingTrace {
  const turn = ring.turn + 1
  return {
    outcome: 'assigned',
    winner: winner.agentId,
    step: winner.step,
    strategy: step.strategy,
    candidates,
    ring: { turn, served: { ...ring.served, [winner.agentId]: turn } },
    decidedAtMs: nowMs,
  }
}

function examine(
  agent: RoutingAgent,
  step: AssignmentStep,
  index: number,
  { conversation, ring }: RoutingState,
): RoutingCandidate {
  const excluded = exclusionOf(agent, step, conversation.channelId)
  const known = { agentId: agent.id, name: agent.name, step: index }
  if (!excluded) return { ...known, score: ring.served[agent.id] ?? 0 }
  const since = excluded === 'not-connected' || excluded === 'offline' ? agent.seenAtMs : undefined
  return since === undefined ? { ...known, excluded } : { ...known, excluded, sinceMs: since }
}

function exclusionOf(
  agent: RoutingAgent,
  step: AssignmentStep,
  channelId: ChannelId,
): ExclusionReason | undefined {
  if (!isNamed(agent.id, step.target)) return 'not-in-step'
  if (!agent.active) return 'deactivated'
  if (agent.channels !== 'all' && !agent.channels.has(channelId)) return 'no-channel-access'
  if (!step.availableOnly) return undefined
  if (agent.availability !== 'online') return agent.availability
  return agent.present ? undefined : 'not-connected'
}

function leastRecentlyServed(candidates: readonly RoutingCandidate[]): RoutingCandidate | undefined {
  let best: RoutingCandidate | undefined
  for (const candidate of candidates) {
    if (candidate.score === undefined) continue
    const better =
      best?.score === undefined ||
      candidate.score < best.score ||
      (candidate.score === best.score && candidate.agentId < best.agentId)
    if (better) best = candidate
  }
  return best
}
