import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { mismatch, readNotes } from '../../src/launch/install.mjs'

/**
 * @typedef {import('../../src/launch/install.mjs').Lockfile} Lockfile
 *
 * What a start tolerates and a test run does not: packages that nothing wants any more, which the code could still
 * use unnoticed, and packages that are gone although npm noted them, for instance after a broken copy.
 *
 * @param {Lockfile} wanted package-lock.json
 * @param {Lockfile} installed node_modules/.package-lock.json
 * @param {(path: string) => boolean} isThere
 * @returns {string | undefined}
 */
export function leftover(wanted, installed, isThere) {
  const found = Object.keys(installed.packages ?? {})
  const extra = found.find((path) => !(wanted.packages ?? {})[path])
  if (extra !== undefined) return `${extra} is no longer wanted`
  const gone = found.find((path) => !isThere(path))
  return gone === undefined ? undefined : `${gone} is missing`
}

/**
 * Why the packages must be installed before the tests run.
 *
 * @param {string} root
 * @returns {Promise<string | undefined>} undefined when they are as they should be
 */
export async function staleReason(root) {
  const { manifest, wanted, installed } = await readNotes(root)
  if (!wanted.packages) return 'package-lock.json is missing or unreadable'
  return (
    mismatch(manifest, wanted, installed) ??
    leftover(wanted, installed ?? {}, (path) => existsSync(join(root, path)))
  )
}
