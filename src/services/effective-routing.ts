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
 * holidays of the workspace are everybody's, also of those who have no hours: their days begin and end by UTC.
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
  settings: RoutingSettings,
): EffectiveSchedule | undefined {
  if (agent.schedule) return { from: 'agent', schedule: withHolidays(agent.schedule, settings) }
  const ofTeam = teams.find((team) => team.schedule !== undefined)?.schedule
  if (ofTeam) return { from: 'team', schedule: withHolidays(ofTeam, settings) }
  const { schedule, holidays } = settings
  if (schedule) return { from: 'workspace', schedule: withHolidays(schedule, settings) }
  const anyHoliday = holidays.some(({ dates }) => dates.length > 0)
  return anyHoliday ? { from: 'workspace', schedule: withHolidays(ALWAYS_OPEN, settings) } : undefined
}

/** The hours of those who have none, for the sake of the holidays. */
const ALWAYS_OPEN: WorkingHours = {
  timeZone: 'UTC',
  weekly: [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, fromMinute: 0, toMinute: 1_440 })),
  timeOff: [],
  holidays: [],
}

const closing = new WeakMap<RoutingSettings, WeakMap<WorkingHours, WorkingHours>>()

/** Hours with the holidays of the workspace among their own, merged once for the same hours and settings. */
function withHolidays(hours: WorkingHours, settings: RoutingSettings): WorkingHours {
  const known = closing.get(settings) ?? new WeakMap<WorkingHours, WorkingHours>()
  closing.set(settings, known)
  const merged = known.get(hours) ?? mergeHolidays(hours, settings)
  known.set(hours, merged)
  return merged
}

function mergeHolidays(hours: WorkingHours, { holidays }: RoutingSettings): WorkingHours {
  const dates = new Set([...hours.holidays, ...holidays.flatMap(({ dates }) => dates)])
  return { ...hours, holidays: [...dates].sort() }
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
