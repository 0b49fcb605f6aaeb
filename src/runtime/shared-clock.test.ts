import { expect, it } from 'vitest'
import type { NodeRecordStore } from '../store/node-records.ts'
import { createSharedClock } from './shared-clock.ts'

/** @param takesMs how long each heartbeat is on its way */
function make(takesMs = 0) {
  const state = { ownMs: 1_000_000, databaseMs: 1_000_000 }
  const warned: object[] = []
  const clock = createSharedClock({
    now: () => state.ownMs,
    log: { warn: (facts) => void warned.push(facts) },
    nodes: {
      beat: async () => {
        state.ownMs += takesMs
        return { records: [], now: new Date(state.databaseMs) }
      },
    } as unknown as NodeRecordStore,
  })
  return { state, warned, clock, beat: () => clock.nodes.beat('n1', 'all') }
}

it('is the own clock until the database is known to have another, and again when it has not any more', async () => {
  const { state, warned, clock, beat } = make()
  expect(clock.now()).toBe(1_000_000)
  state.databaseMs = 1_000_000 - 3_600_000
  await beat()
  expect(clock.now()).toBe(1_000_000 - 3_600_000)
  state.ownMs += 500
  expect(clock.now()).toBe(1_000_500 - 3_600_000)
  await beat()
  expect(warned).toEqual([{ differenceMs: -3_600_000 }])
  state.ownMs = state.databaseMs
  await beat()
  expect(clock.now()).toBe(state.ownMs)
})

it.each([
  ['before', -1_000],
  ['at the end of', 31_000],
])('takes nothing for a difference that may be the time on the way: %s a slow answer', async (_, atMs) => {
  const { state, warned, clock, beat } = make(30_000)
  state.databaseMs = state.ownMs + atMs
  await beat()
  expect(clock.now()).toBe(state.ownMs)
  expect(warned).toEqual([])
})
