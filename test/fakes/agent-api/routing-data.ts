import type { AgentId, CategoryId, SkillId, TeamId } from '../../../src/domain/ids.ts'
import type { WorkingHours } from '../../../src/domain/routing/hours.ts'
import { policyOf } from '../../../src/domain/routing/policy.ts'
import type { FakeState } from './state.ts'
import { freshId, minutesAgo } from './state.ts'

const OFFICE: WorkingHours = {
  timeZone: 'Europe/Stockholm',
  weekly: [1, 2, 3, 4, 5].flatMap((weekday) => [
    { weekday, fromMinute: 510, toMinute: 720 },
    { weekday, fromMinute: 765, toMinute: 1_035 },
  ]),
  timeOff: [],
  holidays: ['2026-12-31'],
}

/** Teams, topics, skills and hours of the demo workspace, and some who wait. */
export function addRouting(state: FakeState): void {
  const ids = state.agents.map(({ id }) => id)
  const some = (...places: number[]) => places.flatMap((place) => ids[place] ?? []) as AgentId[]
  const team = (name: string, memberIds: AgentId[], schedule?: WorkingHours) => {
    const id = freshId<TeamId>()
    state.teams.push({ id, name, memberIds, ...(schedule ? { schedule } : {}), version: 1 })
    return id
  }
  const orders = team('Orders and shipping', some(0, 1, 3), OFFICE)
  const workshop = team('Workshop', some(2, 4))
  team('Night watch', [])
  for (const name of ['Repairs', 'Wholesale', 'Kayaks']) {
    state.skills.push({ id: freshId<SkillId>(), name, version: 1 })
  }
  state.categories.push(
    { id: freshId<CategoryId>(), name: 'Shipping', skills: [], policyIssues: [], version: 1 },
    {
      id: freshId<CategoryId>(),
      name: 'Warranty',
      skills: [{ skill: 'Repairs', level: 2, mode: 'prefer' }],
      policyIssues: [],
      version: 1,
      policy: policyOf([
        {
          target: {
            kind: 'agents-and-teams',
            agentIds: [],
            teamIds: [workshop],
            primaryTeamOnly: false,
          },
          strategy: 'least-open',
          availableOnly: true,
          waitMs: 300_000,
        },
        { target: { kind: 'team', teamId: orders }, strategy: 'pick', availableOnly: true, waitMs: 0 },
      ]),
    },
  )
  const [ana, bruno, chiara] = ids
  if (ana) state.routing.set(ana, { skills: { 'language:sv': 5, Repairs: 4 }, version: 1 })
  if (bruno) state.routing.set(bruno, { skills: { Kayaks: 3 }, capacity: { total: 6 }, version: 2 })
  if (chiara) state.routing.set(chiara, { skills: {}, schedule: OFFICE, version: 1 })
  let place = 0
  for (const conversation of state.conversations.values()) {
    if (conversation.assigneeId || conversation.status !== 'open') continue
    place += 1
    if (place % 3 === 1) conversation.teamId = orders
    if (place % 3 === 2) conversation.teamId = workshop
    if (place > 9) continue
    state.waitingSince.set(conversation.id, minutesAgo(place * 4 - 3))
  }
}
