import { describe, expect, it } from 'vitest'
import { CHECKS, checkSummary, chooseChecks } from './checks.mjs'
import { cleanEnv, run } from './process.mjs'

const node = (program: string, limitMs = 60_000) =>
  run([process.execPath, '-e', program], { cwd: process.cwd(), env: process.env, limitMs })

describe('running a command', () => {
  it('tells its exit code', async () => {
    expect(await node('process.exit(3)')).toMatchObject({ code: 3, signal: null, timedOut: false })
  })

  it('tells the signal that ended it', async () => {
    expect(await node("process.kill(process.pid, 'SIGABRT')")).toMatchObject({
      code: null,
      signal: 'SIGABRT',
    })
  })

  it('ends it after its time', async () => {
    expect(await node('setInterval(() => {}, 1000)', 300)).toMatchObject({
      signal: 'SIGKILL',
      timedOut: true,
    })
  })

  it('takes a program that does not exist for a failure', async () => {
    const ending = await run(['/no/such/program'], { cwd: process.cwd(), env: {}, limitMs: 1000 })
    expect(ending.code).not.toBe(0)
  })

  it('keeps the settings of a real server away from tests', () => {
    const env = cleanEnv(
      { PATH: '/usr/bin', MONGODB_URI: 'mongodb://real', NODE_ENV: 'production' },
      { EXTRA: '1' },
    )
    expect(env).toEqual({ PATH: '/usr/bin', EXTRA: '1' })
  })
})

describe('the checks', () => {
  it('cover format, types, lint, dependencies, dead code and architecture', () => {
    expect(CHECKS.map((check) => check.name)).toEqual([
      'format',
      'types',
      'lint',
      'dependencies',
      'dead code',
      'architecture',
    ])
  })

  it('can be chosen by name', () => {
    expect(chooseChecks(['lint']).map((check) => check.name)).toEqual(['lint'])
    expect(() => chooseChecks(['spelling'])).toThrow('No check is called spelling')
  })

  it('are summed up with what failed', () => {
    const text = checkSummary([
      { name: 'format', passed: true, durationMs: 100 },
      { name: 'lint', passed: false, durationMs: 2000 },
    ])
    expect(text).toContain('FAILED lint')
    expect(text.trim().split('\n').at(-1)).toBe('Failed: lint (2.1 s).')
    expect(checkSummary([{ name: 'format', passed: true, durationMs: 100 }])).toContain(
      'All checks passed in 0.1 s.',
    )
  })
})
