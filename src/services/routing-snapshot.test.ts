import { expect, it } from 'vitest'
import type { AgentId } from '../domain/ids.ts'
import type { StaffRecord } from '../store/routing-staff-store.ts'
import { createRoutingAgentsReader, type RoutingRules } from './routing-snapshot.ts'

it('settles what holds for an agent once, until his settings or the rules change', async () => {
  let merged = 0
  const calendar = {
    name: 'Spain',
    get dates() {
      merged += 1
      return ['2026-12-25']
    },
  }
  const rulesOf = (): RoutingRules => ({
    settings: {
      countSnoozed: false,
      countPending: false,
      presenceGraceMs: 0,
      holidays: [calendar],
      tagSkills: [],
      version: 1,
    },
    teams: new Map(),
    teamsOf: new Map(),
    categories: new Map(),
    byTag: {},
  })
  let rules = rulesOf()
  let version = 1
  const read = createRoutingAgentsReader({
    staff: {
      list: async () => [
        {
          id: 'ana' as AgentId,
          name: 'Ana',
          role: 'agent',
          state: 'active',
          availability: 'online',
          own: {
            agentId: 'ana' as AgentId,
            skills: {},
            schedule: { timeZone: 'UTC', weekly: [], timeOff: [], holidays: [] },
            version,
          },
          load: { open: {}, recent: {}, total: 0, givenAtMs: [], rule: 'all', epoch: 0, version: 0 },
        } as unknown as StaffRecord,
      ],
    },
    presence: { sightings: async () => new Map() },
    access: { scopeOf: async () => 'all' },
    rules: async () => rules,
    count: async () => undefined,
    clock: () => Date.parse('2026-12-25T12:00:00Z'),
  })
  await read()
  expect((await read())[0]?.hours?.closedBy).toBe('holiday')
  expect(merged).toBe(1)
  version += 1
  await read()
  expect(merged).toBe(2)
  rules = rulesOf()
  await read()
  expect(merged).toBe(3)
})
