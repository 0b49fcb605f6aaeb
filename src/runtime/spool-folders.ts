/**
 * The folders of spools below one: each process writes into one of its own, and takes over those whose process is
 * gone. Taking over is a renaming, so that of several who try one succeeds.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const OWNER = 'owner.json'
const OWNER_TO_BE = 'owner.json.new'
const SEGMENT = /^\d{8}\.spool$/
/** Whoever has not said for so long that it lives is gone, or stands still and will notice. */
const SILENT_MS = 60_000

interface Owner {
  readonly host: string
  readonly pid: number
}

/** Makes a fresh folder, named so that later ones sort behind. */
export async function makeSpoolFolder(root: string, nowMs: number): Promise<string> {
  await makeFolder(root)
  const folder = join(root, `${String(nowMs).padStart(15, '0')}-${randomBytes(6).toString('hex')}`)
  await mkdir(folder, { mode: 0o700 })
  try {
    await own(folder)
    await syncFolder(root)
  } catch (error) {
    // A disk that is full must not fill with folders of which each try leaves one.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
    throw error
  }
  return folder
}

/** Makes a folder and those above it; resolves when all their names are on disk. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  const top = dirname(resolve(first))
  for (let made = resolve(path); made !== top; made = dirname(made)) await syncFolder(dirname(made))
}

/** Says that the owner of a folder lives. */
export async function touchSpoolFolder(folder: string, nowMs: number): Promise<void> {
  const at = new Date(nowMs)
  await utimes(join(folder, OWNER), at, at).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}

/**
 * Takes over the folders of processes that are gone.
 * @param onError is told of a folder that cannot be taken over; the others are
 * @returns them, the oldest first
 */
export async function adoptSpoolFolders(
  root: string,
  own_: ReadonlySet<string>,
  nowMs: number,
  onError: (error: unknown) => void,
): Promise<readonly string[]> {
  const names = await readdir(root).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const adopted: string[] = []
  for (const name of names.filter((one) => /^\d{15}-/.test(one)).sort()) {
    const folder = join(root, name)
    const taken = join(root, `${name.slice(0, 15)}-${randomBytes(6).toString('hex')}`)
    try {
      if (own_.has(folder) || !(await isLeft(folder, nowMs))) continue
      await rename(folder, taken)
    } catch (error) {
      if (!isMissing(error)) onError(error)
      continue
    }
    adopted.push(taken)
    // Where that fails somebody may take it over once more, and each finds what is left.
    await own(taken).catch(onError)
  }
  return adopted
}

/** The files of a folder that was taken over, the oldest first, with their sizes; those that are empty go. */
export async function segmentsIn(
  folder: string,
): Promise<readonly { readonly path: string; readonly bytes: number }[]> {
  const names = (await readdir(folder)).filter((name) => SEGMENT.test(name)).sort()
  const segments: { readonly path: string; readonly bytes: number }[] = []
  for (const name of names) {
    const path = join(folder, name)
    const { size } = await stat(path)
    if (size > 0) segments.push({ path, bytes: size })
    else await unlink(path)
  }
  return segments
}

export const segmentName = (number: number): string => `${String(number).padStart(8, '0')}.spool`

/** Removes a folder that holds no segments any more. */
export async function dropSpoolFolder(folder: string): Promise<void> {
  const left = await readdir(folder).catch(() => [OWNER, 'unknown'])
  if (left.every((name) => name === OWNER || name === OWNER_TO_BE))
    await rm(folder, { recursive: true, force: true })
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

/** At once, as a renaming is: whoever reads half a name cannot tell whether its process is gone. */
async function own(folder: string): Promise<void> {
  const owner = { host: hostname(), pid: process.pid } satisfies Owner
  await writeFile(join(folder, OWNER_TO_BE), JSON.stringify(owner))
  await rename(join(folder, OWNER_TO_BE), join(folder, OWNER))
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
