/**
 * `npm test [suite...]`: installs what is missing, builds, runs the suites, counts.
 * Plain JavaScript without packages, because it must work in a fresh clone.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { staleReason } from './packages.mjs'
import { canInstall, installCommands, survey, THIS_MACHINE } from './prerequisites.mjs'
import { cleanEnv, run } from './process.mjs'
import { chooseSuites, lanesOf } from './suites.mjs'
import { exitCode, notRun, readSuite, summary, total } from './tally.mjs'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const INSTALL_LIMIT_MS = 15 * 60_000
const BUILD_LIMIT_MS = 10 * 60_000
const MUST_RUN_ALL = process.env['CI'] === 'true' || process.env['CI'] === '1'

/** Written at once, so that it keeps its place between the output of the children. @param {string} text */
const say = (text) => {
  const bytes = Buffer.from(`${text}\n`)
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(1, bytes, offset)
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EAGAIN') throw error
    }
  }
}

/** @param {readonly string[]} command @param {number} limitMs */
const step = async (command, limitMs) => {
  say(`\n> ${command.join(' ')}`)
  const ending = await run(command, { cwd: ROOT, env: cleanEnv(process.env), limitMs })
  return ending.code === 0
}

/** @param {import('./tally.mjs').SuiteResult[]} results @returns {never} */
const finish = (results) => {
  say(summary(results))
  process.exit(exitCode(total(results)))
}

async function installPackages() {
  const reason = await staleReason(ROOT)
  if (reason === undefined) return true
  say(`Installing packages: ${reason}.`)
  return step(['npm', 'ci', '--include=dev', '--no-audit', '--no-fund'], INSTALL_LIMIT_MS)
}

/** @param {readonly import('./suites.mjs').Suite[]} suites */
async function installPrerequisites(suites) {
  const { missing } = survey(suites)
  if (missing.length === 0) return
  say(`Missing on this machine: ${missing.map((row) => row.name).join(', ')}.`)
  if (!canInstall({ ...THIS_MACHINE, uid: process.getuid?.() })) return
  for (const command of installCommands(missing)) {
    process.env['DEBIAN_FRONTEND'] = 'noninteractive'
    await step(command, INSTALL_LIMIT_MS)
  }
}

/** @param {string} path @returns {import('./tally.mjs').Report | undefined} */
function readReport(path) {
  try {
    return /** @type {import('./tally.mjs').Report} */ (JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

/**
 * @param {import('./suites.mjs').Suite} suite
 * @param {string} folder where the report goes
 * @param {Record<string, string>} found where the prerequisites are
 */
async function runSuite(suite, folder, found) {
  const report = join(folder, `${suite.name}.json`)
  const log = join(folder, `${suite.name}.log`)
  say(`\n${suite.name} begins`)
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const args = [
    'run',
    '--project',
    suite.name,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]
  const output = openSync(log, 'w')
  const ending = await run([process.execPath, vitest, ...args], {
    cwd: ROOT,
    env: cleanEnv(process.env, found),
    limitMs: suite.limitMs,
    output,
  })
  closeSync(output)
  // Whole, so that what runs at the same time is not mixed into it.
  say(`\n=== ${suite.name} ===\n${readFileSync(log, 'utf8')}`)
  return readSuite(suite.name, readReport(report), ending)
}

/** @param {import('./suites.mjs').Suite[]} suites */
async function main(suites) {
  if (!(await installPackages())) {
    finish(suites.map((suite) => notRun(suite.name, 'npm ci failed', true)))
  }
  await installPrerequisites(suites)
  const { missing, env } = survey(suites)
  const built =
    !suites.some((suite) => suite.built) || (await step(['npm', 'run', '-s', 'build'], BUILD_LIMIT_MS))

  const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'))
  /** @type {Map<string, import('./tally.mjs').SuiteResult>} */
  const results = new Map()
  /** @param {import('./suites.mjs').Suite} suite */
  const tryOne = async (suite) => {
    const lacks = missing.filter((row) => suite.needs.includes(row.name))
    if (lacks.length > 0) {
      const how = lacks.map(
        (row) => `${row.name} is missing: apt-get install ${row.debianPackage}, or ${row.howTo}`,
      )
      return notRun(suite.name, how.join('; '), MUST_RUN_ALL)
    }
    if (suite.built && !built) return notRun(suite.name, 'the build failed', true)
    return runSuite(suite, folder, env)
  }
  /** @param {readonly import('./suites.mjs').Suite[]} lane */
  const runLane = async (lane) => {
    for (const suite of lane) results.set(suite.name, await tryOne(suite))
  }
  await Promise.all(lanesOf(suites).map(runLane))
  rmSync(folder, { recursive: true, force: true })
  finish(suites.flatMap(({ name }) => results.get(name) ?? []))
}

try {
  await main(chooseSuites(process.argv.slice(2)))
} catch (error) {
  finish([notRun('runner', error instanceof Error ? error.message : String(error), true)])
}
