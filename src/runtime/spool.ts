/** Deliveries on this machine's own disk, for as long as the database cannot take them. */
import { type FileHandle, open, readFile, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../domain/errors.ts'
import type { JournalEntry } from '../store/journal-store.ts'
import { reach } from '../store/stations.ts'
import {
  adoptSpoolFolders,
  dropSpoolFolder,
  isMissing,
  makeSpoolFolder,
  segmentName,
  segmentsIn,
  syncFolder,
  touchSpoolFolder,
} from './spool-folders.ts'
import { decodeRecords, encodeRecord } from './spool-record.ts'

/** A file of the spool that nobody writes to any more. */
export interface SpoolSegment {
  /** In the order in which they were appended. */
  readonly entries: readonly JournalEntry[]
  /** Once the journal has them all. */
  remove(): Promise<void>
}

export interface Spool {
  /** Resolves once the entry is on disk. @throws AppError `unavailable` when there is no room, or no disk */
  append(entry: JournalEntry): Promise<void>
  /** Nothing is kept and nothing is being written: what comes next overtakes nobody. */
  readonly isEmpty: boolean
  readonly bytes: number
  /** What was appended first and is still here. */
  oldest(): Promise<SpoolSegment | undefined>
  /** Takes over what processes left behind that are gone, and says that this one lives. */
  look(): Promise<void>
  /** What is kept stays for the next start. */
  close(): Promise<void>
}

export interface SpoolDeps {
  readonly root: string
  readonly maxBytes: number
  readonly now: () => number
  readonly onError: (error: unknown, message: string) => void
  readonly onBytes: (bytes: number) => void
  /** Keeps a file elsewhere whose end is torn, now that what is whole of it is journaled. */
  readonly keepTorn: (path: string) => Promise<void>
  readonly segmentBytes?: number
}

interface Segment {
  readonly path: string
  bytes: number
}

interface Active extends Segment {
  readonly handle: FileHandle
  readonly inode: number
}

interface Waiting {
  readonly frame: Buffer
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

const SEAL_LOOK_MS = 5
const SEGMENT_BYTES = 4 * 1024 * 1024
/** Of one write. */
const MOST_BYTES = 16 * 1024 * 1024

/** Creates a spool; nothing touches the disk before the first entry or look. */
export function createSpool(deps: SpoolDeps): Spool {
  const segmentBytes = deps.segmentBytes ?? SEGMENT_BYTES
  const sealed: Segment[] = []
  /** Those that cannot be read just now: what came later must not wait for them. */
  const parked: Segment[] = []
  const folders = new Set<string>()
  let folder: string | undefined
  let number = 0
  let active: Active | undefined
  let waiting: Waiting[] = []
  let waitingBytes = 0
  let writing: Promise<void> | undefined
  let isSealWanted = false

  const bytesKept = (): number =>
    [...sealed, ...parked].reduce((sum, { bytes }) => sum + bytes, 0) + (active?.bytes ?? 0) + waitingBytes

  const begin = async (): Promise<Active> => {
    if (folder === undefined) {
      folder = await makeSpoolFolder(deps.root, deps.now())
      folders.add(folder)
    }
    number += 1
    const path = join(folder, segmentName(number))
    const handle = await open(path, 'wx', 0o600)
    try {
      await syncFolder(folder)
      return { path, handle, inode: (await handle.stat()).ino, bytes: 0 }
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  const seal = async (): Promise<void> => {
    isSealWanted = false
    const done = active
    active = undefined
    if (!done) return
    await done.handle.close().catch(() => undefined)
    if (done.bytes > 0) sealed.push({ path: done.path, bytes: done.bytes })
    else await unlink(done.path).catch(() => undefined)
  }

  /** After a failure nobody knows what of it is on disk: what is whole is kept, and the next goes elsewhere. */
  const abandon = async (): Promise<void> => {
    await active?.handle.truncate(active.bytes).catch(() => undefined)
    await seal()
  }

  const write = async (frames: readonly Buffer[]): Promise<void> => {
    active ??= await begin()
    const { handle, path, inode } = active
    const block = Buffer.concat(frames)
    // A disk that is nearly full may take a part only.
    for (let done = 0; done < block.length; )
      done += (await handle.write(block, done, block.length - done, active.bytes + done)).bytesWritten
    await handle.datasync()
    // One that stood still for long may have been taken for gone: what it wrote since, nobody would read.
    const there = await stat(path).catch(() => undefined)
    if (there?.ino !== inode) throw new TakenOverError()
    active.bytes += block.length
    if (active.bytes >= segmentBytes) await seal()
  }

  const writeSome = async (some: readonly Waiting[]): Promise<void> => {
    const frames = some.map(({ frame }) => frame)
    try {
      await write(frames).catch(async (error: unknown) => {
        if (!(error instanceof TakenOverError)) throw error
        await active?.handle.close().catch(() => undefined)
        active = undefined
        if (folder !== undefined) folders.delete(folder)
        folder = undefined
        await write(frames)
      })
      reach('spooled')
      for (const { resolve } of some) resolve()
    } catch (error) {
      deps.onError(error, 'the spool cannot be written')
      await abandon()
      for (const { reject } of some) reject(new AppError('unavailable'))
    } finally {
      waitingBytes -= frames.reduce((sum, { length }) => sum + length, 0)
      deps.onBytes(bytesKept())
    }
  }

  const writeAll = async (): Promise<void> => {
    // Let everything that this turn of the event loop brings share the first write.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      let count = 0
      let bytes = 0
      for (const { frame } of waiting) {
        bytes += frame.length
        if (count > 0 && bytes > MOST_BYTES) break
        count += 1
      }
      const some = waiting.slice(0, count)
      waiting = waiting.slice(count)
      await writeSome(some)
      if (isSealWanted) await seal()
    }
    writing = undefined
  }

  const openSegment = async (segment: Segment): Promise<SpoolSegment> => {
    const { entries, isTorn } = decodeRecords(await readFile(segment.path))
    return {
      entries,
      async remove() {
        reach('spool-journaled')
        // Whoever was writing it when the machine stopped got no answer for what is torn; it is kept to be looked at.
        await (isTorn ? deps.keepTorn : unlink)(segment.path).catch((error: unknown) => {
          // What stays is journaled once more by the next start, as the same entries: nobody waits for that.
          if (!isMissing(error)) deps.onError(error, 'a spool file cannot be removed')
        })
        forget(segment)
        deps.onBytes(bytesKept())
        await leaveEmpty(dirname(segment.path))
      },
    }
  }

  const forget = (segment: Segment): void => {
    const place = sealed.indexOf(segment)
    if (place !== -1) sealed.splice(place, 1)
  }

  const leaveEmpty = async (path: string): Promise<void> => {
    const isWritten = path === folder && (writing || active)
    if (isWritten || [...sealed, ...parked].some((other) => dirname(other.path) === path)) return
    if (path === folder) folder = undefined
    folders.delete(path)
    await dropSpoolFolder(path)
  }

  return {
    append(entry) {
      const frame = encodeRecord(entry)
      if (bytesKept() + frame.length > deps.maxBytes) return Promise.reject(new AppError('unavailable'))
      waitingBytes += frame.length
      return new Promise((resolve, reject) => {
        waiting.push({ frame, resolve, reject })
        writing ??= writeAll()
      })
    },
    get isEmpty() {
      return sealed.length === 0 && !active && !writing
    },
    get bytes() {
      return bytesKept()
    },
    async oldest() {
      if (sealed.length === 0) {
        isSealWanted = true
        while (writing && sealed.length === 0) await Promise.race([writing, sleep(SEAL_LOOK_MS)])
        if (active && !writing) {
          // Who appends while it is being closed begins another file.
          writing = seal().finally(() => {
            writing = waiting.length > 0 ? writeAll() : undefined
          })
          await writing
        }
      }
      for (;;) {
        const [segment] = sealed
        if (!segment) return undefined
        try {
          return await openSegment(segment)
        } catch (error) {
          forget(segment)
          // One that is missing another process took over, and sees to it.
          if (isMissing(error)) continue
          parked.push(segment)
          deps.onError(error, 'a spool file cannot be read; what came later goes before it')
        }
      }
    },
    async look() {
      const onError = (error: unknown): void => deps.onError(error, 'a folder of the spool cannot be used')
      for (const own of folders) await touchSpoolFolder(own, deps.now()).catch(onError)
      const left: Segment[] = []
      for (const adopted of await adoptSpoolFolders(deps.root, folders, deps.now(), onError)) {
        try {
          const found = await segmentsIn(adopted)
          left.push(...found)
          if (found.length > 0) folders.add(adopted)
          else await dropSpoolFolder(adopted)
        } catch (error) {
          // It is nobody's, and found again by the next look.
          if (!isMissing(error)) onError(error)
        }
      }
      // Both are older than the rest.
      sealed.unshift(...parked.splice(0), ...left)
      deps.onBytes(bytesKept())
    },
    async close() {
      while (writing) await writing
      await seal()
    },
  }
}

class TakenOverError extends Error {
  override readonly name = 'TakenOverError'
}
