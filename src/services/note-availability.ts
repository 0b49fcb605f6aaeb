import type { Availability } from '../domain/agent.ts'
import type { AgentId } from '../domain/ids.ts'
import { hoursStateAt } from '../domain/routing/hours.ts'
import { effectiveRouting, teamsByAgent } from './effective-routing.ts'
import type { RoutingRulesDeps } from './routing-rules.ts'

export type NoteAvailabilityDeps = Pick<
  RoutingRulesDeps,
  'agentRouting' | 'teams' | 'routingSettings' | 'clock'
>

/**
 * Notes since when an agent's choice holds, and whether it is "online" outside his working hours: then the hours do not
 * hold him back until he chooses again.
 */
export async function noteAvailability(
  deps: NoteAvailabilityDeps,
  agentId: AgentId,
  availability: Availability,
): Promise<void> {
  const atMs = deps.clock()
  const onlineOutOfHours = availability === 'online' && (await isOutOfHours(deps, agentId, atMs))
  await deps.agentRouting.noteAvailability(agentId, { atMs, onlineOutOfHours })
}

async function isOutOfHours(deps: NoteAvailabilityDeps, agentId: AgentId, atMs: number): Promise<boolean> {
  const [agent, teams, settings] = await Promise.all([
    deps.agentRouting.get(agentId),
    deps.teams.list(),
    deps.routingSettings.read(),
  ])
  if (!agent) return false
  const { schedule } = effectiveRouting(agent, teamsByAgent(teams).get(agentId) ?? [], settings)
  return schedule !== undefined && !hoursStateAt(schedule.schedule, atMs).within
}
