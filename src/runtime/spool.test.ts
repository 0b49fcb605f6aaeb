import { appendFile, mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChannelId, JournalEntryId } from '../domain/ids.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import { createSpool, type Spool } from './spool.ts'
import { encodeRecord } from './spool-record.ts'
import { createSetAside } from './spool-set-aside.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'spool-test-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const entry = (number: number, size = 10): JournalEntry => ({
  id: `entry-${number}` as JournalEntryId,
  channelId: 'c'.repeat(24) as ChannelId,
  order: number,
  partition: 3,
  body: Buffer.alloc(size, number),
  contentType: 'application/json',
  facts: { fact: 'ü' },
  receivedAtMs: 1_000 + number,
  tries: 0,
})

const errors: string[] = []
const openSpool = (segmentBytes = 300, maxBytes = 1_000_000): Spool =>
  createSpool({
    root,
    maxBytes,
    segmentBytes,
    now: Date.now,
    onError: (_, message) => void errors.push(message),
    onBytes: () => undefined,
    keepTorn: createSetAside({
      root,
      keepMs: 1_000,
      now: Date.now,
      onError: (_, message) => void errors.push(message),
      onCount: () => undefined,
    }).keepTorn,
  })

async function drain(spool: Spool): Promise<JournalEntry[]> {
  const all: JournalEntry[] = []
  for (;;) {
    const segment = await spool.oldest()
    if (!segment) return all
    all.push(...segment.entries)
    await segment.remove()
  }
}

const folders = async (): Promise<readonly string[]> =>
  (await readdir(root)).filter((name) => /^\d/.test(name)).sort()

/** The file that was written to last. */
async function lastFile(): Promise<string | undefined> {
  const folder = (await folders()).at(-1)
  if (folder === undefined) return undefined
  const [name] = (await readdir(join(root, folder)))
    .filter((one) => one.endsWith('.spool'))
    .sort()
    .slice(-1)
  return name && join(root, folder, name)
}

type Step =
  | { readonly kind: 'append'; readonly sizes: readonly number[] }
  | { readonly kind: 'crash' | 'torn' | 'drain' | 'close' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('append' as const),
    sizes: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 6 }),
  }),
  fc.record({ kind: fc.constantFrom('crash' as const, 'torn' as const, 'drain' as const, 'close' as const) }),
)

describe('the spool', () => {
  it('gives back exactly what it acknowledged, in order, whatever ends and tears in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await rm(root, { recursive: true, force: true })
        let spool = openSpool()
        let number = 0
        const acknowledged: number[] = []
        const drained: number[] = []
        for (const one of steps) {
          if (one.kind === 'append') {
            const appended = one.sizes.map((size) => {
              number += 1
              acknowledged.push(number)
              return spool.append(entry(number, size))
            })
            await Promise.all(appended)
          } else if (one.kind === 'drain') {
            const segment = await spool.oldest()
            drained.push(...(segment?.entries ?? []).map(({ order }) => order))
            await segment?.remove()
          } else {
            if (one.kind === 'close') await spool.close()
            const file = one.kind === 'torn' ? await lastFile().catch(() => undefined) : undefined
            if (file) await appendFile(file, encodeRecord(entry(9_999, 50)).subarray(0, 5 + (number % 60)))
            spool = openSpool()
            await spool.look()
          }
        }
        drained.push(...(await drain(spool)).map(({ order }) => order))
        expect(drained).toEqual(acknowledged)
        expect(spool.isEmpty).toBe(true)
        expect(spool.bytes).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps an entry whole', async () => {
    const spool = openSpool()
    const one = { ...entry(1, 5_000), line: 77 }
    await spool.append(one)
    const [back] = await drain(spool)
    expect(back).toEqual({ ...one, body: new Uint8Array(one.body) })
  })

  it('leaves nothing behind once all is gone', async () => {
    const spool = openSpool()
    await Promise.all([1, 2, 3].map((number) => spool.append(entry(number, 400))))
    await drain(spool)
    expect(await readdir(root)).toEqual([])
  })

  it('refuses what it has no room for, and takes the next once there is', async () => {
    const spool = openSpool(300, 1_000)
    await spool.append(entry(1, 500))
    await expect(spool.append(entry(2, 500))).rejects.toMatchObject({ code: 'unavailable' })
    await drain(spool)
    await spool.append(entry(2, 500))
    expect((await drain(spool)).map(({ order }) => order)).toEqual([2])
  })

  it('does not acknowledge what a taker-over would not read', async () => {
    const slept = openSpool(1_000_000)
    await slept.append(entry(1))
    const other = openSpool()
    await other.look()
    await slept.append(entry(2))
    const [ofOther, ofSlept] = [await drain(other), await drain(slept)]
    // What was written before it was noticed may come twice: it is the same entry.
    expect([...new Set([...ofOther, ...ofSlept].map(({ order }) => order))].toSorted()).toEqual([1, 2])
  })

  it('takes over from processes that are gone, and from no other', async () => {
    await openSpool().append(entry(1))
    const [folder = ''] = await readdir(root)
    const owner = join(root, folder, 'owner.json')
    await writeFile(owner, JSON.stringify({ host: 'elsewhere', pid: 1 }))
    const spool = openSpool()
    await spool.look()
    expect(spool.isEmpty).toBe(true)
    const long = new Date((await stat(owner)).mtimeMs - 120_000)
    await utimes(owner, long, long)
    await spool.look()
    expect((await drain(spool)).map(({ order }) => order)).toEqual([1])
  })

  it('keeps a torn end apart, where no later start finds it again', async () => {
    await openSpool().append(entry(1))
    const file = await lastFile()
    await appendFile(file ?? '', encodeRecord(entry(2)).subarray(0, 20))
    const spool = openSpool()
    await spool.look()
    expect((await drain(spool)).map(({ order }) => order)).toEqual([1])
    expect(await folders()).toEqual([])
    expect(await readdir(join(root, 'refused'))).toEqual([expect.stringMatching(/\.torn$/)])
  })

  it('lets nothing wait for a file that cannot be read, and reads it once it can be', async () => {
    const spool = openSpool(1)
    for (const number of [1, 2, 3]) await spool.append(entry(number))
    const [folder = ''] = await folders()
    const path = join(root, folder, '00000001.spool')
    await rename(path, join(root, 'elsewhere'))
    await mkdir(path)
    expect((await drain(spool)).map(({ order }) => order)).toEqual([2, 3])
    expect(spool.isEmpty).toBe(true)
    expect(spool.bytes).toBeGreaterThan(0)
    await spool.look()
    expect(await drain(spool)).toEqual([])
    await rm(path, { recursive: true })
    await rename(join(root, 'elsewhere'), path)
    await spool.look()
    expect((await drain(spool)).map(({ order }) => order)).toEqual([1])
    expect(await folders()).toEqual([])
    expect(spool.bytes).toBe(0)
  })

  it('goes on when a file that is journaled cannot be removed', async () => {
    const spool = openSpool(1)
    for (const number of [1, 2]) await spool.append(entry(number))
    const first = await spool.oldest()
    const [folder = ''] = await folders()
    const path = join(root, folder, '00000001.spool')
    await rm(path)
    await mkdir(path)
    await first?.remove()
    expect((await drain(spool)).map(({ order }) => order)).toEqual([2])
    expect(spool.isEmpty).toBe(true)
  })

  it('takes over what it can when one folder cannot be taken over', async () => {
    await openSpool().append(entry(1))
    const [broken = ''] = await folders()
    await openSpool().append(entry(2))
    const owner = join(root, broken, 'owner.json')
    await rm(owner)
    await mkdir(owner)
    const spool = openSpool()
    await spool.look()
    expect((await drain(spool)).map(({ order }) => order)).toEqual([2])
    await rm(owner, { recursive: true })
    await writeFile(owner, JSON.stringify({ host: 'elsewhere', pid: 1 }))
    const long = new Date(Date.now() - 120_000)
    await utimes(owner, long, long)
    await spool.look()
    expect((await drain(spool)).map(({ order }) => order)).toEqual([1])
  })

  it('clears away what a process left that was stopped before it wrote anything', async () => {
    const left = join(root, '000000000000001-abc')
    await mkdir(left)
    await writeFile(join(left, '00000001.spool'), '')
    await writeFile(join(left, 'owner.json'), JSON.stringify({ host: 'elsewhere', pid: 1 }))
    const long = new Date(Date.now() - 120_000)
    await utimes(join(left, 'owner.json'), long, long)
    const spool = openSpool()
    await spool.look()
    expect(spool.isEmpty).toBe(true)
    expect(await folders()).toEqual([])
  })

  it('writes what arrives together in one write', async () => {
    const spool = openSpool(10_000_000)
    await Promise.all(Array.from({ length: 500 }, (_, number) => spool.append(entry(number))))
    expect((await drain(spool)).map(({ order }) => order)).toEqual(Array.from({ length: 500 }, (_, n) => n))
  })
})
