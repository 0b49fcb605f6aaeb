import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'

/** Real letters that lie beside the project, not in it: see the corpus's own README for where they come from. */
const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url))

/** A letter of the corpus; the name is its path below the folder asked for. */
export interface CorpusFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * All files of a folder of the corpus, in the order of their names. Without the corpus the test is skipped and says
 * so; on a build server that is a failure, since there it must be.
 */
export function corpusFiles(folder: string, context: TestContext): readonly CorpusFile[] {
  const files = readCorpus(folder)
  if (files) return files
  const missing = `the corpus of real letters is absent: ${join('..', 'shared', 'corpus', folder)}`
  if (process.env['CI'] === 'true') throw new Error(missing)
  return context.skip(missing)
}

/** The same outside of tests; undefined without the corpus. */
export function readCorpus(folder: string): readonly CorpusFile[] | undefined {
  const root = join(CORPUS, folder)
  if (!existsSync(root)) return undefined
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ name: path.slice(root.length + 1), bytes: readFileSync(path) }))
}
