import { AppError } from '../domain/errors.ts'
import type { AgentId, TeamId } from '../domain/ids.ts'
import { type HoursState, hoursStateAt } from '../domain/routing/hours.ts'
import { goesBeforeHours } from '../domain/routing/out-of-hours.ts'
import type { UpdateAgentRoutingCommand } from '../domain/routing-commands.ts'
import type { AgentRoutingView } from '../domain/routing-views.ts'
import type { AgentRoutingRecord } from '../store/agent-routing-store.ts'
import { requireSoundSchedule } from './check-schedule.ts'
import { effectiveRouting, teamsByAgent } from './effective-routing.ts'
import { requireSkill, skillFinder } from './known-skills.ts'
import type { Principal } from './principal.ts'
import { announceRules, type RoutingRulesDeps } from './routing-rules.ts'

/**
 * What the router goes by for one agent. When he is away for his own reasons is shown to himself and to those who
 * distribute work, not to everybody who sees agents.
 * @throws AppError `not-found`
 */
export async function readAgentRouting(
  deps: RoutingRulesDeps,
  agentId: AgentId,
  reader: Principal,
): Promise<AgentRoutingView> {
  const agent = await deps.agentRouting.get(agentId)
  if (!agent) throw new AppError('not-found')
  const view = await present(deps, agent)
  return maySeeTimeOff(reader, agentId) ? view : withoutTimeOff(view)
}

const maySeeTimeOff = ({ agentId, permissions }: Principal, ofAgentId: AgentId): boolean =>
  agentId === ofAgentId || permissions.has('routing.manage') || permissions.has('routing.queue')

function withoutTimeOff(view: AgentRoutingView): AgentRoutingView {
  const { schedule, effectiveSchedule } = view
  return {
    ...view,
    ...(schedule ? { schedule: { ...schedule, timeOff: [] } } : {}),
    ...(effectiveSchedule
      ? {
          effectiveSchedule: {
            ...effectiveSchedule,
            schedule: { ...effectiveSchedule.schedule, timeOff: [] },
          },
        }
      : {}),
  }
}

/**
 * Changes what the router goes by for one agent.
 * @throws AppError `not-found`, `version-conflict`, `invalid-input` for unknown skills, teams he is not in, bad hours
 */
export async function updateAgentRouting(
  deps: RoutingRulesDeps,
  agentId: AgentId,
  { version, ...command }: UpdateAgentRoutingCommand,
): Promise<AgentRoutingView> {
  requireSoundSchedule(command.schedule)
  const before = await deps.agentRouting.get(agentId)
  if (!before) throw new AppError('not-found')
  const { skills, primaryTeamId, ...rest } = command
  const after = await deps.agentRouting.change(agentId, version, {
    ...rest,
    ...(skills ? { skills: await requireSkills(deps, skills) } : {}),
    ...(primaryTeamId === undefined
      ? {}
      : { primaryTeamId: await requireTeam(deps, agentId, primaryTeamId) }),
  })
  if (!after) throw new AppError('version-conflict', { members: { version: before.version } })
  announceRules(deps, 'agents')
  return present(deps, after)
}

async function requireSkills(
  deps: RoutingRulesDeps,
  skills: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>>> {
  const find = await skillFinder(deps)
  return Object.fromEntries(
    Object.entries(skills).map(([typed, level]) => [requireSkill(find, typed, `skills.${typed}`), level]),
  )
}

async function requireTeam(
  { teams }: RoutingRulesDeps,
  agentId: AgentId,
  teamId: string | null,
): Promise<TeamId | null> {
  if (teamId === null) return null
  const team = await teams.get(teamId)
  if (team?.memberIds.includes(agentId)) return team.id
  throw new AppError('invalid-input', {
    field: 'primaryTeamId',
    detail: team ? `The agent is not in the team “${team.name}”.` : `There is no team ${teamId}.`,
  })
}

async function present(deps: RoutingRulesDeps, agent: AgentRoutingRecord): Promise<AgentRoutingView> {
  const [teams, settings] = await Promise.all([deps.teams.list(), deps.routingSettings.read()])
  const { agentId, capacity, fairCap, skills, schedule, chosenOutOfHours, version } = agent
  const holds = effectiveRouting(agent, teamsByAgent(teams).get(agentId) ?? [], settings)
  const nowMs = deps.clock()
  const hours: HoursState = holds.schedule ? hoursStateAt(holds.schedule.schedule, nowMs) : { within: true }
  return {
    agentId,
    capacity: { ...(capacity ? { own: capacity } : {}), effective: holds.capacity },
    ...(fairCap ? { fairCap } : {}),
    ...(holds.fairCap ? { effectiveFairCap: holds.fairCap } : {}),
    skills,
    ...(holds.primaryTeamId ? { primaryTeamId: holds.primaryTeamId } : {}),
    teamIds: holds.teamIds,
    ...(schedule ? { schedule } : {}),
    ...(holds.schedule ? { effectiveSchedule: holds.schedule } : {}),
    hours,
    onlineOutOfHours: goesBeforeHours(chosenOutOfHours, hours, nowMs),
    version,
  }
}
