import type { RoutingAgent } from './agent-state.ts'
import { type Demands, describeExclusion, exclusionEndsAtMs, memberExclusion } from './eligibility.ts'
import type { AssignmentStep } from './policy.ts'
import type { OpenRing } from './ring.ts'
import { bestOf, isListed, LISTED_WHOLE } from './short-list.ts'
import { preferenceOf } from './skills.ts'
import { type Contender, pickWinner, scoreOf } from './strategies.ts'
import type { ExclusionReason, RoutingCandidate, StepTally } from './trace.ts'

/** What trying one step came to. */
export interface StepRun {
  readonly winner?: RoutingAgent
  readonly candidates: readonly RoutingCandidate[]
  readonly tally: StepTally
  /** When somebody excluded becomes eligible by the clock alone, milliseconds since the epoch. */
  readonly wakeAtMs?: number
  /** Nobody of this step will become eligible by waiting: it has no members, or none that may have it at all. */
  readonly hopeless: boolean
}

/** Reasons that no waiting cures: only a change of settings does. */
const LASTING: ReadonlySet<ExclusionReason> = new Set([
  'not-in-team',
  'deactivated',
  'no-channel-access',
  'sent-it-back',
  'let-it-lapse',
])

/** Who runs a step, and how: the place of the step in its policy, chance, the ring. */
export interface StepCall {
  readonly step: AssignmentStep
  readonly index: number
  readonly demands: Demands
  readonly ring: OpenRing
  readonly nowMs: number
  readonly random: () => number
}

/** Examines the members of a step and picks the winner among the eligible. Linear in the members. */
export function runStep(members: readonly RoutingAgent[], call: StepCall): StepRun {
  const { step, index, demands, ring, nowMs } = call
  const { workType } = demands.conversation
  const { preferred } = demands.skills
  const prefers = preferred.length > 0
  const whole = members.length <= LISTED_WHOLE
  const contenders: Contender[] = []
  const candidates: RoutingCandidate[] = []
  const excluded: Partial<Record<ExclusionReason, number>> = {}
  let wakeAtMs = Number.POSITIVE_INFINITY
  let hopeless = true
  for (const agent of members) {
    const reason = memberExclusion(agent, step.availableOnly, demands, nowMs)
    if (reason === undefined) {
      const preference = prefers ? preferenceOf(agent.skills, preferred) : 0
      const contender = { agent, preference, score: scoreOf(step.strategy, agent, workType, ring) }
      contenders.push(contender)
      if (whole) candidates.push(scored(contender, index, prefers))
      continue
    }
    const count = (excluded[reason] ?? 0) + 1
    excluded[reason] = count
    if (!LASTING.has(reason)) hopeless = false
    const endsAtMs = exclusionEndsAtMs(agent, reason)
    if (endsAtMs !== undefined && endsAtMs > nowMs && endsAtMs < wakeAtMs) wakeAtMs = endsAtMs
    if (isListed(members.length, count)) {
      const { id: agentId, name } = agent
      candidates.push({ agentId, name, step: index, ...describeExclusion(reason, agent, demands, nowMs) })
    }
  }
  const winner = pickWinner(step.strategy, contenders, call.random)
  if (!whole) {
    for (const contender of bestOf(contenders, winner)) candidates.push(scored(contender, index, prefers))
  }
  return {
    ...(winner ? { winner: winner.agent } : {}),
    candidates,
    tally: {
      step: index,
      strategy: step.strategy,
      members: members.length,
      eligible: contenders.length,
      excluded,
      omitted: members.length - candidates.length,
    },
    ...(wakeAtMs === Number.POSITIVE_INFINITY ? {} : { wakeAtMs }),
    hopeless: hopeless && contenders.length === 0,
  }
}

function scored({ agent, preference, score }: Contender, step: number, prefers: boolean): RoutingCandidate {
  const { id: agentId, name } = agent
  return prefers ? { agentId, name, step, score, preference } : { agentId, name, step, score }
}
