import type { Availability } from '../domain/agent.ts'
import type { AgentId } from '../domain/ids.ts'
import { type ChosenOutOfHours, choiceOutOfHours } from '../domain/routing/out-of-hours.ts'
import { effectiveRouting, teamsByAgent } from './effective-routing.ts'
import type { RoutingRulesDeps } from './routing-rules.ts'

export type NoteAvailabilityDeps = Pick<
  RoutingRulesDeps,
  'agentRouting' | 'teams' | 'routingSettings' | 'clock'
>

/**
 * Notes since when an agent's choice holds, and whether it is "online" outside his working hours: then what closes them
 * does not hold him back until they open again, or until he chooses again.
 */
export async function noteAvailability(
  deps: NoteAvailabilityDeps,
  agentId: AgentId,
  availability: Availability,
): Promise<void> {
  const atMs = deps.clock()
  const chosenOutOfHours = availability === 'online' ? await outOfHours(deps, agentId, atMs) : undefined
  await deps.agentRouting.noteAvailability(agentId, atMs, chosenOutOfHours)
}

async function outOfHours(
  deps: NoteAvailabilityDeps,
  agentId: AgentId,
  atMs: number,
): Promise<ChosenOutOfHours | undefined> {
  const [agent, teams, settings] = await Promise.all([
    deps.agentRouting.get(agentId),
    deps.teams.list(),
    deps.routingSettings.read(),
  ])
  if (!agent) return undefined
  const { schedule } = effectiveRouting(agent, teamsByAgent(teams).get(agentId) ?? [], settings)
  return schedule && choiceOutOfHours(schedule.schedule, atMs)
}
