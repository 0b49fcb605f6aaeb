/** `npm run check [name...]`: every static check, one after the other; all of them run, even after a failure. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkSummary, chooseChecks, prepareCaches } from './checks.mjs'
import { cleanEnv, run } from './process.mjs'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const LIMIT_MS = 10 * 60_000

/** @param {readonly import('./checks.mjs').Check[]} checks */
async function main(checks) {
  prepareCaches(ROOT)
  /** @type {import('./checks.mjs').CheckResult[]} */
  const results = []
  for (const check of checks) {
    const startedAt = performance.now()
    let passed = true
    for (const command of check.commands) {
      console.log(`\n> ${command.join(' ')}`)
      const ending = await run(command, { cwd: ROOT, env: cleanEnv(process.env), limitMs: LIMIT_MS })
      passed = passed && ending.code === 0
    }
    results.push({ name: check.name, passed, durationMs: performance.now() - startedAt })
  }
  console.log(checkSummary(results))
  return results.every((result) => result.passed) ? 0 : 1
}

try {
  process.exitCode = await main(chooseChecks(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
