import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from './engine-error.ts'

const OWNER_FILE = 'server.json'

/** Creates the data folder when it is missing and proves that it can be written. Throws EngineError. */
export async function prepareDataFolder(dataDir: string): Promise<void> {
  const probe = join(dataDir, `.probe-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await (await open(probe, 'wx', 0o600)).close()
    await rm(probe)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new EngineError(
      'data-folder-unwritable',
      `The data folder ${dataDir} cannot be written (${code}): give this user the right to write it, or set DATA_DIR to another folder.`,
      { cause: error },
    )
  }
}

/** Which server process uses a data folder. The engine's own lock protects the data; this file explains it. */
export interface FolderOwner {
  readonly pid: number
  /** Tells a process from a later one with the same pid; absent where the system does not say. */
  readonly startedTicks: string | undefined
  /** The folder of the engine's socket, for the next start to remove when this server was killed. */
  readonly socketFolder: string
}

/** When a process started, in kernel ticks since boot. Undefined for none, for a dead one, and off Linux. */
async function startedTicks(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold spaces and parentheses of its own; field 22 is the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended; only its parent has not asked how yet.
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** Notes this process as the folder's user. Call it once the engine holds the folder. */
export async function writeOwner(dataDir: string, socketFolder: string): Promise<void> {
  const owner: FolderOwner = { pid: process.pid, startedTicks: await startedTicks(process.pid), socketFolder }
  const draft = join(dataDir, `.${OWNER_FILE}-${process.pid}`)
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 })
  await rename(draft, join(dataDir, OWNER_FILE))
}

export async function readOwner(dataDir: string): Promise<FolderOwner | undefined> {
  try {
    const { pid, startedTicks, socketFolder } = JSON.parse(
      await readFile(join(dataDir, OWNER_FILE), 'utf8'),
    ) as Partial<FolderOwner>
    if (typeof pid !== 'number' || typeof socketFolder !== 'string') return undefined
    return { pid, startedTicks, socketFolder }
  } catch {
    return undefined
  }
}

export async function removeOwner(dataDir: string): Promise<void> {
  await rm(join(dataDir, OWNER_FILE), { force: true })
}

/**
 * Whether the noted owner still runs, as far as this process can see. Another container's processes are out of
 * sight and count as gone; the engine's lock still holds them off.
 */
export async function ownerRuns(owner: FolderOwner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return owner.startedTicks === undefined || owner.startedTicks === (await startedTicks(owner.pid))
}
