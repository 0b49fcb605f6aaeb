import type { Availability } from '../agent.ts'
import type { WorkType } from '../conversation.ts'
import type { AgentId, ChannelId, TeamId } from '../ids.ts'
import type { AgentCapacity, FairCap, RoutingAgent, RoutingConversation } from './agent-state.ts'
import { type Demands, isInTarget } from './eligibility.ts'
import type { HoursState } from './hours.ts'
import type { AssignmentPolicy, AssignmentStep } from './policy.ts'
import type { OpenRing } from './ring.ts'
import { runStep, type StepRun } from './run-step.ts'
import type { RoutingTrace } from './trace.ts'
import { walkPolicy } from './walk-policy.ts'

/**
 * Decides many conversations one after the other, with loads growing as if each claim held. It decides exactly as
 * `decideRouting` in turn would, and is made to be fast: agents are copied once, the members of
 * a step are worked out once, and conversations that ask for the same are refused together.
 */
export interface RoutingBatch {
  /** Decides without taking effect. Pass instants that never go back. */
  decide(
    conversation: RoutingConversation,
    policy: AssignmentPolicy,
    ring: OpenRing,
    nowMs: number,
    random: () => number,
  ): RoutingTrace
  /** Lets a trace take effect: the load of the winner grows and the ring moves. */
  apply(conversation: RoutingConversation, trace: RoutingTrace, ring: OpenRing): void
  /** A conversation no longer counts for an agent: it was resolved, snoozed, transferred, or its claim was lost. */
  release(agentId: AgentId, workType: WorkType): void
  /** Puts in a changed agent, or a new one. */
  setAgent(agent: RoutingAgent): void
  /** The agent as he stands now; the object changes with further calls. */
  agent(agentId: AgentId): RoutingAgent | undefined
}

/** A copy that the batch may change; every field is there, so that all copies have one shape. */
interface AgentInWork {
  id: AgentId
  name: string
  active: boolean
  channels: 'all' | ReadonlySet<ChannelId>
  availability: Availability
  availabilitySinceMs: number | undefined
  onlineOutOfHours: boolean | undefined
  present: boolean
  seenAtMs: number | undefined
  reachableByPush: boolean | undefined
  hours: HoursState | undefined
  teamIds: readonly TeamId[]
  primaryTeamId: TeamId | undefined
  skills: Readonly<Record<string, number>>
  capacity: AgentCapacity
  load: Record<WorkType, number>
  recentLoad: Record<WorkType, number>
  lastAssignedAtMs: number | undefined
  fairCap: FairCap | undefined
  recentAssignmentsAtMs: number[]
}

function copyOf(agent: RoutingAgent): AgentInWork {
  const { load, recentLoad } = agent
  return {
    id: agent.id,
    name: agent.name,
    active: agent.active,
    channels: agent.channels,
    availability: agent.availability,
    availabilitySinceMs: agent.availabilitySinceMs,
    onlineOutOfHours: agent.onlineOutOfHours,
    present: agent.present,
    seenAtMs: agent.seenAtMs,
    reachableByPush: agent.reachableByPush,
    hours: agent.hours,
    teamIds: agent.teamIds,
    primaryTeamId: agent.primaryTeamId,
    skills: agent.skills,
    capacity: agent.capacity,
    load: { messaging: load.messaging ?? 0, email: load.email ?? 0, calling: load.calling ?? 0 },
    recentLoad: {
      messaging: recentLoad.messaging ?? 0,
      email: recentLoad.email ?? 0,
      calling: recentLoad.calling ?? 0,
    },
    lastAssignedAtMs: agent.lastAssignedAtMs,
    fairCap: agent.fairCap,
    recentAssignmentsAtMs: [...(agent.recentAssignmentsAtMs ?? [])],
  }
}

/** What is known of one step within the batch. */
interface StepPlan {
  readonly members: readonly AgentInWork[]
  /** Runs that found nobody, by what was asked for. They hold on: within one instant loads only grow. */
  readonly failures: Map<string, StepRun>
}

/** Opens a batch over the agents as they stand. What is handed in is never changed. */
export function createRoutingBatch(agents: readonly RoutingAgent[]): RoutingBatch {
  const byId = new Map<AgentId, AgentInWork>(agents.map((agent) => [agent.id, copyOf(agent)]))
  const plans = new Map<AssignmentStep, StepPlan>()
  let failuresAtMs = Number.NaN

  const forgetFailures = (): void => {
    for (const { failures } of plans.values()) failures.clear()
  }

  const planOf = (step: AssignmentStep, conversation: RoutingConversation): StepPlan => {
    const known = plans.get(step)
    if (known) return known
    const members = [...byId.values()].filter((agent) => isInTarget(agent, step.target, conversation))
    const plan: StepPlan = { members, failures: new Map() }
    plans.set(step, plan)
    return plan
  }

  const membersOf = (id: AgentId | undefined): readonly AgentInWork[] => {
    const agent = id === undefined ? undefined : byId.get(id)
    return agent ? [agent] : []
  }

  return {
    decide(conversation, policy, ring, nowMs, random) {
      if (nowMs !== failuresAtMs) {
        forgetFailures()
        failuresAtMs = nowMs
      }
      return walkPolicy(conversation, policy, ring, nowMs, (step, index, demands) => {
        const call = { step, index, demands, ring, nowMs, random }
        if (step.target.kind === 'contact-owner') return runStep(membersOf(conversation.contactOwnerId), call)
        if (step.target.kind === 'last-agent') return runStep(membersOf(conversation.lastAgentId), call)
        const { members, failures } = planOf(step, conversation)
        const key = sharedKey(demands, index)
        const failed = key === undefined ? undefined : failures.get(key)
        if (failed) return failed
        const run = runStep(members, call)
        if (key !== undefined && !run.winner) failures.set(key, run)
        return run
      })
    },

    apply({ workType }, { winner, ringTurn, decidedAtMs }, ring) {
      const agent = winner === undefined ? undefined : byId.get(winner)
      if (!agent) return
      agent.load[workType] += 1
      agent.recentLoad[workType] += 1
      agent.lastAssignedAtMs = decidedAtMs
      if (agent.fairCap) agent.recentAssignmentsAtMs.push(decidedAtMs)
      if (!ringTurn) return
      ring.turn = ringTurn.turn
      ring.served.set(ringTurn.agentId, ringTurn.turn)
    },

    release(agentId, workType) {
      const agent = byId.get(agentId)
      if (!agent) return
      agent.load[workType] = Math.max(0, agent.load[workType] - 1)
      agent.recentLoad[workType] = Math.max(0, agent.recentLoad[workType] - 1)
      forgetFailures()
    },

    setAgent(agent) {
      const known = byId.get(agent.id)
      if (known && known.teamIds === agent.teamIds && known.primaryTeamId === agent.primaryTeamId) {
        Object.assign(known, copyOf(agent))
        forgetFailures()
        return
      }
      byId.set(agent.id, copyOf(agent))
      plans.clear()
    },

    agent: (agentId) => byId.get(agentId),
  }
}

/** What makes two conversations fail alike in a step; undefined for one with a history of its own. */
function sharedKey({ conversation, skills }: Demands, index: number): string | undefined {
  const { queue } = conversation
  if (queue && (queue.lapses.length > 0 || (queue.sentBackBy?.length ?? 0) > 0)) return undefined
  const team = conversation.teamByHand ? (conversation.teamId ?? '') : ''
  return `${index} ${conversation.channelId} ${conversation.workType} ${team} ${skills.key}`
}
