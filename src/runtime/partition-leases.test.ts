import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JOURNAL_PARTITIONS, SESSION_PARTITIONS } from '../store/journal-store.ts'
import type { LeaseStore } from '../store/lease-store.ts'
import { createPartitionLeases, type PartitionLeases } from './partition-leases.ts'

/** Leases by a clock of their own, as the database has one. */
function leaseTable(clock: { ms: number }): Pick<LeaseStore, 'acquire' | 'prolong' | 'release'> {
  const table = new Map<string, { holder: string; untilMs: number; token: number }>()
  return {
    async acquire(name, holder, ttlMs, evenIfHeld = false) {
      const known = table.get(name)
      if (known && !evenIfHeld && known.holder !== holder && known.untilMs >= clock.ms) return undefined
      const token = (known?.token ?? 0) + (known?.holder === holder ? 0 : 1)
      table.set(name, { holder, untilMs: clock.ms + ttlMs, token })
      return { name, token }
    },
    async prolong(names, holder, ttlMs) {
      const own = names.filter((name) => table.get(name)?.holder === holder)
      for (const name of own) {
        const token = table.get(name)?.token ?? 0
        table.set(name, { holder, untilMs: clock.ms + ttlMs, token })
      }
      return new Set(own)
    },
    async release(name, holder) {
      if (table.get(name)?.holder === holder) table.delete(name)
    },
  }
}

function cluster(size: number) {
  const clock = { ms: 1_000_000 }
  const leases = leaseTable(clock)
  const alive = new Set(Array.from({ length: size }, (_, index) => index))
  const nodes: PartitionLeases[] = [...alive].map((index) =>
    createPartitionLeases({
      leases,
      nodeId: `node-${index}`,
      nodes: () => alive.size,
      alone: false,
      now: () => clock.ms,
    }),
  )
  const held = (): number[] => [...alive].flatMap((index) => [...(nodes[index]?.held ?? [])])
  return { clock, nodes, alive, held }
}

const everything = Array.from({ length: JOURNAL_PARTITIONS + SESSION_PARTITIONS }, (_, index) => index)
function node(nodes: readonly PartitionLeases[], index: number): PartitionLeases {
  const found = nodes[index]
  if (!found) throw new Error('no such node')
  return found
}
const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b)

describe('partition leases', () => {
  it('give all to one node, and tell what was gained once', async () => {
    const { nodes } = cluster(1)
    expect(sorted(await node(nodes, 0).renew())).toEqual(everything)
    expect(await node(nodes, 0).renew()).toEqual([])
  })

  it('end with every partition held by exactly one living node, whoever comes, dies or leaves', async () => {
    const moves = fc.array(
      fc.record({ what: fc.constantFrom('die', 'leave', 'renew'), who: fc.integer({ min: 1, max: 3 }) }),
      { maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(moves, async (list) => {
        const { clock, nodes, alive, held } = cluster(4)
        const renewAll = async (): Promise<void> => {
          clock.ms += 2_000
          for (const index of alive) await nodes[index]?.renew()
          const now = held()
          expect(new Set(now).size).toBe(now.length)
        }
        for (const { what, who } of list) {
          if (what === 'renew') await renewAll()
          else if (alive.delete(who) && what === 'leave') await nodes[who]?.release()
        }
        for (let round = 0; round < 8; round += 1) await renewAll()
        expect(sorted(held())).toEqual(everything)
        for (const index of alive) {
          const mine = [...(nodes[index]?.held ?? [])]
          const ofSessions = mine.filter((partition) => partition >= JOURNAL_PARTITIONS)
          expect(ofSessions.length).toBeLessThanOrEqual(Math.ceil(SESSION_PARTITIONS / alive.size))
          expect(mine.length - ofSessions.length).toBeLessThanOrEqual(
            Math.ceil(JOURNAL_PARTITIONS / alive.size),
          )
        }
      }),
    )
  })

  it('are not acted on by a node that slept longer than they run', async () => {
    const { clock, nodes } = cluster(2)
    await node(nodes, 0).renew()
    expect(node(nodes, 0).held.size).toBe(everything.length / 2)
    clock.ms += 7_000
    expect(node(nodes, 0).held.size).toBe(0)
    await node(nodes, 0).renew()
    expect(node(nodes, 0).held.size).toBe(everything.length / 2)
  })

  it('of a killed process are void where the database serves this one alone', async () => {
    const clock = { ms: 1_000_000 }
    const leases = leaseTable(clock)
    const start = (nodeId: string) =>
      createPartitionLeases({ leases, nodeId, nodes: () => 1, alone: true, now: () => clock.ms })
    await start('before').renew()
    const after = start('after')
    await after.renew()
    expect(after.held.size).toBe(everything.length)
    clock.ms += 60_000
    expect(after.held.size).toBe(everything.length)
  })
})
