import type { WorkType } from '../conversation.ts'
import type { RoutingAgent } from './agent-state.ts'
import { totalLoad } from './eligibility.ts'
import type { RoutingStrategy } from './policy.ts'
import { lastTurnOf, type OpenRing } from './ring.ts'

/** Somebody who may get the conversation, as the strategy compares him. */
export interface Contender {
  readonly agent: RoutingAgent
  /** How well preferred skills are met, higher first. */
  readonly preference: number
  /** What the strategy orders by, lower first. */
  readonly score: number
}

/** What a strategy orders an agent by: the lower goes first. `random` and `pick` order by nothing. */
export function scoreOf(
  strategy: RoutingStrategy,
  agent: RoutingAgent,
  workType: WorkType,
  ring: OpenRing,
): number {
  switch (strategy) {
    case 'round-robin':
      return lastTurnOf(ring, agent.id)
    case 'least-open':
      return totalLoad(agent.load)
    case 'load-balanced':
      return agent.recentLoad[workType] ?? 0
    default:
      return 0
  }
}

/**
 * Whether one goes before the other: first by preferred skills, then by the score, then who has waited longest since
 * his last assignment (never = longest), then by id, so that the order in which agents are read never matters.
 */
export function goesBefore(one: Contender, other: Contender): boolean {
  if (one.preference !== other.preference) return one.preference > other.preference
  if (one.score !== other.score) return one.score < other.score
  const oneAtMs = one.agent.lastAssignedAtMs ?? Number.NEGATIVE_INFINITY
  const otherAtMs = other.agent.lastAssignedAtMs ?? Number.NEGATIVE_INFINITY
  if (oneAtMs !== otherAtMs) return oneAtMs < otherAtMs
  return one.agent.id < other.agent.id
}

/**
 * The one who gets it. Linear in the contenders.
 * @param random uniform in [0, 1); asked once, and only by the strategy `random`
 */
export function pickWinner<One extends Contender>(
  strategy: RoutingStrategy,
  contenders: readonly One[],
  random: () => number,
): One | undefined {
  if (strategy === 'pick') return undefined
  if (strategy === 'random') return drawLot(contenders, random)
  let best: One | undefined
  for (const contender of contenders) {
    if (best === undefined || goesBefore(contender, best)) best = contender
  }
  return best
}

/** Each of those who meet the preferences best is as likely as the others. */
function drawLot<One extends Contender>(contenders: readonly One[], random: () => number): One | undefined {
  if (contenders.length === 0) return undefined
  let best = 0
  for (const { preference } of contenders) best = Math.max(best, preference)
  const equals = contenders.filter(({ preference }) => preference === best)
  return equals[Math.min(equals.length - 1, Math.floor(random() * equals.length))]
}
