import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool, ToolError } from './run-tool.mjs'
import { readStamp, writeStamp } from './staleness.mjs'

const STAMP = 'node_modules/.tributary-installed'
const INSTALL = ['ci', '--include=dev', '--no-audit', '--no-fund']
const GROUPS = /** @type {const} */ (['dependencies', 'devDependencies', 'optionalDependencies'])

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, link?: boolean,
 *   os?: string[], cpu?: string[] }} LockEntry
 * @typedef {Partial<Record<typeof GROUPS[number], Record<string, string>>>} Wishes
 * @typedef {{ packages?: Record<string, LockEntry & Wishes> }} Lockfile
 */

/**
 * @param {string} path
 * @returns {Promise<unknown>} undefined when it is missing or damaged
 */
async function readJson(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * What is wished for and what npm noted of its last installation.
 *
 * @param {string} root
 */
export async function readNotes(root) {
  const [manifest, wanted, installed] = await Promise.all(
    ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'].map((file) =>
      readJson(join(root, file)),
    ),
  )
  return {
    manifest: /** @type {Wishes} */ (manifest ?? {}),
    wanted: /** @type {Lockfile} */ (wanted ?? {}),
    installed: /** @type {Lockfile | undefined} */ (installed),
  }
}

/** @param {string} root */
async function wantedHash(root) {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}\n`)
  for (const file of ['package.json', 'package-lock.json']) {
    const content = await readFile(join(root, file)).catch(() => {
      throw new ToolError(`${file} is missing: start from a complete checkout.`)
    })
    hash.update(content)
  }
  return hash.digest('hex')
}

/**
 * Whether a list such as cpu: ["x64"] or os: ["!win32"] admits a value.
 *
 * @param {readonly string[] | undefined} list
 * @param {string} value
 */
function admits(list, value) {
  if (!list || list.length === 0) return true
  if (list.includes(`!${value}`)) return false
  return list.every((entry) => entry.startsWith('!')) || list.includes(value)
}

/**
 * What speaks against the installed packages, going by the lockfile and npm's own note of what it installed.
 *
 * @param {Wishes} manifest package.json
 * @param {Lockfile} wanted package-lock.json
 * @param {Lockfile | undefined} installed node_modules/.package-lock.json
 * @returns {string | undefined}
 */
export function mismatch(manifest, wanted, installed) {
  const packages = wanted.packages ?? {}
  if (!installed?.packages) return 'the packages are not installed'
  for (const group of GROUPS) {
    if (JSON.stringify(manifest[group] ?? {}) !== JSON.stringify(packages['']?.[group] ?? {})) {
      return 'package.json and package-lock.json differ'
    }
  }
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '' || entry.link) continue
    const present = installed.packages[path]
    if (!present) {
      // Optional packages are left out on platforms that they do not fit.
      if (entry.optional || entry.devOptional) continue
      return `${path} is missing`
    }
    if (present.version !== entry.version || present.integrity !== entry.integrity)
      return `${path} is outdated`
    if (!admits(entry.os, process.platform) || !admits(entry.cpu, process.arch)) {
      return `${path} belongs to another platform`
    }
  }
  return undefined
}

/**
 * Why the packages must be installed, or undefined when they are as they should be. A folder that somebody
 * filled with npm themselves is accepted when it holds the right versions.
 *
 * @param {string} root
 * @returns {Promise<string | undefined>}
 */
export async function reasonToInstall(root) {
  const hash = await wantedHash(root)
  const stamp = await readStamp(join(root, STAMP))
  if (stamp === hash) return undefined
  const { manifest, wanted, installed } = await readNotes(root)
  const reason = mismatch(manifest, wanted, installed)
  // Where the folder is read-only the comparison is simply made at every start.
  if (reason === undefined) await writeStamp(join(root, STAMP), hash).catch(() => undefined)
  return reason
}

/**
 * @param {string} root
 * @param {string} reason
 */
export async function install(root, reason) {
  console.log(`Installing packages (${reason}) …`)
  // Under `npm start` the npm that runs us is named in the environment; it need not be on the path.
  const npm = process.env['npm_execpath']
  const what = 'Installing the packages (npm ci)'
  if (npm?.endsWith('.js')) await runTool(what, process.execPath, [npm, ...INSTALL], { cwd: root })
  else await runTool(what, 'npm', INSTALL, { cwd: root, shell: process.platform === 'win32' })
  await writeStamp(join(root, STAMP), await wantedHash(root))
}
