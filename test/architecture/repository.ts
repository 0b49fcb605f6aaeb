import { readdirSync, readFileSync } from 'node:fs'
import { dirname, extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the repository, its path relative to the root and written with slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

const CODE_EXTENSIONS = new Set(['.ts', '.tsx', '.mjs', '.cjs', '.js', '.css'])
const TEXT_EXTENSIONS = new Set([...CODE_EXTENSIONS, '.json', '.md', '.yml', '.yaml', '.html', '.sh', '.svg'])
const TEXT_NAMES = new Set([
  'Dockerfile',
  '.dockerignore',
  '.gitignore',
  '.npmrc',
  'LICENSE',
  'NOTICE',
  'run',
])
const NOT_OURS = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.cache'])

export const isCode = (path: string): boolean => CODE_EXTENSIONS.has(extname(path)) && !path.endsWith('.d.ts')

const isText = (path: string): boolean =>
  TEXT_EXTENSIONS.has(extname(path)) || TEXT_NAMES.has(path.split('/').at(-1) ?? '')

/** Paths of all files below `folder` of the repository that are ours, tracked by git or not yet. */
export function listPaths(folder = '', root = ROOT): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = relative(root, join(root, folder, entry.name))
        .split(sep)
        .join('/')
      if (entry.isDirectory()) return listPaths(path, root)
      return entry.isFile() ? [path] : []
    })
    .sort()
}

export const readText = (path: string, root = ROOT): string => readFileSync(join(root, path), 'utf8')

/** Every text file of the repository, except the lockfile (a machine writes that one). */
export function readTree(root = ROOT): SourceFile[] {
  return listPaths('', root)
    .filter((path) => isText(path) && path !== 'package-lock.json')
    .map((path) => ({ path, text: readText(path, root) }))
}

/** Names of the connectors, read from their folders; `shared` is not one. */
export function connectorNames(root = ROOT): string[] {
  return readdirSync(join(root, 'connectors'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    .map((entry) => entry.name)
}
