import { stripVTControlCharacters } from 'node:util'

/**
 * How one suite ended.
 *
 * @typedef {object} SuiteResult
 * @property {string} name
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {number} durationMs
 * @property {string[]} failures names of what failed, each with what it said, and why a suite counts as failed as a whole
 * @property {string} [notRun] why the suite did not run
 *
 * The part of vitest's JSON report that is read.
 * @typedef {object} Report
 * @property {boolean} [success]
 * @property {{ name: string, status: string, message?: string, assertionResults: { status: string, fullName: string, failureMessages?: string[] }[] }[]} [testResults]
 */

/**
 * Turns a report and an exit code into counts. A suite never passes by accident: a missing report, no
 * test at all, a file that could not be loaded, and a bad exit code without a failed test each count
 * as one failure.
 *
 * @param {string} name
 * @param {Report | undefined} report
 * @param {{ code: number | null, signal: string | null, timedOut: boolean, durationMs: number }} ending
 * @returns {SuiteResult}
 */
export function readSuite(name, report, ending) {
  /** @type {SuiteResult} */
  const result = { name, passed: 0, failed: 0, skipped: 0, durationMs: ending.durationMs, failures: [] }
  /** @param {string} reason */
  const fail = (reason) => {
    result.failed += 1
    result.failures.push(reason)
  }
  for (const file of report?.testResults ?? []) {
    const before = result.failed
    for (const test of file.assertionResults) {
      if (test.status === 'passed') result.passed += 1
      else if (test.status === 'failed') fail(withWords(test))
      else result.skipped += 1
    }
    if (file.status === 'failed' && result.failed === before) fail(`${file.name} could not be run`)
  }
  if (ending.timedOut) fail(`${name} took too long and was ended`)
  else if (!report) fail(`${name} left no report (${describeEnding(ending)})`)
  else if (result.passed + result.failed === 0) fail(`${name} has no test that ran`)
  else if (ending.code !== 0 && result.failed === 0) fail(`${name} ended badly (${describeEnding(ending)})`)
  else if (report.success === false && result.failed === 0)
    fail(`${name} reports an error outside of its tests`)
  return result
}

/** Of each failed test: the beginning of a difference, and where it was seen. */
const MOST_LINES = 24

/**
 * So that the end of a long output tells what was wrong.
 *
 * @param {{ fullName: string, failureMessages?: string[] }} test
 */
function withWords({ fullName, failureMessages = [] }) {
  const lines = failureMessages
    .flatMap((message) => stripVTControlCharacters(message).trim().split('\n'))
    .filter((line) => !line.includes('node_modules'))
  const shown = lines.slice(0, MOST_LINES).map((line) => `    | ${line}`)
  return [fullName, ...shown].join('\n')
}

/** @param {{ code: number | null, signal: string | null }} ending */
const describeEnding = (ending) =>
  ending.signal === null ? `exit code ${ending.code ?? 'unknown'}` : `signal ${ending.signal}`

/**
 * A suite that did not run: one failure where everything must run, else one skipped.
 *
 * @param {string} name
 * @param {string} reason
 * @param {boolean} mustRun
 * @returns {SuiteResult}
 */
export function notRun(name, reason, mustRun) {
  return {
    name,
    passed: 0,
    failed: mustRun ? 1 : 0,
    skipped: mustRun ? 0 : 1,
    durationMs: 0,
    failures: mustRun ? [`${name} did not run: ${reason}`] : [],
    notRun: reason,
  }
}

/** @param {readonly SuiteResult[]} results */
export function total(results) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const result of results) {
    sum.passed += result.passed
    sum.failed += result.failed
    sum.skipped += result.skipped
  }
  return sum
}

/** @param {{ passed: number, failed: number, skipped: number }} sum */
export const lastLine = (sum) => `${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`

/** @param {{ passed: number, failed: number }} sum */
export const exitCode = (sum) => (sum.failed > 0 || sum.passed === 0 ? 1 : 0)

/**
 * The end of the output, up to and with the last line.
 *
 * @param {readonly SuiteResult[]} results
 * @returns {string}
 */
export function summary(results) {
  const lines = ['', 'Suites']
  for (const result of results) {
    const counts = result.notRun === undefined ? lastLine(result) : 'DID NOT RUN'
    const seconds = result.notRun === undefined ? `  (${(result.durationMs / 1000).toFixed(1)} s)` : ''
    lines.push(`  ${result.name.padEnd(14)}${counts}${seconds}`)
  }
  const failures = results.flatMap((result) =>
    result.failures.map((failure) => `  ${result.name}: ${failure}`),
  )
  if (failures.length > 0) lines.push('', 'Failed', ...failures)
  const absent = results.filter((result) => result.notRun !== undefined)
  if (absent.length > 0) {
    lines.push('', '!!! THESE SUITES DID NOT RUN !!!')
    for (const result of absent) lines.push(`  ${result.name}: ${result.notRun ?? ''}`)
  }
  lines.push('', lastLine(total(results)), '')
  return lines.join('\n')
}
