import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ownerRuns, prepareDataFolder, readOwner, removeOwner, writeOwner } from './data-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-folder-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('makes the folder and leaves no probe behind', async () => {
  const dataDir = join(folder, 'deep', 'data')
  await prepareDataFolder(dataDir)
  expect(await readdir(dataDir)).toEqual([])
})

it('says in one line what to do about a folder that cannot be written', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  const dataDir = join(file, 'data')
  await expect(prepareDataFolder(dataDir)).rejects.toMatchObject({
    name: 'EngineError',
    reason: 'data-folder-unwritable',
    exitCode: 73,
    message: `The data folder ${dataDir} cannot be written (ENOTDIR): give this user the right to write it, or set DATA_DIR to another folder.`,
  })
})

it('knows whether the noted owner still runs', async () => {
  expect(await readOwner(folder)).toBeUndefined()
  await writeOwner(folder, 'a-socket-folder')
  const owner = await readOwner(folder)
  expect(owner).toMatchObject({ pid: process.pid, socketFolder: 'a-socket-folder' })
  if (!owner) throw new Error('no owner')
  expect(await ownerRuns(owner)).toBe(true)

  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  expect(await ownerRuns({ ...owner, pid: child.pid ?? 0 })).toBe(false)
  // The same pid, handed out again to a later process.
  expect(await ownerRuns({ ...owner, startedTicks: '1' })).toBe(false)

  await removeOwner(folder)
  expect(await readOwner(folder)).toBeUndefined()
})

it('takes a damaged note for none', async () => {
  await writeOwner(folder, 'x')
  const [name = ''] = await readdir(folder)
  await writeFile(join(folder, name), (await readFile(join(folder, name), 'utf8')).slice(0, 9))
  expect(await readOwner(folder)).toBeUndefined()
})
