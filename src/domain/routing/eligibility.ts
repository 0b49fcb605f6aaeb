import type { WorkType } from '../conversation.ts'
import { WORK_TYPES } from '../conversation.ts'
import type { AgentId } from '../ids.ts'
import type { FairCap, PerWorkType, RoutingAgent, RoutingConversation } from './agent-state.ts'
import type { AssignmentPolicy, RoutingTarget } from './policy.ts'
import { type EffectiveSkills, effectiveSkills, missingSkill } from './skills.ts'
import type { Exclusion, ExclusionReason } from './trace.ts'

/** Whether a target names an agent, whatever else holds. An unknown kind of target names nobody. */
export function isInTarget(
  agent: RoutingAgent,
  target: RoutingTarget,
  conversation: RoutingConversation,
): boolean {
  switch (target.kind) {
    case 'agents-and-teams':
      if (target.agentIds === 'all' || target.agentIds.includes(agent.id)) return true
      return target.teamIds.some((teamId) =>
        target.primaryTeamOnly ? agent.primaryTeamId === teamId : agent.teamIds.includes(teamId),
      )
    case 'contact-owner':
      return agent.id === conversation.contactOwnerId
    case 'last-agent':
      return agent.id === conversation.lastAgentId
    case 'fixed-agent':
      return agent.id === target.agentId
    default:
      return false
  }
}

/** Open conversations of all work types together. */
export function totalLoad(load: PerWorkType): number {
  let sum = 0
  for (const type of WORK_TYPES) sum += load[type] ?? 0
  return sum
}

/** Whether one more conversation of the work type would pass a limit of the agent. */
export function isAtCapacity({ capacity, load }: RoutingAgent, workType: WorkType): boolean {
  const { total, perWorkType } = capacity
  if (total !== undefined && totalLoad(load) >= total) return true
  const limit = perWorkType?.[workType]
  return limit !== undefined && (load[workType] ?? 0) >= limit
}

/** How many of the router's assignments lie within the agent's fair-cap window that ends now. */
export function assignedWithinWindow(agent: RoutingAgent, nowMs: number): number {
  const { fairCap, recentAssignmentsAtMs: instants } = agent
  if (!fairCap || !instants) return 0
  const after = nowMs - fairCap.windowMs
  let count = 0
  for (let index = instants.length - 1; index >= 0 && (instants[index] ?? 0) > after; index -= 1) count += 1
  return count
}

/** Looks at one instant only: the one that must have left the window for another assignment to fit. */
function isAtFairCap(
  { most, windowMs }: FairCap,
  instants: readonly number[] | undefined,
  nowMs: number,
): boolean {
  if (most < 1) return true
  const oldest = instants?.[instants.length - most]
  return oldest !== undefined && oldest > nowMs - windowMs
}

/**
 * Whether an agent is available: online by his own word, reachable by a device, and within his hours unless he said
 * "online" outside them. A push device counts as being there.
 * @returns why not, or undefined when he is
 */
export function unavailability(agent: RoutingAgent): ExclusionReason | undefined {
  if (agent.availability !== 'online') return agent.availability
  if (agent.hours?.within === false && agent.onlineOutOfHours !== true)
    return agent.hours.closedBy ?? 'out-of-hours'
  return agent.present || agent.reachableByPush === true ? undefined : 'not-connected'
}

/** What a conversation asks of whoever gets it, worked out once for all agents. */
export interface Demands {
  readonly conversation: RoutingConversation
  readonly skills: EffectiveSkills
}

/** Works out what a conversation asks of whoever gets it at an instant. */
export function demandsOf(
  conversation: RoutingConversation,
  policy: AssignmentPolicy,
  nowMs: number,
): Demands {
  const enteredAtMs = conversation.queue?.enteredAtMs ?? nowMs
  return { conversation, skills: effectiveSkills(policy, conversation, enteredAtMs, nowMs) }
}

const includes = (ids: readonly AgentId[] | undefined, id: AgentId): boolean =>
  ids !== undefined && ids.length > 0 && ids.includes(id)

/**
 * Why a member of a step may not get the conversation, without the data for the explanation: the hot path, which
 * allocates nothing. {@link describeExclusion} tells the whole.
 */
export function memberExclusion(
  agent: RoutingAgent,
  availableOnly: boolean,
  { conversation, skills }: Demands,
  nowMs: number,
): ExclusionReason | undefined {
  const { queue, teamId } = conversation
  if (teamId !== undefined && conversation.teamByHand && !agent.teamIds.includes(teamId)) return 'not-in-team'
  if (!agent.active) return 'deactivated'
  if (agent.channels !== 'all' && !agent.channels.has(conversation.channelId)) return 'no-channel-access'
  if (queue && includes(queue.sentBackBy, agent.id)) return 'sent-it-back'
  if (queue && queue.lapses.length > 0 && queue.lapses.some(({ agentId }) => agentId === agent.id))
    return 'let-it-lapse'
  if (availableOnly) {
    const unavailable = unavailability(agent)
    if (unavailable) return unavailable
  }
  if (skills.required.length > 0 && missingSkill(agent.skills, skills.required)) return 'missing-skill'
  if (isAtCapacity(agent, conversation.workType)) return 'at-capacity'
  if (agent.fairCap && isAtFairCap(agent.fairCap, agent.recentAssignmentsAtMs, nowMs)) return 'fair-cap'
  return undefined
}

/** When the fair cap lets the agent have another one, milliseconds since the epoch; absent = it never will (0). */
export function fairCapFreesAtMs({ fairCap, recentAssignmentsAtMs }: RoutingAgent): number | undefined {
  if (!fairCap || fairCap.most < 1 || !recentAssignmentsAtMs) return undefined
  const oldest = recentAssignmentsAtMs[recentAssignmentsAtMs.length - fairCap.most]
  return oldest === undefined ? undefined : oldest + fairCap.windowMs
}

/** When an exclusion ends by the clock alone, milliseconds since the epoch; undefined when something must happen. */
export function exclusionEndsAtMs(agent: RoutingAgent, reason: ExclusionReason): number | undefined {
  if (reason === 'out-of-hours' || reason === 'time-off' || reason === 'holiday') return agent.hours?.untilMs
  return reason === 'fair-cap' ? fairCapFreesAtMs(agent) : undefined
}

const since = (atMs: number | undefined) => (atMs === undefined ? {} : { sinceMs: atMs })
const until = (atMs: number | undefined) => (atMs === undefined ? {} : { untilMs: atMs })

/** Adds to a reason what is needed to say it in words. */
export function describeExclusion(
  excluded: ExclusionReason,
  agent: RoutingAgent,
  { conversation, skills }: Demands,
  nowMs: number,
): Exclusion {
  switch (excluded) {
    case 'offline':
      return { excluded, ...since(agent.availabilitySinceMs ?? agent.seenAtMs) }
    case 'away':
      return { excluded, ...since(agent.availabilitySinceMs) }
    case 'not-connected':
      return { excluded, ...since(agent.seenAtMs) }
    case 'let-it-lapse':
      return {
        excluded,
        ...since(conversation.queue?.lapses.find(({ agentId }) => agentId === agent.id)?.atMs),
      }
    case 'out-of-hours':
    case 'time-off':
    case 'holiday':
    case 'fair-cap': {
      const ends = until(exclusionEndsAtMs(agent, excluded))
      if (excluded !== 'fair-cap' || !agent.fairCap) return { excluded, ...ends }
      return { excluded, load: assignedWithinWindow(agent, nowMs), limit: agent.fairCap.most, ...ends }
    }
    case 'missing-skill': {
      const missing = missingSkill(agent.skills, skills.required)
      return missing ? { excluded, skill: missing.skill, level: missing.level } : { excluded }
    }
    case 'at-capacity':
      return { excluded, ...describeCapacity(agent, conversation.workType) }
    default:
      return { excluded }
  }
}

function describeCapacity({ capacity, load }: RoutingAgent, workType: WorkType) {
  const all = totalLoad(load)
  if (capacity.total !== undefined && all >= capacity.total) return { load: all, limit: capacity.total }
  const limit = capacity.perWorkType?.[workType]
  return limit === undefined ? {} : { load: load[workType] ?? 0, limit, workType }
}
