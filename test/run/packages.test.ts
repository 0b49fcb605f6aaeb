import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { staleReason } from './packages.mjs'

const ZOD = { version: '4.6.7' }
const LOCK = {
  packages: {
    '': { dependencies: { zod: '4.6.7' } },
    'node_modules/zod': ZOD,
    'node_modules/fsevents': { version: '2.3.3', optional: true },
  },
}

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'packages-'))
  await mkdir(join(root, 'node_modules/zod'), { recursive: true })
  await write('package.json', LOCK.packages[''])
  await write('package-lock.json', LOCK)
})
afterEach(() => rm(root, { recursive: true }))

const write = (path: string, content: unknown) => writeFile(join(root, path), JSON.stringify(content))
const note = (packages: Record<string, object>) => write('node_modules/.package-lock.json', { packages })

describe('the reason to install packages', () => {
  it('is none when everything wanted is there, but for what belongs to another platform', async () => {
    await note({ 'node_modules/zod': ZOD })
    expect(await staleReason(root)).toBeUndefined()
  })

  it.each([
    ['nothing is installed', undefined, 'the packages are not installed'],
    ['a package is missing', {}, 'node_modules/zod is missing'],
    ['a package is old', { 'node_modules/zod': { version: '4.0.0' } }, 'node_modules/zod is outdated'],
    [
      'a package is no longer wanted',
      { 'node_modules/zod': ZOD, 'node_modules/left-pad': { version: '1.3.0' } },
      'node_modules/left-pad is no longer wanted',
    ],
    [
      'a package is noted, but not there',
      { 'node_modules/zod': ZOD, 'node_modules/fsevents': { version: '2.3.3' } },
      'node_modules/fsevents is missing',
    ],
  ])('is told when %s', async (_, packages, reason) => {
    if (packages) await note(packages)
    expect(await staleReason(root)).toBe(reason)
  })

  it('is told when there is no lockfile', async () => {
    await rm(join(root, 'package-lock.json'))
    expect(await staleReason(root)).toBe('package-lock.json is missing or unreadable')
  })
})
