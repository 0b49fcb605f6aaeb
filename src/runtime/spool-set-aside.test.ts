import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import { createSetAside, type SetAside } from './spool-set-aside.ts'

const DAY_MS = 86_400_000

let root: string
let aside: SetAside
let nowMs: number
let counts: readonly [number, number]
let told: string[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aside-test-'))
  nowMs = Date.now()
  told = []
  aside = createSetAside({
    root,
    keepMs: 30 * DAY_MS,
    now: () => nowMs,
    onError: (_, message) => void told.push(message),
    onCount: (refused, torn) => {
      counts = [refused, torn]
    },
  })
})
afterEach(() => rm(root, { recursive: true, force: true }))

const entry = (number: number): JournalEntry => ({
  id: `entry-${number}` as JournalEntryId,
  channelId: 'c'.repeat(24) as ChannelId,
  order: number,
  partition: 3,
  body: Buffer.from(`${number}`),
  contentType: 'text/plain',
  facts: {},
  receivedAtMs: 1_000,
  tries: 0,
})

class AwayError extends Error {}

/** A journal that takes all but these. */
function journal(...refused: readonly number[]) {
  const taken: number[] = []
  return {
    taken,
    append: async ({ order }: JournalEntry) => {
      if (order === 0) throw new AwayError()
      if (refused.includes(order)) throw new Error('no')
      taken.push(order)
    },
  }
}
const isAway = (error: unknown): boolean => error instanceof AwayError

describe('what the spool could not hand over', () => {
  it('is offered to the journal again, and goes once it is taken', async () => {
    for (const number of [1, 2]) await aside.keep(entry(number))
    expect(counts).toEqual([2, 0])
    const { append, taken } = journal(1)
    await aside.tend(append, isAway)
    expect(taken).toEqual([2])
    expect(counts).toEqual([1, 0])
    const later = journal()
    await aside.tend(later.append, isAway)
    expect(later.taken).toEqual([1])
    expect(counts).toEqual([0, 0])
  })

  it('waits while the database is away', async () => {
    for (const number of [0, 1]) await aside.keep(entry(number))
    const { append, taken } = journal()
    await aside.tend(append, isAway)
    expect(taken).toEqual([])
    expect(counts).toEqual([2, 0])
  })

  it('is not kept for ever', async () => {
    await aside.keep(entry(1))
    const torn = join(root, 'a.spool')
    await writeFile(torn, 'x')
    await aside.keepTorn(torn)
    expect(counts).toEqual([1, 1])
    const refusing = journal(1)
    nowMs += 29 * DAY_MS
    await aside.tend(refusing.append, isAway)
    expect(counts).toEqual([1, 1])
    nowMs += 2 * DAY_MS
    await aside.tend(refusing.append, isAway)
    expect(counts).toEqual([0, 0])
    expect(await readdir(join(root, 'refused'))).toEqual([])
    expect(told.filter((message) => message.includes('removed'))).toHaveLength(2)
  })

  it('stays where it cannot be read whole', async () => {
    await aside.keep(entry(1))
    await appendFile(join(root, 'refused', 'entry-1.spool'), 'more')
    const { append } = journal()
    await aside.tend(append, isAway)
    expect(counts).toEqual([1, 0])
  })

  it('is nothing where nothing ever was', async () => {
    await aside.tend(journal().append, isAway)
    expect(counts).toEqual([0, 0])
    expect(await readdir(root)).toEqual([])
  })
})
