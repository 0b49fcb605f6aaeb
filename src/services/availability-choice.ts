import type { Availability } from '../domain/agent.ts'
import type { AgentId } from '../domain/ids.ts'
import { type ChosenOutOfHours, choiceOutOfHours } from '../domain/routing/out-of-hours.ts'
import type { AgentChange } from '../store/agent-store.ts'
import { effectiveRouting, teamsByAgent } from './effective-routing.ts'
import type { RoutingRulesDeps } from './routing-rules.ts'

export type AvailabilityChoiceDeps = Pick<
  RoutingRulesDeps,
  'agentRouting' | 'teams' | 'routingSettings' | 'clock'
>

/**
 * What is written when an agent chooses: the choice, since when it holds, and whether it is "online" outside his working
 * hours: then what closes them does not hold him back until they open again, or until he chooses again. One write, for
 * who reads in between would take an old hour for the new choice's.
 */
export async function availabilityChoice(
  deps: AvailabilityChoiceDeps,
  agentId: AgentId,
  availability: Availability,
): Promise<Pick<AgentChange, 'availability' | 'availabilitySinceMs' | 'chosenOutOfHours'>> {
  const atMs = deps.clock()
  const chosen = availability === 'online' ? await outOfHours(deps, agentId, atMs) : undefined
  return { availability, availabilitySinceMs: atMs, chosenOutOfHours: chosen ?? null }
}

async function outOfHours(
  deps: AvailabilityChoiceDeps,
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
