import type { WorkType } from '../conversation.ts'
import type { AgentId, TeamId } from '../ids.ts'
import type { QueueState } from './agent-state.ts'
import type { RoutingStrategy } from './policy.ts'
import type { RingTurn } from './ring.ts'

/** Why an agent was not a candidate, in the order in which the router asks. */
export const EXCLUSION_REASONS = [
  'not-in-step',
  'not-in-team',
  'deactivated',
  'no-channel-access',
  'sent-it-back',
  'let-it-lapse',
  'offline',
  'away',
  'time-off',
  'holiday',
  'out-of-hours',
  'not-connected',
  'missing-skill',
  'at-capacity',
  'fair-cap',
] as const
/** One of {@link EXCLUSION_REASONS}. */
export type ExclusionReason = (typeof EXCLUSION_REASONS)[number]

/** An exclusion with what is needed to say it in words. Instants are milliseconds since the epoch. */
export interface Exclusion {
  readonly excluded: ExclusionReason
  /** `offline`, `away`, `not-connected`, `let-it-lapse`: since when, where known. */
  readonly sinceMs?: number
  /** `time-off`, `holiday`, `out-of-hours`, `fair-cap`: until when, where known. */
  readonly untilMs?: number
  /** `at-capacity`: open conversations; `fair-cap`: assignments within the window. */
  readonly load?: number
  /** `at-capacity`, `fair-cap`: the limit that is reached. */
  readonly limit?: number
  /** `at-capacity`: the limit is that of this work type; absent = of all together. */
  readonly workType?: WorkType
  /** `missing-skill`: the first one that is missing. */
  readonly skill?: string
  /** `missing-skill`: the level asked for. */
  readonly level?: number
}

/** One agent of a step as a routing run saw him: either excluded, or scored. */
export interface RoutingCandidate extends Partial<Exclusion> {
  readonly agentId: AgentId
  readonly name: string
  readonly step: number
  /** What the strategy ordered by, lower first: the turn last served, or the open conversations; 0 for `random`. */
  readonly score?: number
  /** How well preferred skills are met, higher first; absent = none are asked for. */
  readonly preference?: number
}

/** What a step came to, also for agents beyond those listed one by one. */
export interface StepTally {
  readonly step: number
  readonly strategy: RoutingStrategy
  /** Agents whom the step names. */
  readonly members: number
  readonly eligible: number
  /** Agents excluded, per reason. */
  readonly excluded: Readonly<Partial<Record<ExclusionReason, number>>>
  /** Members that are counted here but not listed as candidates. */
  readonly omitted: number
}

/**
 * Why a run ended as it did. `assigned` = there is a winner; `team-set` = the team is set and nobody owns it yet;
 * `waiting` = an automatic step is at work or still to come; `pick` = the policy leaves it to the agents; `unassigned` =
 * every step has been given up; `already-assigned`, `not-open` = nothing to decide.
 */
export const ROUTING_OUTCOMES = [
  'assigned',
  'team-set',
  'waiting',
  'pick',
  'unassigned',
  'already-assigned',
  'not-open',
] as const
/** One of {@link ROUTING_OUTCOMES}, whose comment says what each means. */
export type RoutingOutcome = (typeof ROUTING_OUTCOMES)[number]

/** The trace of one run: enough to explain it to an agent years later. Plain data. */
export interface RoutingTrace {
  readonly outcome: RoutingOutcome
  readonly winner?: AgentId
  /** The step that found the winner. */
  readonly step?: number
  readonly strategy?: RoutingStrategy
  /** The team to set, whether or not somebody owns the conversation; absent = leave the team as it is. */
  readonly teamId?: TeamId
  /**
   * Agents of the steps tried, the winner always among them: all of a step of up to 25, of a larger one the 20 who come
   * first and 5 for each reason to pass over somebody. The tallies count the others.
   */
  readonly candidates: readonly RoutingCandidate[]
  /** One entry for each automatic step tried. */
  readonly tallies: readonly StepTally[]
  /** Present when the winner was found by round robin: what moves the ring on if the claim holds. */
  readonly ringTurn?: RingTurn
  /** Where the conversation stands in its policy after this run; absent when nothing was decided. */
  readonly queue?: QueueState
  /** When it is worth deciding again even if nothing happens, milliseconds since the epoch; absent = never. */
  readonly wakeAtMs?: number
  readonly decidedAtMs: number
}
