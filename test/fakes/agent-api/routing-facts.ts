import type { Response } from 'express'
import type { AgentLoadView } from '../../../src/domain/queue-views.ts'
import type { AgentCapacity } from '../../../src/domain/routing/agent-state.ts'
import { type HoursState, hoursStateAt } from '../../../src/domain/routing/hours.ts'
import type { AssignmentPolicy } from '../../../src/domain/routing/policy.ts'
import { checkPolicy, type PolicyIssue } from '../../../src/domain/routing/policy-check.ts'
import type { AgentRoutingView, EffectiveSchedule } from '../../../src/domain/routing-views.ts'
import { problem } from './answers.ts'
import type { FakeState } from './state.ts'

/** What the real check says of a policy in this workspace. */
export const issuesOf = (state: FakeState, policy: AssignmentPolicy): readonly PolicyIssue[] =>
  checkPolicy(policy, {
    agents: new Map(state.agents.map((agent) => [agent.id, { ...agent, active: agent.state === 'active' }])),
    teams: new Map(state.teams.map((team) => [team.id, team])),
    skills: new Set(state.skills.map(({ name }) => name)),
    categories: new Map(state.categories.map((category) => [category.id, category])),
  })

/** Refuses a policy with errors as the real server does; says whether it did. */
export function refusePolicy(state: FakeState, response: Response, policy: AssignmentPolicy): boolean {
  const errors = issuesOf(state, policy).filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return false
  problem(response, 'invalid-policy', {
    errors: errors.map(({ path, code, message }) => ({ field: `policy.${path}`, code, message })),
  })
  return true
}

/** Open conversations of an agent. */
export function loadOf(state: FakeState, agentId: string): AgentLoadView {
  const open = [...state.conversations.values()].filter(
    ({ assigneeId, status }) => assigneeId === agentId && status === 'open',
  )
  return { total: open.length, perWorkType: { messaging: open.length } }
}

/** The limits that hold for an agent. */
export const effectiveCapacity = (state: FakeState, agentId: string): AgentCapacity =>
  state.routing.get(agentId)?.capacity ?? state.routingSettings.defaultCapacity ?? {}

/** The hours that hold for an agent, and where they come from. */
export function effectiveSchedule(state: FakeState, agentId: string): EffectiveSchedule | undefined {
  const own = state.routing.get(agentId)?.schedule
  if (own) return { from: 'agent', schedule: own }
  const team = state.teams.find(({ memberIds, schedule }) => schedule && memberIds.includes(agentId as never))
  if (team?.schedule) return { from: 'team', schedule: team.schedule }
  const { schedule } = state.routingSettings
  return schedule && { from: 'workspace', schedule }
}

/** How the hours of an agent stand now. */
export function hoursOf(state: FakeState, agentId: string): HoursState {
  const schedule = effectiveSchedule(state, agentId)?.schedule
  return schedule ? hoursStateAt(schedule, Date.now()) : { within: true }
}

/** An agent's settings as the page shows them. */
export function routingOf(state: FakeState, agentId: string): AgentRoutingView {
  const own = state.routing.get(agentId)
  const schedule = effectiveSchedule(state, agentId)
  const fairCap = own?.fairCap ?? state.routingSettings.fairCap
  return {
    agentId: agentId as never,
    capacity: {
      ...(own?.capacity ? { own: own.capacity } : {}),
      effective: effectiveCapacity(state, agentId),
    },
    ...(own?.fairCap ? { fairCap: own.fairCap } : {}),
    ...(fairCap ? { effectiveFairCap: fairCap } : {}),
    skills: own?.skills ?? {},
    ...(own?.primaryTeamId ? { primaryTeamId: own.primaryTeamId } : {}),
    teamIds: state.teams.filter(({ memberIds }) => memberIds.includes(agentId as never)).map(({ id }) => id),
    ...(own?.schedule ? { schedule: own.schedule } : {}),
    ...(schedule ? { effectiveSchedule: schedule } : {}),
    hours: hoursOf(state, agentId),
    onlineOutOfHours: false,
    version: own?.version ?? 0,
  }
}
