import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** A checkout whose npm and builds only count how often they ran. */
const NPM = `
const fs = require('node:fs')
fs.appendFileSync('npm-runs', process.argv.slice(2).join(' ') + '\\n')
if (fs.existsSync('npm-breaks')) { console.error('npm says why'); process.exit(7) }
fs.rmSync('node_modules', { recursive: true, force: true })
fs.mkdirSync('node_modules')
fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: {} }))`
const BUILD = `
const fs = require('node:fs')
const name = process.argv[2]
fs.appendFileSync('builds', process.argv.slice(2).join(' ') + '\\n')
if (fs.existsSync(name + '-breaks')) { console.error(name + ' says why'); process.exit(2) }
fs.mkdirSync('dist/' + name, { recursive: true })
setTimeout(() => fs.writeFileSync('dist/' + name + '/out', fs.readFileSync(name + '/in')), 100)`
const START = `
import { makeReady } from ${JSON.stringify(new URL('./make-ready.mjs', import.meta.url).href)}
const build = (name) => ({
  name, inputs: [name, 'package-lock.json'], output: 'dist/' + name + '/out', command: ['build.cjs', name], afresh: ['afresh'],
})
process.exitCode = (await makeReady(new URL('./', import.meta.url), [build('a'), build('b')])) ? 0 : 1`

let root: string
const write = async (path: string, content: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), content)
}
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8')
const runs = async (path: string): Promise<string[]> =>
  existsSync(join(root, path)) ? (await read(path)).trim().split('\n').sort() : []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'checkout-'))
  await write('package.json', JSON.stringify({ name: 'x' }))
  await write('package-lock.json', JSON.stringify({ packages: { '': { name: 'x' } } }))
  await write('npm.js', NPM)
  await write('build.cjs', BUILD)
  await write('start.mjs', START)
  await write('a/in', 'one')
  await write('b/in', 'one')
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function start(): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [join(root, 'start.mjs')], {
    cwd: root,
    env: { ...process.env, npm_execpath: join(root, 'npm.js') },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

describe('makeReady', () => {
  it('installs and builds once, and then does nothing', async () => {
    expect(await start()).toEqual({
      code: 0,
      out: 'Installing packages (the packages are not installed) …\nBuilding a, b …\n',
      err: '',
    })
    expect(await start()).toEqual({ code: 0, out: '', err: '' })
    expect(await runs('npm-runs')).toEqual(['ci --include=dev --no-audit --no-fund'])
    expect(await runs('builds')).toEqual(['a afresh', 'b afresh'])
  })

  it('builds again what changed, and nothing else', async () => {
    await start()
    await write('b/in', 'two')
    await write('a/some.test.ts', 'a test is no part of what is built')
    expect((await start()).out).toBe('Building b …\n')
    expect(await read('dist/b/out')).toBe('two')
    expect(await runs('builds')).toEqual(['a afresh', 'b', 'b afresh'])
  })

  it('builds again what was deleted', async () => {
    await start()
    await rm(join(root, 'dist', 'a'), { recursive: true })
    expect((await start()).out).toBe('Building a …\n')
    expect(await runs('builds')).toEqual(['a afresh', 'a afresh', 'b afresh'])
  })

  it('installs again when the lockfile asks for something else', async () => {
    await start()
    await write(
      'package-lock.json',
      JSON.stringify({ packages: { '': {}, 'node_modules/y': { version: '1.0.0' } } }),
    )
    expect((await start()).out).toContain('Installing packages (node_modules/y is missing) …')
    expect(await runs('npm-runs')).toHaveLength(2)
  })

  it('takes packages that somebody installed by hand', async () => {
    await write('node_modules/.package-lock.json', JSON.stringify({ packages: {} }))
    expect((await start()).out).toBe('Building a, b …\n')
    expect(await runs('npm-runs')).toEqual([])
  })

  it('ends with the last words of npm and one clear line when the installation fails', async () => {
    await write('npm-breaks', '')
    const { code, err } = await start()
    expect(code).toBe(1)
    expect(err).toBe('npm says why\nInstalling the packages (npm ci) failed (exit code 7); see above.\n')
    expect(await runs('builds')).toEqual([])
  })

  it('ends with the last words of a failed build, keeps the good one, and tries again the next time', async () => {
    await write('a-breaks', '')
    const { code, err } = await start()
    expect(code).toBe(1)
    expect(err).toBe('a says why\nBuilding the a failed (exit code 2); see above.\n')
    await rm(join(root, 'a-breaks'))
    expect(await start()).toEqual({ code: 0, out: 'Building a …\n', err: '' })
  })

  it('lets one of many starts at once do the work', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => start()))
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    expect(await runs('npm-runs')).toHaveLength(1)
    expect(await runs('builds')).toEqual(['a afresh', 'b afresh'])
  }, 20_000)

  it('passes over the lock of a start that was killed', async () => {
    const dead = spawn(process.execPath, ['-e', ''])
    await once(dead, 'exit')
    await write('.cache/start.lock', String(dead.pid))
    expect((await start()).code).toBe(0)
    expect(existsSync(join(root, '.cache', 'start.lock'))).toBe(false)
  })

  it('says so when the checkout is incomplete', async () => {
    await rm(join(root, 'package-lock.json'))
    expect(await start()).toEqual({
      code: 1,
      out: '',
      err: 'package-lock.json is missing: start from a complete checkout.\n',
    })
  })
})

it('has the builds that package.json names', async () => {
  const { BUILDS } = await import('./build.mjs')
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>
  }
  expect(BUILDS.map(({ name }) => name)).toEqual(['server', 'inbox', 'widget'])
  for (const { name } of BUILDS) expect(manifest.scripts).toHaveProperty([`build:${name}`])
  expect(manifest.scripts['start']).toBe('node src/launch/start.mjs')
})
