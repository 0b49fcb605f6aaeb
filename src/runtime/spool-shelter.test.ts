import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import { createSpool } from './spool.ts'
import { createShelter, type Shelter } from './spool-shelter.ts'

let root: string
const opened: Shelter[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shelter-test-'))
})
afterEach(async () => {
  for (const shelter of opened.splice(0)) await shelter.stop()
  await rm(root, { recursive: true, force: true })
})

class AwayError extends Error {}

const entry = (order: number): JournalEntry => ({
  id: `entry-${order}` as JournalEntryId,
  channelId: 'c'.repeat(24) as ChannelId,
  order,
  partition: 0,
  body: Buffer.from(`${order}`),
  contentType: 'text/plain',
  facts: {},
  receivedAtMs: 0,
  tries: 0,
})

/** A database that is there, away or silent, as the test says. */
async function openShelter(maxBytes = 1_000_000, longest = 40) {
  const database = {
    is: 'there' as 'there' | 'away' | 'silent',
    refuses: undefined as number | undefined,
    /** When one that is silent speaks again. */
    spoken: new Promise<void>(() => undefined),
    journal: [] as number[],
  }
  const answer = async (): Promise<void> => {
    if (database.is === 'away') throw new AwayError()
    if (database.is === 'silent') await database.spoken
  }
  const told = { spooled: 0, drained: 0, recovered: 0 }
  const aside: number[] = []
  const spool = createSpool({
    root,
    maxBytes,
    segmentBytes: 1_000,
    now: Date.now,
    onError: () => undefined,
    onBytes: () => undefined,
    keepTorn: async () => undefined,
  })
  await spool.look()
  const shelter = createShelter({
    writer: {
      append: async ({ order }) => {
        await answer()
        if (order === database.refuses) throw new Error('too large')
        if (!database.journal.includes(order)) database.journal.push(order)
        return { repeated: false }
      },
    },
    spool,
    setAside: async ({ order }) => void aside.push(order),
    probe: answer,
    isUnavailable: (error) => error instanceof AwayError,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    onSpooled: () => {
      told.spooled += 1
    },
    onDrained: (entries) => {
      told.drained += entries
    },
    onRecovered: () => {
      told.recovered += 1
    },
    monotonic: () => performance.now(),
    waits: { patience: 20, longest, betweenProbes: 5, probe: 20, away: 60, drain: 200, look: 10_000 },
  })
  opened.push(shelter)
  return { shelter, database, told, spool, aside }
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('the shelter of deliveries', () => {
  it('leaves a database alone that does its work', async () => {
    const { shelter, database, told } = await openShelter()
    await Promise.all(numbers(1, 20).map((order) => shelter.append(entry(order), true)))
    expect(database.journal).toEqual(numbers(1, 20))
    expect(told).toEqual({ spooled: 0, drained: 0, recovered: 0 })
  })

  for (const how of ['away', 'silent'] as const) {
    it(`takes deliveries in while the database is ${how}, and hands them over in order`, async () => {
      const { shelter, database, told } = await openShelter()
      await shelter.append(entry(1), true)
      database.is = how
      for (const order of numbers(2, 60)) await shelter.append(entry(order), true)
      expect(database.journal).toEqual([1])
      database.is = 'there'
      for (const order of numbers(61, 90)) await shelter.append(entry(order), true)
      await shelter.settled()
      expect(database.journal).toEqual(numbers(1, 90))
      await expect.poll(() => told.recovered).toBe(1)
      expect(told.spooled).toBeGreaterThanOrEqual(59)
      expect(told.drained).toBe(told.spooled)
      await shelter.append(entry(91), true)
      expect(told.drained).toBe(told.spooled)
    })
  }

  it('refuses at once, while the database is away, what must not wait here', async () => {
    const { shelter, database } = await openShelter()
    database.is = 'away'
    await expect(shelter.append(entry(1), false)).rejects.toBeInstanceOf(AwayError)
    database.is = 'silent'
    await expect(shelter.append(entry(1), false)).rejects.toMatchObject({ code: 'unavailable' })
    database.is = 'there'
    await shelter.settled()
    await shelter.append(entry(1), false)
    expect(database.journal).toEqual([1])
  })

  it('does not take what is itself at fault for an outage', async () => {
    const { shelter, database, told } = await openShelter()
    database.refuses = 1
    await expect(shelter.append(entry(1), true)).rejects.toThrow('too large')
    expect(told.spooled).toBe(0)
  })

  it('holds nobody up for one that the journal refuses for good', async () => {
    const { shelter, database, aside } = await openShelter()
    database.is = 'away'
    for (const order of numbers(1, 5)) await shelter.append(entry(order), true)
    database.refuses = 3
    database.is = 'there'
    await shelter.settled()
    expect(database.journal).toEqual([1, 2, 4, 5])
    expect(aside).toEqual([3])
  })

  it('says that it has no room', async () => {
    const { shelter, database } = await openShelter(300)
    database.is = 'away'
    await shelter.append(entry(1), true)
    await expect(shelter.append(entry(2), true)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('lets nobody wait for ever who must not wait here', async () => {
    const { shelter, database } = await openShelter()
    database.is = 'silent'
    await expect(shelter.append(entry(1), false)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('waits for a database that is only slow where there is no room', async () => {
    const { shelter, database } = await openShelter(0, 60_000)
    let speak = (): void => undefined
    database.is = 'silent'
    database.spoken = new Promise<void>((resolve) => {
      speak = resolve
    })
    const appended = [1, 2].map((order) => shelter.append(entry(order), true))
    setTimeout(() => speak(), 50)
    await Promise.all(appended)
    expect(database.journal).toEqual([1, 2])
  })

  it('begins with what an earlier process kept', async () => {
    const first = await openShelter()
    first.database.is = 'away'
    for (const order of numbers(1, 5)) await first.shelter.append(entry(order), true)
    await first.shelter.stop()
    const { shelter, database } = await openShelter()
    await shelter.append(entry(6), true)
    await shelter.settled()
    expect(database.journal).toEqual(numbers(1, 6))
  })
})
