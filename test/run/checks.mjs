import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A step of `npm run check`.
 *
 * @typedef {object} Check
 * @property {string} name
 * @property {readonly (readonly string[])[]} commands all of them run, in order
 */

/** The folders that dependency rules are applied to. */
export const CRUISED = ['src', 'connectors', 'web', 'test']

/** @param {string} name @param {readonly string[]} args @returns {readonly string[]} */
const tool = (name, ...args) => [join('node_modules', '.bin', name), ...args]

/** @type {readonly Check[]} */
export const CHECKS = [
  { name: 'format', commands: [tool('biome', 'check', '--error-on-warnings', '.')] },
  {
    name: 'types',
    commands: [
      tool('tsc', '-b'),
      tool('tsc', '-p', 'web/inbox', '--noEmit'),
      tool('tsc', '-p', 'web/widget', '--noEmit'),
      tool('tsc', '-p', 'test', '--noEmit'),
    ],
  },
  {
    name: 'lint',
    commands: [
      tool(
        'eslint',
        '--max-warnings=0',
        '--cache',
        '--cache-strategy=content',
        '--cache-location=node_modules/.cache/eslint/',
        '.',
      ),
    ],
  },
  {
    name: 'dependencies',
    commands: [
      tool('depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...CRUISED),
    ],
  },
  { name: 'dead code', commands: [tool('knip', '--cache', '--cache-location', 'node_modules/.cache/knip')] },
  { name: 'architecture', commands: [tool('vitest', 'run', '--project', 'architecture')] },
]

/**
 * @param {readonly string[]} names
 * @param {readonly Check[]} [checks]
 * @returns {readonly Check[]}
 */
export function chooseChecks(names, checks = CHECKS) {
  const unknown = names.filter((name) => !checks.some((check) => check.name === name))
  if (unknown.length > 0) {
    throw new Error(
      `No check is called ${unknown.join(', ')}. There are: ${checks.map((check) => check.name).join(', ')}.`,
    )
  }
  return names.length === 0 ? checks : checks.filter((check) => names.includes(check.name))
}

/**
 * @typedef {{ name: string, passed: boolean, durationMs: number }} CheckResult
 * @param {readonly CheckResult[]} results
 */
export function checkSummary(results) {
  const failed = results.filter((result) => !result.passed).map((result) => result.name)
  const totalMs = results.reduce((sum, result) => sum + result.durationMs, 0)
  /** @param {number} ms */
  const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
  return [
    '',
    ...results.map(
      (result) =>
        `  ${result.passed ? 'ok    ' : 'FAILED'} ${result.name.padEnd(14)}${seconds(result.durationMs).padStart(8)}`,
    ),
    '',
    failed.length === 0
      ? `All checks passed in ${seconds(totalMs)}.`
      : `Failed: ${failed.join(', ')} (${seconds(totalMs)}).`,
  ].join('\n')
}

/** The folders that tools write their caches to; tsc does not make its own. @param {string} root */
export function prepareCaches(root) {
  mkdirSync(join(root, 'node_modules', '.cache', 'tsc'), { recursive: true })
}
