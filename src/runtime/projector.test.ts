import { afterEach, describe, expect, it } from 'vitest'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import type { ReceivedBatch } from '../services/receive-inbound.ts'
import type { JournalEntry, JournalStore } from '../store/journal-store.ts'
import { createProjector, type Projector } from './projector.ts'

type State = 'pending' | 'kept' | 'quarantined'
const DONE: ReceivedBatch = { keep: [], failed: [] }

const entry = (order: number, partition = 0): JournalEntry => ({
  id: `e${order}` as JournalEntryId,
  channelId: 'c' as ChannelId,
  order,
  partition,
  body: new Uint8Array(),
  contentType: '',
  facts: {},
  receivedAtMs: 1_000 + order,
  tries: 0,
})

let projector: Projector | undefined
afterEach(() => projector?.stop())

/** A journal in memory, and a projection that does what the test says. */
function setUp(
  journaled: readonly JournalEntry[],
  receive: (entries: readonly JournalEntry[]) => Promise<ReceivedBatch> = async () => DONE,
  change: {
    readonly startedAtMs?: number
    readonly held?: ReadonlySet<number>
    /** As much of the journal as one look shows, as where entries are large. */
    readonly seenAtOnce?: number
  } = {},
) {
  const table = new Map(
    journaled.map((one) => [one.id, { entry: one, tries: one.tries, state: 'pending' as State }]),
  )
  const batches: string[][] = []
  const errors: string[] = []
  const quarantined: string[] = []
  const told = { interruptions: 0 }
  const looks = { count: 0 }
  const journal = {
    pending: async (
      partitions: readonly number[],
      most: number,
      _: number,
      except: readonly JournalEntryId[] = [],
    ) => {
      looks.count += 1
      const atOnce = Math.min(most, change.seenAtOnce ?? most)
      const entries = [...table.values()]
        .filter(({ state, entry: one }) => state === 'pending' && partitions.includes(one.partition))
        .filter(({ entry: one }) => !except.includes(one.id))
        .map(({ entry: one, tries }) => ({ ...one, tries }))
        .sort((a, b) => a.order - b.order)
        .slice(0, atOnce)
      return { entries, isAll: entries.length < atOnce }
    },
    barrier: async () => undefined,
    finish: async (ids: readonly JournalEntryId[]) => {
      for (const id of ids) table.delete(id)
    },
    keep: async (ids: readonly JournalEntryId[]) => {
      for (const id of ids) (table.get(id) as { state: State }).state = 'kept'
    },
    countTry: async (id: JournalEntryId) => {
      const found = table.get(id)
      if (found?.state !== 'pending') return 0
      found.tries += 1
      return found.tries
    },
    countTries: async (ids: readonly JournalEntryId[]) => {
      for (const id of ids) (table.get(id) as { tries: number }).tries += 1
    },
    quarantine: async (id: JournalEntryId) => {
      ;(table.get(id) as { state: State }).state = 'quarantined'
    },
  } as unknown as JournalStore
  const made = createProjector({
    journal,
    held: () => change.held ?? new Set([0, 1]),
    receive: async (entries) => {
      batches.push(entries.map(({ id }) => id as string))
      return receive(entries)
    },
    oneAtATime: (attempt) => attempt(),
    isPressed: () => false,
    interruptions: () => told.interruptions,
    name: 'test',
    keepMs: 1_000,
    now: () => change.startedAtMs ?? 0,
    onError: (_, message) => void errors.push(message),
    observe: () => undefined,
    onQuarantined: (id) => void quarantined.push(id),
  })
  projector = made
  const add = (...entries: readonly JournalEntry[]): void => {
    for (const one of entries) table.set(one.id, { entry: one, tries: 0, state: 'pending' })
  }
  return {
    projector: made,
    table,
    batches,
    errors,
    quarantined,
    told,
    looks,
    /** Journals entries and tells of them, as the writer does. */
    offer: (...entries: readonly JournalEntry[]) => {
      add(...entries)
      made.offer(entries)
    },
    add,
  }
}

describe('the projector', () => {
  it('projects what is offered together in one batch, in order, and lets it go', async () => {
    const { projector: it, offer, batches, table } = setUp([])
    offer(entry(1), entry(2), entry(3))
    await it.idle()
    expect(batches).toEqual([['e1', 'e2', 'e3']])
    expect(table.size).toBe(0)
    expect([it.depth, it.lagMs()]).toEqual([0, 0])
  })

  it('finds after a start what nobody offered, before anything new', async () => {
    const { projector: it, offer, batches } = setUp([entry(1), entry(2)])
    offer(entry(3))
    await it.idle()
    expect(batches.flat()).toEqual(['e1', 'e2', 'e3'])
  })

  it('leaves other nodes’ partitions alone', async () => {
    const { projector: it, offer, batches, table } = setUp([entry(1, 5)])
    offer(entry(2, 5), entry(3, 0))
    await it.idle()
    expect(batches.flat()).toEqual(['e3'])
    expect([...table.keys()]).toEqual(['e1', 'e2'])
  })

  it('quarantines after three tries what cannot be projected, and holds up none of its neighbours', async () => {
    const receive = async (entries: readonly JournalEntry[]): Promise<ReceivedBatch> => {
      if (entries.some(({ id }) => id === 'e2')) throw new Error('poison')
      return DONE
    }
    const { projector: it, offer, quarantined, table } = setUp([], receive)
    offer(...[1, 2, 3, 4].map((order) => entry(order)))
    await it.idle()
    expect(quarantined).toEqual(['e2'])
    expect([...table.values()].map(({ state, tries }) => [state, tries])).toEqual([['quarantined', 3]])
  })

  it('does the same with what cannot be parsed, and keeps the source of what cannot be shown', async () => {
    const receive = async (entries: readonly JournalEntry[]): Promise<ReceivedBatch> => ({
      keep: entries.flatMap(({ id }) => (id === 'e1' ? [id] : [])),
      failed: entries.flatMap(({ id }) => (id === 'e2' ? [{ id, error: 'cannot be read' }] : [])),
    })
    const { projector: it, offer, quarantined, table } = setUp([], receive)
    offer(entry(1), entry(2), entry(3))
    await it.idle()
    expect(quarantined).toEqual(['e2'])
    expect([...table].map(([id, { state }]) => [id, state])).toEqual([
      ['e1', 'kept'],
      ['e2', 'quarantined'],
    ])
  })

  it('counts a try of what an earlier process left behind before it is made, and then tries one by one', async () => {
    const tries: number[] = []
    const {
      projector: it,
      batches,
      table,
    } = setUp(
      [entry(1), entry(2), { ...entry(3, 1), tries: 1 }, { ...entry(4, 1), tries: 2 }],
      async (entries) => {
        for (const { id } of entries) tries.push(table.get(id)?.tries ?? 0)
        return DONE
      },
      { startedAtMs: 10_000 },
    )
    it.scan()
    await it.idle()
    expect(batches).toEqual([['e1', 'e2'], ['e3'], ['e4']])
    expect(tries).toEqual([1, 1, 2, 3])
  })

  it('does not touch again what ended the process ten times, and takes fewer for bad luck', async () => {
    const left = [{ ...entry(1), tries: 10 }, entry(2), { ...entry(3, 1), tries: 9 }]
    const { projector: it, batches, quarantined } = setUp(left, undefined, { startedAtMs: 10_000 })
    it.scan()
    await it.idle()
    expect(quarantined).toEqual(['e1'])
    expect(batches.flat().sort()).toEqual(['e2', 'e3'])
  })

  it('goes on with others while a suspect is tried, and lets nothing of its sender overtake it', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const begun: string[] = []
    const done: string[] = []
    const {
      projector: it,
      offer,
      quarantined,
    } = setUp([], async (entries) => {
      const ids = entries.map(({ id }) => id as string)
      begun.push(...ids)
      if (entries.length === 1 && ids[0] === 'e1') await held
      const failed = entries.flatMap(({ id }) => (id === 'e1' ? [{ id, error: 'cannot be read' }] : []))
      done.push(...ids.filter((id) => id !== 'e1'))
      return { keep: [], failed }
    })
    offer(entry(1, 0), entry(2, 1))
    const ofAnother = { ...entry(7, 0), line: 1 }
    // Tried for the second time now, which hangs.
    while (begun.filter((id) => id === 'e1').length < 2) await new Promise((resolve) => setImmediate(resolve))
    offer(entry(3, 0), entry(4, 1), entry(5, 0), entry(6, 1), ofAnother)
    while (!done.includes('e7')) await new Promise((resolve) => setImmediate(resolve))
    expect(done).toEqual(['e2', 'e4', 'e6', 'e7'])
    expect(it.depth).toBe(2)
    release()
    await it.idle()
    expect(quarantined).toEqual(['e1'])
    expect(done).toEqual(['e2', 'e4', 'e6', 'e7', 'e3', 'e5'])
    expect(it.depth).toBe(0)
  })

  it('sees past suspects that are all that one look into the journal shows, and does not look without end', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const done: string[] = []
    const suspects = [1, 2].map((order) => ({ ...entry(order), line: order, tries: 1 }))
    const others = [3, 4, 5, 6].map((order) => ({ ...entry(order), line: order }))
    const { projector: it, looks } = setUp(
      [...suspects, ...others],
      async (entries) => {
        if (entries.some(({ tries }) => tries > 0)) await held
        done.push(...entries.map(({ id }) => id as string))
        return DONE
      },
      { seenAtOnce: 2 },
    )
    it.scan()
    while (done.length < others.length) await new Promise((resolve) => setImmediate(resolve))
    expect(done).toEqual(['e3', 'e4', 'e5', 'e6'])
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(looks.count).toBeLessThan(10)
    release()
    await it.idle()
    expect(done.slice(4).sort()).toEqual(['e1', 'e2'])
  })

  it('projects all again when the database is lost while a suspect is tried', async () => {
    let lost = true
    const {
      projector: it,
      table,
      batches,
      told,
      errors,
    } = setUp([{ ...entry(1), tries: 1 }, entry(2, 0), entry(3, 1)], async (entries) => {
      if (lost && entries.some(({ id }) => id === 'e1')) {
        lost = false
        told.interruptions += 1
      }
      return DONE
    })
    it.scan()
    while (table.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(errors).toHaveLength(1)
    expect(batches.flat().filter((id) => id === 'e1')).toHaveLength(2)
    expect(batches.flat().indexOf('e2')).toBeGreaterThan(batches.flat().lastIndexOf('e1'))
  })

  it('quarantines after three failures whatever an earlier process had begun', async () => {
    const { projector: it, table } = setUp(
      [{ ...entry(1), tries: 4 }],
      async () => ({ keep: [], failed: [{ id: entry(1).id, error: 'cannot be read' }] }),
      { startedAtMs: 10_000 },
    )
    it.scan()
    await it.idle()
    expect([...table.values()].map(({ state, tries }) => [state, tries])).toEqual([['quarantined', 7]])
  })

  it('projects again what a lost database may have forgotten, and lets go only then', async () => {
    let first = true
    const {
      projector: it,
      offer,
      batches,
      table,
      errors,
      told,
    } = setUp([], async () => {
      if (first) told.interruptions += 1
      first = false
      return DONE
    })
    offer(entry(1), entry(2))
    await it.idle()
    expect(table.size).toBe(2)
    expect(errors).toHaveLength(1)
    while (table.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(batches).toEqual([
      ['e1', 'e2'],
      ['e1', 'e2'],
    ])
  })

  it('stops behind the batch under way and takes nothing more', async () => {
    let finish: () => void = () => undefined
    const {
      projector: it,
      offer,
      batches,
    } = setUp([], () => new Promise((resolve) => (finish = () => resolve(DONE))))
    offer(entry(1))
    while (batches.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const stopping = it.stop()
    offer(entry(2))
    finish()
    await stopping
    expect(batches).toEqual([['e1']])
  })
})
