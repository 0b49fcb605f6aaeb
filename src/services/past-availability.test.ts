import { describe, expect, it } from 'vitest'
import { agentOf } from '../../test/harness/routing-state.ts'
import { unavailability } from '../domain/routing/eligibility.ts'
import type { AvailabilityNote } from '../store/availability-log-store.ts'
import { readPastAvailability } from './past-availability.ts'

const NOW = 1_000_000

/** A log that was begun at an instant, with these notes: who, when, and why not. */
const logOf = (
  completeFromMs: number | undefined,
  notes: readonly (readonly [string, number, string?])[],
) => {
  const all = notes.map(
    ([agentId, atMs, why]): AvailabilityNote => ({
      agentId: agentId as AvailabilityNote['agentId'],
      atMs,
      available: why === undefined,
      ...(why === undefined ? {} : { why }),
    }),
  )
  return {
    clock: () => NOW,
    availabilityLog: {
      completeFromMs: async () => completeFromMs,
      standingAt: async (atMs: number, ids: readonly string[]) =>
        ids.flatMap((id) => all.filter((note) => note.agentId === id && note.atMs <= atMs).at(-1) ?? []),
      between: async (fromMs: number, toMs: number, _ids: readonly string[], limit: number) =>
        all.filter(({ atMs }) => atMs > fromMs && atMs <= toMs).slice(-limit),
    },
  }
}
const [a, b] = [
  agentOf('a', { availability: 'away', present: false, load: { messaging: 3 }, lastAssignedAtMs: 5 }),
  agentOf('b'),
]
const read = async (deps: ReturnType<typeof logOf>, fromMs: number) => {
  const past = await readPastAvailability([a, b], fromMs, NOW, deps)
  return {
    ...past,
    standing: past.agents.map((agent) => (agent.active ? (unavailability(agent) ?? 'there') : 'gone')),
    changed: past.changes.map(({ agentId, atMs, change }) => [agentId, atMs, change.active]),
  }
}

describe('the availability of the past', () => {
  it('is that everybody was there, with empty hands, where nothing is on record', async () => {
    const past = await read(logOf(undefined, []), 0)
    expect(past.standing).toEqual(['there', 'there'])
    expect(past.agents[0]).toMatchObject({ load: {}, recentLoad: {}, recentAssignmentsAtMs: [] })
    expect(past.agents[0]).not.toHaveProperty('lastAssignedAtMs')
    expect(past).not.toHaveProperty('completeFromMs')
  })

  it.each(['offline', 'away', 'not-connected', 'out-of-hours', 'time-off', 'holiday'])(
    'knows who was %s',
    async (why) => {
      const past = await read(
        logOf(0, [
          ['a', 1, why],
          ['b', 2],
        ]),
        10,
      )
      expect(past.standing).toEqual([why, 'there'])
    },
  )

  it('counts everybody as there until the record begins, and goes by it then', async () => {
    const past = await read(
      logOf(50, [
        ['a', 50, 'offline'],
        ['b', 50],
        ['b', 70, 'away'],
      ]),
      10,
    )
    expect(past.standing).toEqual(['there', 'there'])
    expect(past.completeFromMs).toBe(50)
    expect(past.changes.map(({ agentId, atMs }) => [agentId, atMs])).toEqual([
      ['a', 50],
      ['b', 50],
      ['b', 70],
    ])
  })

  it('knows that who comes on record later was made then', async () => {
    const past = await read(
      logOf(0, [
        ['a', 1],
        ['b', 40],
      ]),
      10,
    )
    expect(past.standing).toEqual(['there', 'gone'])
    expect(past.changed).toEqual([['b', 40, true]])
  })

  it('leaves out what makes no difference', async () => {
    const notes = [
      ['a', 1, 'offline'],
      ['b', 1],
      ['a', 20, 'away'],
      ['a', 30, 'not-connected'],
      ['a', 40],
      ['a', 50, 'deactivated'],
      ['a', 60, 'deactivated'],
    ] as const
    const past = await read(logOf(0, notes), 10)
    expect(past.changed).toEqual([
      ['a', 40, true],
      ['a', 50, false],
    ])
  })

  it('begins later where too much has changed to look at all of it', async () => {
    const flips = Array.from(
      { length: 20_001 },
      (_, index) => ['a', index + 100, index % 2 ? 'away' : undefined] as const,
    )
    const past = await read(logOf(0, flips as never), 10)
    expect(past.fromMs).toBe(101)
    expect(past.standing[0]).toBe('away')
  })
})
