import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { secretKeyOf } from './secret-key.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-key-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('prefers the setting and then writes nothing', async () => {
  const secretKey = Buffer.alloc(32, 1)
  expect(await secretKeyOf({ secretKey, dataDir: folder })).toBe(secretKey)
  expect(await readdir(folder)).toEqual([])
})

it('makes one key, for its owner’s eyes only, and finds it again', async () => {
  const dataDir = join(folder, 'data')
  const keys = await Promise.all(
    Array.from({ length: 8 }, () => secretKeyOf({ secretKey: undefined, dataDir })),
  )
  keys.push(await secretKeyOf({ secretKey: undefined, dataDir }))
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1)
  expect(keys[0]).toHaveLength(32)
  expect(await readdir(dataDir)).toEqual(['secret.key'])
  expect((await stat(join(dataDir, 'secret.key'))).mode & 0o777).toBe(0o600)
})

it('never replaces a damaged key', async () => {
  await writeFile(join(folder, 'secret.key'), 'damaged')
  await expect(secretKeyOf({ secretKey: undefined, dataDir: folder })).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringContaining('is damaged: restore it from a backup, or set SECRET_KEY.'),
  })
})

it('says what to do when it cannot write', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  await expect(secretKeyOf({ secretKey: undefined, dataDir: join(file, 'data') })).rejects.toMatchObject({
    name: 'ConfigError',
    exitCode: 78,
  })
})
