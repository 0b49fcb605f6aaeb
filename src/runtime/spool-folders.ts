/**
 * The folders of spools below one: each process writes into one of its own, and takes over those whose process is
 * gone. Taking over is a renaming, so that of several who try one succeeds.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const OWNER = 'owner.json'
const SEGMENT = /^\d{8}\.spool$/
/** Whoever has not said for so long that it lives is gone, or stands still and will notice. */
const SILENT_MS = 60_000

interface Owner {
  readonly host: string
  readonly pid: number
}

/** Makes a fresh folder, named so that later ones sort behind. */
export async function makeSpoolFolder(root: string, nowMs: number): Promise<string> {
  await mkdir(root, { recursive: true, mode: 0o700 })
  const folder = join(root, `${String(nowMs).padStart(15, '0')}-${randomBytes(6).toString('hex')}`)
  await mkdir(folder, { mode: 0o700 })
  await own(folder)
  await syncFolder(root)
  return folder
}

/** Says that the owner of a folder lives. */
export async function touchSpoolFolder(folder: string, nowMs: number): Promise<void> {
  const at = new Date(nowMs)
  await utimes(join(folder, OWNER), at, at).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}

/** Takes over the folders of processes that are gone. @returns them, the oldest first */
export async function adoptSpoolFolders(
  root: string,
  own_: ReadonlySet<string>,
  nowMs: number,
): Promise<readonly string[]> {
  const names = await readdir(root).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const adopted: string[] = []
  for (const name of names.filter((one) => /^\d{15}-/.test(one)).sort()) {
    const folder = join(root, name)
    if (own_.has(folder) || !(await isLeft(folder, nowMs))) continue
    const taken = join(root, `${name.slice(0, 15)}-${randomBytes(6).toString('hex')}`)
    try {
      await rename(folder, taken)
    } catch (error) {
      if (isMissing(error)) continue
      throw error
    }
    await own(taken)
    adopted.push(taken)
  }
  return adopted
}

/** The files of a folder, the oldest first, with their sizes. */
export async function segmentsIn(
  folder: string,
): Promise<readonly { readonly path: string; readonly bytes: number }[]> {
  const names = (await readdir(folder)).filter((name) => SEGMENT.test(name)).sort()
  return Promise.all(
    names.map(async (name) => ({ path: join(folder, name), bytes: (await stat(join(folder, name))).size })),
  )
}

export const segmentName = (number: number): string => `${String(number).padStart(8, '0')}.spool`

/** Removes a folder that holds no segments any more. */
export async function dropSpoolFolder(folder: string): Promise<void> {
  const left = await readdir(folder).catch(() => [OWNER, 'unknown'])
  if (left.every((name) => name === OWNER)) await rm(folder, { recursive: true, force: true })
}

/** A name in a folder is on disk once the folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

async function own(folder: string): Promise<void> {
  await writeFile(join(folder, OWNER), JSON.stringify({ host: hostname(), pid: process.pid } satisfies Owner))
}

async function isLeft(folder: string, nowMs: number): Promise<boolean> {
  const path = join(folder, OWNER)
  try {
    const { mtimeMs } = await stat(path)
    if (Math.abs(nowMs - mtimeMs) > SILENT_MS) return true
    const { host, pid } = JSON.parse(await readFile(path, 'utf8')) as Owner
    // One of our own number that is not ours is of an earlier process: containers number theirs from one.
    return host === hostname() && (pid === process.pid || !isAlive(pid))
  } catch (error) {
    if (error instanceof SyntaxError) return false
    // Its maker may be about to write it: only an old one is left for good.
    if (!isMissing(error)) throw error
    const made = await stat(folder).catch(() => undefined)
    return made !== undefined && nowMs - made.mtimeMs > SILENT_MS
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
