import { expect, it } from 'vitest'
import type { NodeRecord, NodeRecordStore } from '../store/node-records.ts'
import { createNodeRegistry } from './node-registry.ts'

/** A registry whose heartbeats the test makes, over records that it writes. */
async function rig() {
  const state = { nowMs: 0, records: [] as NodeRecord[], away: false }
  const store: NodeRecordStore = {
    beat: async () => {
      if (state.away) throw new Error('away')
      return { records: state.records, now: new Date(state.nowMs) }
    },
    leave: async () => undefined,
    forget: async () => undefined,
  }
  const registry = createNodeRegistry({
    store,
    bus: { requireSync: () => undefined },
    nodeId: 'me',
    role: 'all',
    log: { warn: () => undefined },
    monotonic: () => state.nowMs,
    heartbeatMs: 1,
  })
  const beat = (nodeId: string, left = false): void => {
    const rest = state.records.filter((record) => record.nodeId !== nodeId)
    const seenAt = new Date(state.nowMs)
    state.records = [...rest, { nodeId, role: 'all', startedAt: new Date(0), seenAt, left }]
  }
  /** Lets time pass second by second, each with a heartbeat of ours and of those who live. */
  const pass = async (seconds: number, living: readonly string[] = []): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      state.nowMs += 1_000
      for (const nodeId of living) beat(nodeId)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return { state, registry, beat, pass }
}

it('a node is gone when its record stood still before our eyes for long, or it said goodbye', async () => {
  const { registry, beat, pass } = await rig()
  beat('dies')
  beat('lives')
  beat('left', true)
  await registry.start()
  expect(registry.goneNodes()).toEqual(['left'])
  await pass(19, ['lives'])
  expect(registry.goneNodes()).toEqual(['left'])
  await pass(3, ['lives'])
  expect(registry.goneNodes().toSorted()).toEqual(['dies', 'left'])
  await pass(1, ['lives', 'dies'])
  expect(registry.goneNodes()).toEqual(['left'])
  await registry.stop()
})

it('an old record tells nothing about a node until we have watched it ourselves', async () => {
  const { state, registry, beat, pass } = await rig()
  beat('old')
  state.nowMs = 300_000
  await registry.start()
  expect(registry.goneNodes()).toEqual([])
  await pass(22)
  expect(registry.goneNodes()).toEqual(['old'])
  await registry.stop()
})

it('while the database is away nobody is gone, and afterwards everybody gets the full time anew', async () => {
  const { state, registry, beat, pass } = await rig()
  beat('other')
  await registry.start()
  state.away = true
  await pass(60)
  expect(registry.goneNodes()).toEqual([])
  state.away = false
  await pass(10)
  expect(registry.goneNodes()).toEqual([])
  await pass(12)
  expect(registry.goneNodes()).toEqual(['other'])
  await registry.stop()
})
