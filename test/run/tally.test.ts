import { describe, expect, it } from 'vitest'
import { exitCode, lastLine, notRun, readSuite, summary, total } from './tally.mjs'

const fine = { code: 0, signal: null, timedOut: false, durationMs: 1500 }

const test = (status: string, fullName = 'a test') => ({ status, fullName })
const file = (...assertionResults: { status: string; fullName: string }[]) => ({
  name: 'a.test.ts',
  status: assertionResults.some((one) => one.status === 'failed') ? 'failed' : 'passed',
  assertionResults,
})
const report = (...testResults: ReturnType<typeof file>[]) => ({ success: true, testResults })

describe('reading a suite', () => {
  it('counts tests by their status', () => {
    const result = readSuite(
      'unit',
      report(
        file(test('passed'), test('passed')),
        file(test('failed', 'adds'), test('skipped'), test('todo')),
      ),
      { ...fine, code: 1 },
    )
    expect(result).toMatchObject({ passed: 2, failed: 1, skipped: 2, failures: ['adds'] })
  })

  it.each([
    ['a missing report', undefined, fine],
    ['a missing report after a crash', undefined, { ...fine, code: null, signal: 'SIGSEGV' }],
    ['no file', report(), fine],
    ['only skipped tests', report(file(test('skipped'))), fine],
    ['a bad exit code although every test passed', report(file(test('passed'))), { ...fine, code: 1 }],
    ['an end by a signal', report(file(test('passed'))), { ...fine, code: null, signal: 'SIGKILL' }],
    ['an error outside of the tests', { ...report(file(test('passed'))), success: false }, fine],
    [
      'too long a run',
      report(file(test('passed'))),
      { ...fine, code: null, signal: 'SIGKILL', timedOut: true },
    ],
    [
      'a file that cannot be loaded',
      report(file(test('passed')), { ...file(), status: 'failed' }),
      { ...fine, code: 1 },
    ],
    [
      'a failed hook, whose tests are reported as skipped',
      report(file(test('passed')), { ...file(test('skipped')), status: 'failed' }),
      { ...fine, code: 1 },
    ],
  ])('counts %s as one failure', (_, given, ending) => {
    const result = readSuite('unit', given, ending)
    expect(result.failed).toBe(1)
    expect(result.failures).toHaveLength(1)
  })
})

describe('the end of a run', () => {
  const passed = readSuite('unit', report(file(test('passed'), test('passed'))), fine)
  const failed = readSuite('contract', report(file(test('failed', 'parses junk'))), { ...fine, code: 1 })

  it('adds up over all suites', () => {
    expect(total([passed, failed, notRun('e2e', 'no browser', false)])).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
    })
  })

  it('ends with the counting line, alone', () => {
    const lines = summary([passed, failed]).trimEnd().split('\n')
    expect(lines.at(-1)).toBe('2 passed, 1 failed, 0 skipped')
    expect(lines.join('\n')).toContain('contract: parses junk')
  })

  it('tells of each failed test what it said, shortened and without colours', () => {
    const said = [
      '\u001b[31mAssertionError\u001b[39m: expected 1 to be 2',
      ...Array(100).fill('  at somewhere'),
    ]
    const one = { ...test('failed', 'parses junk'), failureMessages: [said.join('\n')] }
    const [text = ''] = readSuite('contract', report(file(one)), { ...fine, code: 1 }).failures
    expect(text.split('\n').slice(0, 2)).toEqual(['parses junk', '    | AssertionError: expected 1 to be 2'])
    expect(text.split('\n')).toHaveLength(25)
  })

  it('says loudly what did not run, and why', () => {
    const text = summary([passed, notRun('e2e', 'chromium is missing: apt-get install chromium', false)])
    expect(text).toContain('THESE SUITES DID NOT RUN')
    expect(text).toContain('e2e: chromium is missing: apt-get install chromium')
    expect(text.trimEnd().split('\n').at(-1)).toBe('2 passed, 0 failed, 1 skipped')
  })

  it('counts a suite that must run and did not as failed', () => {
    expect(notRun('e2e', 'no browser', true)).toMatchObject({ failed: 1, skipped: 0 })
  })

  it('is good only when something passed and nothing failed', () => {
    expect(exitCode({ passed: 3, failed: 0 })).toBe(0)
    expect(exitCode({ passed: 3, failed: 1 })).toBe(1)
    expect(exitCode({ passed: 0, failed: 0 })).toBe(1)
  })

  it('has the agreed form', () => {
    expect(lastLine({ passed: 1, failed: 2, skipped: 3 })).toBe('1 passed, 2 failed, 3 skipped')
  })
})
