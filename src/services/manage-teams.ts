import { AppError } from '../domain/errors.ts'
import type { AgentId, TeamId } from '../domain/ids.ts'
import type { CreateTeamCommand, UpdateTeamCommand } from '../domain/routing-commands.ts'
import type { TeamView } from '../domain/routing-views.ts'
import type { ConversationLoadStore } from '../store/conversation-load-store.ts'
import type { TeamRecord } from '../store/routing-group-stores.ts'
import { requireSoundSchedule } from './check-schedule.ts'
import { requireFreeName, requireRoom, requireVersion } from './named-things.ts'
import { announceRules, type RoutingRulesDeps } from './routing-rules.ts'
import { requireUnused } from './where-used.ts'

const MOST_TEAMS = 500

export interface ManageTeamsDeps extends RoutingRulesDeps {
  readonly conversationLoads: Pick<ConversationLoadStore, 'teamHasWork'>
}

const present = ({ id, name, memberIds, schedule, version }: TeamRecord): TeamView => ({
  id,
  name,
  memberIds,
  ...(schedule ? { schedule } : {}),
  version,
})

/** Every team, by name. */
export async function listTeams({ teams }: Pick<ManageTeamsDeps, 'teams'>): Promise<readonly TeamView[]> {
  return (await teams.list()).map(present)
}

/** Makes a team. @throws AppError `already-exists` for a name that is taken, `invalid-input` */
export async function createTeam(
  deps: ManageTeamsDeps,
  { name, memberIds = [], schedule }: CreateTeamCommand,
): Promise<TeamView> {
  requireSoundSchedule(schedule)
  await requireRoom(deps.teams, MOST_TEAMS)
  const fields = { memberIds: await requireAgents(deps, memberIds), ...(schedule ? { schedule } : {}) }
  const team = requireFreeName(await deps.teams.insert(name, fields, new Date(deps.clock())))
  announceRules(deps, 'teams')
  return present(team)
}

/** Changes a team; what is left out stays. @throws AppError `not-found`, `version-conflict`, `already-exists` */
export async function updateTeam(
  deps: ManageTeamsDeps,
  id: TeamId,
  command: UpdateTeamCommand,
): Promise<TeamView> {
  requireSoundSchedule(command.schedule)
  const before = await deps.teams.get(id)
  if (!before) throw new AppError('not-found')
  requireVersion(before, command.version)
  const { name = before.name, schedule = before.schedule } = command
  const memberIds = command.memberIds ? await requireAgents(deps, command.memberIds) : before.memberIds
  const fields = { memberIds, ...(schedule ? { schedule } : {}) }
  const team = requireFreeName(await deps.teams.replace(id, command.version, name, fields), before.version)
  announceRules(deps, 'teams')
  return present(team)
}

/**
 * Removes a team that nothing refers to and that has no work. Members who had it as their primary one have none then.
 * @throws AppError `not-found`, `in-use`, `version-conflict`
 */
export async function removeTeam(deps: ManageTeamsDeps, id: TeamId, version: number): Promise<void> {
  const before = await deps.teams.get(id)
  if (!before) throw new AppError('not-found')
  await requireUnused(deps, { kind: 'team', id })
  if (await deps.conversationLoads.teamHasWork(id)) {
    throw new AppError('in-use', {
      detail: 'The team has conversations that are not resolved. Give them to another team first.',
    })
  }
  if (!(await deps.teams.remove(id, version))) {
    throw new AppError('version-conflict', { members: { version: before.version } })
  }
  announceRules(deps, 'teams')
}

async function requireAgents(
  { agents }: Pick<ManageTeamsDeps, 'agents'>,
  ids: readonly string[],
): Promise<readonly AgentId[]> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return []
  const known = new Map<string, AgentId>((await agents.list()).map(({ id }) => [id, id]))
  const unknown = ids.findIndex((id) => !known.has(id))
  if (unknown >= 0) {
    throw new AppError('invalid-input', {
      field: `memberIds.${unknown}`,
      detail: `There is no agent ${ids[unknown]}.`,
    })
  }
  return wanted.flatMap((id) => known.get(id) ?? [])
}
