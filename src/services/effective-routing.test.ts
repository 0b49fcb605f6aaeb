import { expect, it } from 'vitest'
import type { AgentId, TeamId } from '../domain/ids.ts'
import { hoursStateAt, type WorkingHours } from '../domain/routing/hours.ts'
import type { RoutingSettings } from '../store/routing-settings-store.ts'
import { effectiveRouting } from './effective-routing.ts'

const settings: RoutingSettings = {
  countSnoozed: false,
  countPending: false,
  presenceGraceMs: 0,
  holidays: [{ name: 'Spain', dates: ['2026-12-25'] }],
  tagSkills: [],
  version: 1,
}
const agent = (name: string) => ({ agentId: name as AgentId, skills: {}, version: 0 })
const hours: WorkingHours = { timeZone: 'Europe/Madrid', weekly: [], timeOff: [], holidays: ['2026-12-26'] }

it('closes on the holidays of the workspace where nobody has any hours, and at no other time', () => {
  const { schedule } = effectiveRouting(agent('ana'), [], settings)
  expect(schedule?.from).toBe('workspace')
  const states = ['2026-12-24T23:59:59Z', '2026-12-25T12:00:00Z', '2026-12-26T00:00:00Z'].map(
    (instant) => schedule && hoursStateAt(schedule.schedule, Date.parse(instant)).closedBy,
  )
  expect(states).toEqual([undefined, 'holiday', undefined])
})

it('asks for no hours where there are neither hours nor holidays', () => {
  const none = { ...settings, holidays: [{ name: 'Spain', dates: [] }] }
  expect(effectiveRouting(agent('ana'), [], none)).not.toHaveProperty('schedule')
})

it('puts the holidays into the hours of a team once, for all its members', () => {
  const team = { id: 't' as TeamId, name: 'Sales', memberIds: [], schedule: hours, version: 1 }
  const [one, other] = ['ana', 'ben'].map((name) => effectiveRouting(agent(name), [team], settings).schedule)
  expect(one?.schedule.holidays).toEqual(['2026-12-25', '2026-12-26'])
  expect(other?.schedule).toBe(one?.schedule)
})
