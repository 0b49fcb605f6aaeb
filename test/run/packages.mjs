import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean }} LockEntry
 * @typedef {{ packages?: Record<string, LockEntry> }} Lockfile
 */

/**
 * What is wrong with the installed packages, judged by the lockfile and by npm's own note of what it
 * installed. Optional packages may be absent (they are for other platforms).
 *
 * @param {Lockfile} wanted package-lock.json
 * @param {Lockfile | undefined} installed node_modules/.package-lock.json
 * @returns {string | undefined} the reason to install, or undefined when nothing needs to be done
 */
export function reasonToInstall(wanted, installed) {
  if (!installed?.packages) return 'node_modules is missing'
  const found = installed.packages
  for (const [path, entry] of Object.entries(wanted.packages ?? {})) {
    if (path === '' || entry.link) continue
    const actual = found[path]
    if (!actual) {
      if (entry.optional || entry.devOptional || entry.peer) continue
      return `${path} is missing`
    }
    if (actual.version !== entry.version) {
      return `${path} is ${actual.version ?? 'unknown'}, wanted ${entry.version ?? 'unknown'}`
    }
  }
  const extra = Object.keys(found).find((path) => !(wanted.packages ?? {})[path])
  return extra === undefined ? undefined : `${extra} is no longer wanted`
}

/**
 * @param {string} path
 * @returns {Lockfile | undefined}
 */
function readLockfile(path) {
  if (!existsSync(path)) return undefined
  try {
    return /** @type {Lockfile} */ (JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

/**
 * @param {string} root
 * @returns {string | undefined}
 */
export function staleReason(root) {
  const wanted = readLockfile(join(root, 'package-lock.json'))
  if (!wanted) return 'package-lock.json is missing or unreadable'
  const installed = readLockfile(join(root, 'node_modules', '.package-lock.json'))
  const reason = reasonToInstall(wanted, installed)
  if (reason !== undefined) return reason
  // npm's note can outlive the packages themselves, for instance after a broken copy.
  const gone = Object.keys(installed?.packages ?? {}).find((path) => !existsSync(join(root, path)))
  return gone === undefined ? undefined : `${gone} is missing`
}
