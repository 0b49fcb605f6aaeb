/**
 * What the spool could not hand over, for a time: deliveries that the journal refuses, and files whose end a power cut
 * tore. All processes of a machine share one folder.
 */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JournalEntry } from '../store/journal-store.ts'
import { isMissing, makeFolder, syncFolder } from './spool-folders.ts'
import { decodeRecords, encodeRecord } from './spool-record.ts'

const FOLDER = 'refused'
const DELIVERY = /\.spool$/
const TORN = /\.torn$/

export interface SetAside {
  /** Keeps a delivery that the journal refuses. Resolves once it is on disk. */
  keep(entry: JournalEntry): Promise<void>
  /** Keeps a file whose end is torn. */
  keepTorn(path: string): Promise<void>
  /**
   * Removes what is too old, and gives the journal what it refused once more: what looked final may have been the
   * database's trouble.
   * @param append as the journal's writer
   * @param isUnavailable whether an error ends the round: nothing can be had from the database now
   */
  tend(
    append: (entry: JournalEntry) => Promise<unknown>,
    isUnavailable: (error: unknown) => boolean,
  ): Promise<void>
}

export interface SetAsideDeps {
  /** The spool's. */
  readonly root: string
  readonly keepMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly onError: (error: unknown, message: string) => void
  /** What lies there, in files. */
  readonly onCount: (refused: number, torn: number) => void
}

/** Creates the keeper; nothing touches the disk before there is something to keep. */
export function createSetAside(deps: SetAsideDeps): SetAside {
  const folder = join(deps.root, FOLDER)

  const names = async (): Promise<readonly string[]> =>
    readdir(folder).catch((error: unknown) => {
      if (isMissing(error)) return []
      throw error
    })

  const count = async (): Promise<void> => {
    const left = await names()
    const of = (kind: RegExp): number => left.filter((name) => kind.test(name)).length
    deps.onCount(of(DELIVERY), of(TORN))
  }

  /** @returns whether it is gone */
  const removeOverdue = async (path: string): Promise<boolean> => {
    const { mtimeMs } = await stat(path)
    if (deps.now() - mtimeMs < deps.keepMs) return false
    await unlink(path)
    deps.onError(new Error(path), 'what the spool could not hand over was kept long enough, and is removed')
    return true
  }

  return {
    async keep(entry) {
      await makeFolder(folder)
      const path = join(folder, `${entry.id}.spool`)
      await writeFile(path, encodeRecord(entry), { flush: true, mode: 0o600 })
      // Its name must be on disk before the file goes that it comes from.
      await syncFolder(folder)
      await count()
    },

    async keepTorn(path) {
      await makeFolder(folder)
      const kept = join(folder, `${randomBytes(6).toString('hex')}.torn`)
      await rename(path, kept)
      await syncFolder(folder)
      await syncFolder(dirname(path))
      deps.onError(new Error(kept), 'the end of a spool file is torn')
      await count()
    },

    async tend(append, isUnavailable) {
      try {
        for (const name of await names()) {
          const path = join(folder, name)
          try {
            if ((await removeOverdue(path)) || !DELIVERY.test(name)) continue
            const { entries, isTorn } = decodeRecords(await readFile(path))
            for (const entry of entries) await append(entry)
            if (!isTorn && entries.length > 0) await unlink(path)
          } catch (error) {
            // Another process of this machine was faster.
            if (isMissing(error)) continue
            if (isUnavailable(error)) break
            deps.onError(error, 'the journal still refuses a delivery; it stays in the spool’s folder')
          }
        }
      } finally {
        await count()
      }
    },
  }
}
