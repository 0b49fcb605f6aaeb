import type { WorkType } from '../conversation.ts'
import type { RoutingAgent } from './agent-state.ts'
import { totalLoad, unavailability } from './eligibility.ts'

/** How much work the available agents can hold. */
export interface ServingCapacity {
  /** Conversations of the work type they may hold at the same time, those they hold included. */
  readonly slots: number
  /** How many of these are free. */
  readonly free: number
}

/**
 * What the agents who are available now can hold of a work type.
 * @returns undefined when one of them has no limit: then nobody can say how long anybody waits
 */
export function servingCapacity(
  agents: readonly RoutingAgent[],
  workType: WorkType,
): ServingCapacity | undefined {
  let slots = 0
  let free = 0
  for (const agent of agents) {
    if (!agent.active || unavailability(agent) !== undefined) continue
    const held = agent.load[workType] ?? 0
    const { total = Number.POSITIVE_INFINITY, perWorkType } = agent.capacity
    // What other work takes away from the total cannot be used for this kind.
    const room = Math.min(
      total - totalLoad(agent.load) + held,
      perWorkType?.[workType] ?? Number.POSITIVE_INFINITY,
    )
    if (room === Number.POSITIVE_INFINITY) return undefined
    slots += Math.max(0, room)
    free += Math.max(0, room - held)
  }
  return { slots, free }
}

/** An honest guess of a wait, in whole minutes: milliseconds. */
export interface WaitEstimate {
  /** As long as it takes if things go as they did lately. */
  readonly likelyMs: number
  /** If the conversations before take as long as the slower ones did lately. */
  readonly atMostMs: number
}

const MINUTE_MS = 60_000
/** With fewer handling times than this nothing honest can be said. */
const LEAST_SAMPLES = 5

/**
 * How long the conversation at a place in the queue waits, from how many the agents can hold and how long each took
 * lately: with `slots` in work one ends every `handling / slots`, and it must wait for one end for each place.
 * @param place 1 = next
 * @param handlingMs how long recent conversations of this kind took from assignment to resolve
 * @returns undefined when it is not known: too few samples, nobody available, or no limit on what they may hold
 */
export function estimateWait(
  place: number,
  capacity: ServingCapacity | undefined,
  handlingMs: readonly number[],
): WaitEstimate | undefined {
  const samples = handlingMs.filter((ms) => Number.isFinite(ms) && ms >= 0)
  if (!capacity || capacity.slots <= 0 || samples.length < LEAST_SAMPLES || !(place >= 1)) return undefined
  const ahead = Math.max(0, Math.ceil(place) - capacity.free)
  const mean = samples.reduce((sum, ms) => sum + ms, 0) / samples.length
  const slow = Math.max(mean, percentile(samples, 0.8) ?? mean)
  return {
    likelyMs: wholeMinutes((ahead * mean) / capacity.slots),
    atMostMs: wholeMinutes((ahead * slow) / capacity.slots),
  }
}

const wholeMinutes = (ms: number): number => Math.ceil(ms / MINUTE_MS) * MINUTE_MS

/**
 * The value that so great a share of all is not above, by nearest rank.
 * @param share 0 to 1
 * @returns undefined for no values
 */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}
