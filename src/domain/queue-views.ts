import type { AgentId, Instant, TeamId } from './ids.ts'
import type { AgentCapacity, PerWorkType } from './routing/agent-state.ts'
import type { ExplanationPiece } from './routing/explain.ts'
import type { HoursState } from './routing/hours.ts'
import type { AssignmentPolicy } from './routing/policy.ts'
import type { AgentView, ConversationView, RoutingDecisionView } from './views.ts'

/** A conversation that waits for somebody. */
export interface WaitingView {
  readonly conversation: ConversationView
  readonly enteredAt: Instant
  /** Its place among those of the same team, 1 the next. */
  readonly position: number
  /** The last step of its policy that has begun, from 0. */
  readonly step: number
  /** When the router looks again even if nothing happens. */
  readonly wakeAt?: Instant
  /** Why nobody had it when the router last decided anew, in words that say when that was. */
  readonly why: string
}

/** What waits for one team; without `teamId`, what waits for no team in particular. */
export interface WaitingTeamView {
  readonly teamId?: TeamId
  /** The first of them; a long queue is not shown whole. */
  readonly waiting: readonly WaitingView[]
  /** How many wait, also those that are not shown. */
  readonly total: number
}

/** How many open conversations that count somebody has. */
export interface AgentLoadView {
  readonly total: number
  readonly perWorkType: PerWorkType
}

/** An agent as the queue shows him. */
export interface QueueAgentView {
  readonly agent: AgentView
  readonly load: AgentLoadView
  /** What holds for him in the end; absent limits are unlimited. */
  readonly capacity: AgentCapacity
  readonly hours: HoursState
  /** Whether he counts as available for the router: online, reachable, and in his hours unless he said otherwise. */
  readonly available: boolean
  readonly lastAssignedAt?: Instant
}

/** Everything that waits, and everybody who could take it. */
export interface QueueView {
  readonly teams: readonly WaitingTeamView[]
  readonly agents: readonly QueueAgentView[]
}

/** Why a conversation is with whom it is, or with nobody yet. */
export interface WhyView {
  readonly text: string
  /** The same piece by piece, for screens that say it in another language. */
  readonly pieces: readonly ExplanationPiece[]
  /** The run that the words are about, for what waits one of this moment; absent where a person chose. */
  readonly decision?: RoutingDecisionView
}

/** Asks how a policy would have done over the last conversations of a channel or category. */
export interface DryRunCommand {
  readonly channelId?: string
  readonly categoryId?: string
  readonly policy: AssignmentPolicy
  /** How many conversations, 1 to 2,000. */
  readonly last: number
}

/** What one agent would have had. */
export interface DryRunAgentView {
  readonly agentId: AgentId
  readonly name: string
  readonly assigned: number
  /** The most that would have been open with him at the same time. */
  readonly mostOpen: number
}

/** How one policy did in a dry run. */
export interface DryRunOutcomeView {
  readonly assigned: number
  /** Still waiting in the end, or given up. */
  readonly unassigned: number
  /** Left to the agents of a team or to whoever picks them. */
  readonly leftToPick: number
  /** From arrival to assignment; absent when nothing was assigned. */
  readonly medianWaitMs?: number
  readonly p90WaitMs?: number
  readonly maxWaitMs?: number
  /** Most minus fewest assignments, of the agents who got any. */
  readonly spread: number
  /** Everybody who could have had one, also those who had none. */
  readonly perAgent: readonly DryRunAgentView[]
}

/** Today's policy and the edited one over the same conversations. */
export interface DryRunView {
  readonly conversations: number
  /** When the first and the last of them arrived; absent when there were none. */
  readonly fromAt?: Instant
  readonly toAt?: Instant
  /**
   * Since when it is on record who was available; of the time before, everybody counts as available. Absent when
   * nothing is on record.
   */
  readonly historyFrom?: Instant
  readonly today: DryRunOutcomeView
  readonly edited: DryRunOutcomeView
}
