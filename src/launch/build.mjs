import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './run-tool.mjs'
import { hashInputs, readStamp, writeStamp } from './staleness.mjs'

/**
 * One thing that is built by itself.
 *
 * @typedef {object} Build
 * @property {string} name
 * @property {readonly string[]} inputs files and folders that the result depends on
 * @property {string} output a file without which the build counts as missing
 * @property {readonly string[]} command arguments for Node
 * @property {readonly string[]} [afresh] further arguments when the output is missing
 */

const WEB_SHARED = ['web/shared', 'src/domain', 'src/contract', 'tsconfig.json', 'package-lock.json']

/** @type {readonly Build[]} */
export const BUILDS = [
  {
    name: 'server',
    inputs: ['src', 'connectors', 'tsconfig.json', 'package-lock.json'],
    output: 'dist/src/main.js',
    command: ['node_modules/typescript/bin/tsc', '-b'],
    // The compiler trusts its own notes and does not notice that its output was deleted.
    afresh: ['--force'],
  },
  {
    name: 'inbox',
    inputs: ['web/inbox', ...WEB_SHARED],
    output: 'dist/web/inbox/index.html',
    command: ['node_modules/vite/bin/vite.js', 'build', 'web/inbox', '--logLevel', 'warn'],
  },
  {
    name: 'widget',
    inputs: ['web/widget', ...WEB_SHARED],
    output: 'dist/web/widget',
    command: ['web/widget/build.mjs'],
  },
]

/** @param {string} root @param {Build} build */
const stampPath = (root, build) => join(root, 'dist', '.stamps', build.name)

/**
 * @typedef {{ build: Build, hash: string, missing: boolean }} StaleBuild
 * @param {string} root
 * @param {readonly Build[]} builds
 * @returns {Promise<StaleBuild[]>}
 */
export async function staleBuilds(root, builds) {
  const judged = await Promise.all(
    builds.map(async (build) => {
      const [hash, stamp] = await Promise.all([
        hashInputs(root, build.inputs),
        readStamp(stampPath(root, build)),
      ])
      const missing = !existsSync(join(root, build.output))
      return { build, hash, missing, stale: missing || stamp !== hash }
    }),
  )
  return judged.filter(({ stale }) => stale)
}

/**
 * Runs the builds side by side. Each that succeeds keeps its stamp, whatever becomes of the others.
 *
 * @param {string} root
 * @param {readonly StaleBuild[]} stale
 */
export async function runBuilds(root, stale) {
  if (stale.length === 0) return
  console.log(`Building ${stale.map(({ build }) => build.name).join(', ')} …`)
  const results = await Promise.allSettled(
    stale.map(async ({ build, hash, missing }) => {
      const args = [...build.command, ...(missing ? (build.afresh ?? []) : [])]
      await runTool(`Building the ${build.name}`, process.execPath, args, { cwd: root })
      await writeStamp(stampPath(root, build), hash)
    }),
  )
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
