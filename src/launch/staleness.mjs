import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Tests are no part of what is built. */
const NOT_BUILT = /\.test\.tsx?$/

/**
 * The files of a folder and below, or the path itself when it is a file; a missing one is empty.
 *
 * @param {string} root
 * @param {string} path relative to root
 * @returns {Promise<string[]>} relative to root
 */
async function filesOf(root, path) {
  /** @type {import('node:fs').Dirent[]} */
  let entries
  try {
    entries = await readdir(join(root, path), { withFileTypes: true })
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === 'ENOTDIR') return [path]
    if (code === 'ENOENT') return []
    throw error
  }
  const nested = await Promise.all(
    entries
      .filter((entry) => entry.name !== 'node_modules')
      .map((entry) =>
        entry.isDirectory() ? filesOf(root, join(path, entry.name)) : [join(path, entry.name)],
      ),
  )
  return nested.flat()
}

/**
 * One hash over names and contents, so that a touched or freshly cloned file changes nothing.
 *
 * @param {string} root
 * @param {readonly string[]} inputs files and folders, relative to root
 * @returns {Promise<string>}
 */
export async function hashInputs(root, inputs) {
  const files = (await Promise.all(inputs.map((input) => filesOf(root, input)))).flat()
  const wanted = [...new Set(files)].filter((file) => !NOT_BUILT.test(file)).sort()
  const contents = await Promise.all(wanted.map((file) => readFile(join(root, file))))
  const hash = createHash('sha256')
  for (const [index, content] of contents.entries())
    hash.update(`${wanted[index]}\0${content.length}\0`).update(content)
  return hash.digest('hex')
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>}
 */
export async function readStamp(path) {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

/** @param {string} path @param {string} hash */
export async function writeStamp(path, hash) {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, hash)
}
