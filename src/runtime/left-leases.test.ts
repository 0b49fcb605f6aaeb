import { expect, it } from 'vitest'
import type { GoneHolders } from '../store/outbox-store.ts'
import { createLeftLeases } from './left-leases.ts'

function rig(alone: boolean) {
  const ended: GoneHolders[] = []
  const state = { gone: [] as readonly string[], broken: false, others: 0 }
  const leases = createLeftLeases({
    outboxes: [
      {
        endLeases: async (gone) => {
          if (state.broken) throw new Error('away')
          ended.push(gone)
          return 1
        },
      },
      { endLeases: async () => (state.others += 1) && 0 },
    ],
    nodeId: 'me',
    alone,
    goneNodes: () => state.gone,
    now: () => 0,
  })
  return { leases, ended, state }
}

it('alone on the database, all leases of others end, once', async () => {
  const { leases, ended, state } = rig(true)
  expect(await leases.end()).toBe(1)
  expect(await leases.end()).toBe(0)
  expect(ended).toEqual([{ allBut: 'me' }])
  expect(state.others).toBe(1)
})

it('among others, those of a gone node end once, and again when it came back and went', async () => {
  const { leases, ended, state } = rig(false)
  expect(await leases.end()).toBe(0)
  state.gone = ['a', 'b']
  await leases.end()
  state.gone = ['a', 'b', 'c']
  await leases.end()
  state.gone = ['c']
  await leases.end()
  state.gone = ['a', 'c']
  await leases.end()
  expect(ended).toEqual([{ of: ['a', 'b'] }, { of: ['c'] }, { of: ['a'] }])
})

it.each([true, false])('what failed is tried again (alone: %s)', async (alone) => {
  const { leases, ended, state } = rig(alone)
  state.gone = ['a']
  state.broken = true
  await expect(leases.end()).rejects.toThrow('away')
  state.broken = false
  expect(await leases.end()).toBe(1)
  expect(ended).toHaveLength(1)
})
