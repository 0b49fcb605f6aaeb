import type { TeamId } from '../domain/ids.ts'
import type { AgentCapacity, FairCap } from '../domain/routing/agent-state.ts'
import type { WorkingHours } from '../domain/routing/hours.ts'
import type { EffectiveSchedule } from '../domain/routing-views.ts'
import type { AgentRoutingRecord } from '../store/agent-routing-store.ts'
import type { TeamRecord } from '../store/routing-group-stores.ts'
import type { RoutingSettings } from '../store/routing-settings-store.ts'

/** What holds for an agent in the end: his own, else his team's, else the workspace's. */
export interface EffectiveRouting {
  readonly capacity: AgentCapacity
  readonly fairCap?: FairCap
  readonly teamIds: readonly TeamId[]
  readonly primaryTeamId?: TeamId
  readonly schedule?: EffectiveSchedule
}

/**
 * Settles what holds for one agent. Of several teams with hours the primary one's count, else the first by name. The
 * holidays of the workspace are everybody's.
 * @param teams the teams he is a member of, by name
 */
export function effectiveRouting(
  agent: AgentRoutingRecord,
  teams: readonly TeamRecord[],
  settings: RoutingSettings,
): EffectiveRouting {
  const fairCap = agent.fairCap ?? settings.fairCap
  // A team he has left, or that is gone, is his primary one no longer.
  const primary = teams.find(({ id }) => id === agent.primaryTeamId)
  const schedule = scheduleOf(agent, primary ? [primary, ...teams] : teams, settings)
  return {
    capacity: agent.capacity ?? settings.defaultCapacity ?? {},
    ...(fairCap ? { fairCap } : {}),
    teamIds: teams.map(({ id }) => id),
    ...(primary ? { primaryTeamId: primary.id } : {}),
    ...(schedule ? { schedule } : {}),
  }
}

function scheduleOf(
  agent: AgentRoutingRecord,
  teams: readonly TeamRecord[],
  { schedule, holidays }: RoutingSettings,
): EffectiveSchedule | undefined {
  const closed = holidays.flatMap(({ dates }) => dates)
  const closing = (hours: WorkingHours): WorkingHours => ({
    ...hours,
    holidays: [...new Set([...hours.holidays, ...closed])].sort(),
  })
  if (agent.schedule) return { from: 'agent', schedule: closing(agent.schedule) }
  const ofTeam = teams.find((team) => team.schedule !== undefined)?.schedule
  if (ofTeam) return { from: 'team', schedule: closing(ofTeam) }
  return schedule ? { from: 'workspace', schedule: closing(schedule) } : undefined
}

/** The teams of each agent, by name. */
export function teamsByAgent(teams: readonly TeamRecord[]): ReadonlyMap<string, readonly TeamRecord[]> {
  const byAgent = new Map<string, TeamRecord[]>()
  for (const team of teams) {
    for (const agentId of team.memberIds) {
      const known = byAgent.get(agentId)
      if (known) known.push(team)
      else byAgent.set(agentId, [team])
    }
  }
  return byAgent
}
