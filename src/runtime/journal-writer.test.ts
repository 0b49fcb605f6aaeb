import { describe, expect, it } from 'vitest'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import { createJournalWriter } from './journal-writer.ts'

const entry = (name: string, bytes = 1): JournalEntry => ({
  id: name as JournalEntryId,
  channelId: 'c' as ChannelId,
  order: 1,
  partition: 0,
  body: new Uint8Array(bytes),
  contentType: '',
  facts: {},
  receivedAtMs: 0,
  tries: 0,
})
const range = (count: number): string[] => Array.from({ length: count }, (_, index) => `e${index}`)

/** A disk that writes when it is told to. */
function slowDisk() {
  const writes: { names: string[]; finish: (repeatedAt?: readonly number[]) => void; fail: () => void }[] = []
  const written: string[] = []
  const observed: number[] = []
  let asked: (() => void) | undefined
  const writer = createJournalWriter({
    journal: {
      append: (entries) =>
        new Promise((resolve, reject) => {
          writes.push({
            names: entries.map(({ id }) => id as string),
            finish: (repeatedAt = []) => resolve(new Set(repeatedAt)),
            fail: () => reject(new Error('the disk is full')),
          })
          asked?.()
        }),
    },
    onWritten: (entries) => void written.push(...entries.map(({ id }) => id as string)),
    observe: (count) => void observed.push(count),
  })
  const write = async (index: number) => {
    while (!writes[index]) await new Promise<void>((resolve) => (asked = resolve))
    return writes[index] as (typeof writes)[number]
  }
  return { writer, writes, written, observed, write }
}

describe('the journal writer', () => {
  it('puts all that arrives in one turn into one write, and what arrives meanwhile into the next', async () => {
    const { writer, writes, written, observed, write } = slowDisk()
    const first = range(10).map((name) => writer.append(entry(name)))
    expect((await write(0)).names).toEqual(range(10))
    const second = ['x', 'y'].map((name) => writer.append(entry(name)))
    expect(writes).toHaveLength(1)
    ;(await write(0)).finish()
    expect(await Promise.all(first)).toEqual(range(10).map(() => ({ repeated: false })))
    expect((await write(1)).names).toEqual(['x', 'y'])
    ;(await write(1)).finish()
    await Promise.all(second)
    expect(written).toEqual([...range(10), 'x', 'y'])
    expect(observed).toEqual([10, 2])
  })

  it('promises nothing before the write is done, and nothing when it failed', async () => {
    const { writer, written, write } = slowDisk()
    let settled = false
    const lost = writer.append(entry('a')).finally(() => {
      settled = true
    })
    const failing = await write(0)
    expect(settled).toBe(false)
    failing.fail()
    await expect(lost).rejects.toThrow('the disk is full')
    expect(written).toEqual([])
    const later = writer.append(entry('a'))
    ;(await write(1)).finish()
    expect(await later).toEqual({ repeated: false })
  })

  it('tells a redelivery from what is new, and offers only that on', async () => {
    const { writer, written, write } = slowDisk()
    const both = ['a', 'b'].map((name) => writer.append(entry(name)))
    ;(await write(0)).finish([0])
    expect(await Promise.all(both)).toEqual([{ repeated: true }, { repeated: false }])
    expect(written).toEqual(['b'])
  })

  it('keeps one write within 500 entries and 16 MB, and a larger single entry goes alone', async () => {
    const { writer, write } = slowDisk()
    const many = range(501).map((name) => writer.append(entry(name)))
    expect((await write(0)).names).toHaveLength(500)
    const large = ['l1', 'l2', 'l3'].map((name) => writer.append(entry(name, 9 * 1024 * 1024)))
    const alone = writer.append(entry('huge', 20 * 1024 * 1024))
    for (const index of [0, 1, 2, 3, 4]) (await write(index)).finish()
    await Promise.all([...many, ...large, alone])
    expect((await write(1)).names).toEqual(['e500', 'l1'])
    expect((await write(2)).names).toEqual(['l2'])
    expect((await write(4)).names).toEqual(['huge'])
  })

  it('is pressed by a burst only', async () => {
    const { writer, write } = slowDisk()
    const single = writer.append(entry('a'))
    ;(await write(0)).finish()
    await single
    expect(writer.isPressed).toBe(false)
    const burst = range(100).map((name) => writer.append(entry(name)))
    ;(await write(1)).finish()
    await Promise.all(burst)
    expect(writer.isPressed).toBe(true)
  })

  it('drains: everything handed in before is written then', async () => {
    const { writer, written, write } = slowDisk()
    for (const name of ['a', 'b']) void writer.append(entry(name))
    const drained = writer.drain()
    ;(await write(0)).finish()
    await drained
    expect(written).toEqual(['a', 'b'])
    await writer.drain()
  })
})
