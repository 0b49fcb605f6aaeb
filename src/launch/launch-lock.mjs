import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 250

/**
 * @param {string} path
 * @returns {Promise<number | undefined>} the process that holds the lock, if it still runs
 */
async function holder(path) {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''))
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH' ? undefined : pid
  }
}

/**
 * Takes the lock, or tells that somebody has it. The file appears complete, pid included, by being linked.
 *
 * @param {string} path
 */
async function tryLock(path) {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`
  await writeFile(draft, String(process.pid))
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    return false
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Puts a dead process's lock aside. Of several who try, one gets the file; if that turns out to be a new,
 * living lock, it is put back.
 *
 * @param {string} path
 */
async function breakLock(path) {
  const aside = `${path}.dead-${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  if ((await holder(aside)) !== undefined) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

/**
 * Runs `work` while no other start of this checkout installs or builds.
 *
 * @param {string} root
 * @param {() => Promise<void>} work
 */
export async function withLock(root, work) {
  // Neither node_modules nor dist: both may be removed while the lock is held.
  const folder = join(root, '.cache')
  const path = join(folder, 'start.lock')
  await mkdir(folder, { recursive: true })
  let told = false
  while (!(await tryLock(path))) {
    const pid = await holder(path)
    if (pid === undefined) {
      await breakLock(path)
      continue
    }
    if (!told) console.log(`Waiting for process ${pid}, which is preparing this checkout …`)
    told = true
    await sleep(POLL_MS)
  }
  try {
    await work()
  } finally {
    await rm(path, { force: true })
  }
}
