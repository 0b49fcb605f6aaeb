import { expect, it } from 'vitest'
import { agentId, agentOf } from '../../test/harness/routing-state.ts'
import type { AvailabilityNote } from '../store/availability-log-store.ts'
import { logAvailability } from './log-availability.ts'

/** Two nodes over one log; the one that leads looks. */
function twoNodes() {
  const noted: AvailabilityNote[] = []
  const state = { nowMs: 0, online: true, reads: 0 }
  const node = (lead: { term: number | undefined }) =>
    logAvailability({
      agents: async () => [agentOf('ana', { availability: state.online ? 'online' : 'away' })],
      availabilityLog: {
        record: async (notes) => void noted.push(...notes),
        standingAt: async () => {
          state.reads += 1
          return noted.slice(-1)
        },
      },
      now: () => (state.nowMs += 1),
      term: () => lead.term,
    })
  return { noted, state, node }
}

it('notes a change that undoes what another node noted while it led', async () => {
  const { noted, state, node } = twoNodes()
  const lead = { term: 1 }
  const one = node(lead)
  await one()
  state.online = false
  await node({ term: 2 })()
  state.online = true
  lead.term = 3
  await one()
  expect(noted.map(({ agentId: id, available }) => [id, available])).toEqual([
    [agentId('ana'), true],
    [agentId('ana'), false],
    [agentId('ana'), true],
  ])
})

it('reads the log once for as long as it leads', async () => {
  const { noted, state, node } = twoNodes()
  const one = node({ term: 1 })
  for (let look = 0; look < 3; look += 1) await one()
  expect([state.reads, noted.length]).toEqual([1, 1])
})
