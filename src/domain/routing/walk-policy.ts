import type { TeamId } from '../ids.ts'
import type { QueueState, RoutingAgent, RoutingConversation } from './agent-state.ts'
import { type Demands, demandsOf } from './eligibility.ts'
import type { AssignmentPolicy, AssignmentStep } from './policy.ts'
import type { OpenRing } from './ring.ts'
import type { StepRun } from './run-step.ts'
import type { RoutingCandidate, RoutingOutcome, RoutingTrace, StepTally } from './trace.ts'

/** Tries one automatic step for the conversation at hand. */
export type TryStep = (step: AssignmentStep, index: number, demands: Demands) => StepRun

/** Where a conversation begins in a policy that it has not been through. */
export function freshQueue(nowMs: number): QueueState {
  return { step: 0, stepSinceMs: nowMs, enteredAtMs: nowMs, lapses: [] }
}

const isAutomatic = ({ target, strategy }: AssignmentStep): boolean =>
  target.kind !== 'none' && target.kind !== 'team' && strategy !== 'pick'

/** Whether a step does anything by itself: gives the conversation to a team or an agent. */
const doesSomething = (step: AssignmentStep): boolean => step.target.kind === 'team' || isAutomatic(step)

/** What has been gathered on the way through the steps. */
interface Walk {
  readonly candidates: RoutingCandidate[]
  readonly tallies: StepTally[]
  reached: number
  sinceMs: number
  wakeAtMs: number
  automatic: boolean
  teamId: TeamId | undefined
}

/**
 * Goes through the steps that have begun, in order, and begins further ones whose time has come. Steps begun earlier
 * stay in the running: who becomes free in the first team goes before who is free in the team of the overflow. A step
 * that can find nobody however long it waits (no owner, an empty team, a deactivated agent) is passed over at once, so
 * that one broken step never holds up a conversation.
 */
export function walkPolicy(
  conversation: RoutingConversation,
  policy: AssignmentPolicy,
  ring: OpenRing,
  nowMs: number,
  tryStep: TryStep,
): RoutingTrace {
  if (conversation.assigneeId !== undefined) return nothingToDecide('already-assigned', nowMs)
  if (conversation.status !== 'open') return nothingToDecide('not-open', nowMs)
  const { steps } = policy
  const last = steps.length - 1
  const begun = conversation.queue ?? freshQueue(nowMs)
  const from = begun.fromStep ?? 0
  const walk: Walk = {
    candidates: [],
    tallies: [],
    reached: Math.max(from, Math.min(begun.step, last)),
    sinceMs: begun.stepSinceMs,
    wakeAtMs: Number.POSITIVE_INFINITY,
    automatic: false,
    teamId: undefined,
  }
  const demands = demandsOf(conversation, policy, nowMs)
  for (let index = from; index <= walk.reached && index <= last; index += 1) {
    const step = steps[index]
    if (step === undefined) break
    let hopeless = false
    if (step.target.kind === 'team') walk.teamId = step.target.teamId
    else if (isAutomatic(step)) {
      const run = tryStep(step, index, demands)
      note(walk, run)
      if (run.winner) return won(run.winner, step, index, ring, ended('assigned', walk, conversation, nowMs))
      hopeless = run.hopeless
    }
    if (index === walk.reached && index < last) beginNext(walk, step.waitMs, hopeless, nowMs)
  }
  return rest(walk, policy, from, demands, conversation, nowMs)
}

function note(walk: Walk, run: StepRun): void {
  walk.automatic = true
  for (const candidate of run.candidates) walk.candidates.push(candidate)
  walk.tallies.push(run.tally)
  if (run.wakeAtMs !== undefined) walk.wakeAtMs = Math.min(walk.wakeAtMs, run.wakeAtMs)
}

/** The next step begins when this one's time is over, as the policy says it, however late the run is. */
function beginNext(walk: Walk, waitMs: number, hopeless: boolean, nowMs: number): void {
  const endsAtMs = walk.sinceMs + waitMs
  if (!hopeless && nowMs < endsAtMs) return
  walk.reached += 1
  walk.sinceMs = Math.min(nowMs, endsAtMs)
}

/** Nobody was found: what the conversation does until something happens. */
function rest(
  walk: Walk,
  { steps }: AssignmentPolicy,
  from: number,
  demands: Demands,
  conversation: RoutingConversation,
  nowMs: number,
): RoutingTrace {
  const toCome = steps.slice(walk.reached + 1).some(doesSomething)
  const current = steps[walk.reached]
  if (toCome && current) walk.wakeAtMs = Math.min(walk.wakeAtMs, walk.sinceMs + current.waitMs)
  const { relaxesAtMs } = demands.skills
  if (walk.automatic && relaxesAtMs !== undefined) walk.wakeAtMs = Math.min(walk.wakeAtMs, relaxesAtMs)
  return ended(outcomeOf(walk, steps.length, from, toCome), walk, conversation, nowMs)
}

function outcomeOf(walk: Walk, steps: number, from: number, toCome: boolean): RoutingOutcome {
  if (steps > 0 && from >= steps) return 'unassigned'
  if (walk.automatic) return 'waiting'
  if (walk.teamId !== undefined) return 'team-set'
  return toCome ? 'waiting' : 'pick'
}

function ended(
  outcome: RoutingOutcome,
  walk: Walk,
  conversation: RoutingConversation,
  nowMs: number,
): RoutingTrace {
  const begun = conversation.queue ?? freshQueue(nowMs)
  const moved = walk.reached !== begun.step || walk.sinceMs !== begun.stepSinceMs
  const setsTeam =
    walk.teamId !== undefined && walk.teamId !== conversation.teamId && !conversation.teamByHand
  const wakes = outcome !== 'assigned' && walk.wakeAtMs !== Number.POSITIVE_INFINITY
  return {
    outcome,
    ...(setsTeam ? { teamId: walk.teamId } : {}),
    candidates: walk.candidates,
    tallies: walk.tallies,
    queue: moved ? { ...begun, step: walk.reached, stepSinceMs: walk.sinceMs } : begun,
    ...(wakes ? { wakeAtMs: walk.wakeAtMs } : {}),
    decidedAtMs: nowMs,
  }
}

function won(
  winner: RoutingAgent,
  step: AssignmentStep,
  index: number,
  ring: OpenRing,
  trace: RoutingTrace,
): RoutingTrace {
  return {
    ...trace,
    winner: winner.id,
    step: index,
    strategy: step.strategy,
    ...(step.strategy === 'round-robin' ? { ringTurn: { agentId: winner.id, turn: ring.turn + 1 } } : {}),
  }
}

function nothingToDecide(outcome: RoutingOutcome, nowMs: number): RoutingTrace {
  return { outcome, candidates: [], tallies: [], decidedAtMs: nowMs }
}
