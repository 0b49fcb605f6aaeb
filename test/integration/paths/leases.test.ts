import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { sharedDatabase } from '../../harness/database.ts'

const HOUR_MS = 3_600_000
const database = sharedDatabase()

describe('a lease', () => {
  it('is held by one of many who ask at the same moment, also when it never existed', async () => {
    const { leases } = database.stores
    for (let round = 0; round < 10; round += 1) {
      const holders = Array.from({ length: 12 }, (_, index) => `node-${index}`)
      const got = await Promise.all(holders.map((holder) => leases.acquire(`race-${round}`, holder, HOUR_MS)))
      expect(got.filter((lease) => lease !== undefined)).toHaveLength(1)
    }
  })

  it('is prolonged by its holder under the same token, and passes on with a higher one', async () => {
    const { leases } = database.stores
    const first = await leases.acquire('token', 'a', HOUR_MS)
    expect(await leases.acquire('token', 'a', HOUR_MS)).toEqual(first)
    expect(await leases.acquire('token', 'b', HOUR_MS)).toBeUndefined()
    await leases.release('token', 'b')
    expect(await leases.acquire('token', 'b', HOUR_MS)).toBeUndefined()
    await leases.release('token', 'a')
    await sleep(5)
    const second = await leases.acquire('token', 'b', HOUR_MS)
    expect(second?.token).toBeGreaterThan(first?.token ?? Number.POSITIVE_INFINITY)
    expect(await leases.acquire('token', 'a', HOUR_MS)).toBeUndefined()
    const forced = await leases.acquire('token', 'a', HOUR_MS, true)
    expect(forced?.token).toBeGreaterThan(second?.token ?? Number.POSITIVE_INFINITY)
  })

  it('is prolonged together with others of the same holder, and not when somebody else has it', async () => {
    const { leases } = database.stores
    const names = ['several-1', 'several-2', 'several-3', 'several-4']
    for (const name of names.slice(0, 3)) await leases.acquire(name, 'a', name === 'several-1' ? 1 : HOUR_MS)
    await leases.acquire('several-4', 'b', HOUR_MS)
    expect(await leases.prolong(names, 'a', HOUR_MS)).toEqual(new Set(names.slice(0, 3)))
    expect(await leases.prolong(names.slice(0, 3), 'a', HOUR_MS)).toEqual(new Set(names.slice(0, 3)))
    for (const name of names) expect(await leases.acquire(name, 'c', HOUR_MS)).toBeUndefined()
    expect(await leases.prolong([], 'a', HOUR_MS)).toEqual(new Set())
  })

  it('runs by the database’s clock, whatever this process believes', async () => {
    const { leases } = database.stores
    await leases.acquire('clock', 'a', HOUR_MS)
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10 * HOUR_MS)
    expect(await leases.acquire('clock', 'b', HOUR_MS)).toBeUndefined()
    vi.restoreAllMocks()
    await leases.acquire('short', 'a', 1)
    let taken: unknown
    while (!taken) taken = await leases.acquire('short', 'b', HOUR_MS)
  })
})
