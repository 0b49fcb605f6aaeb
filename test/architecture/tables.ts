import { ERROR_CATALOGUE } from '../../src/domain/errors.ts'
import { settingsTable } from '../../src/runtime/config.ts'

/** Every error of the catalogue, as the README lists them. */
export function errorTable(): string {
  const rows = Object.entries(ERROR_CATALOGUE).map(
    ([code, { category, title }]) => `| \`${code}\` | ${category} | ${title.replaceAll('|', '\\|')} |`,
  )
  return ['| Code | Category | What it says |', '|---|---|---|', ...rows].join('\n')
}

const TABLES: Readonly<Record<string, () => string>> = { settings: settingsTable, errors: errorTable }

/**
 * The document with every table that the code knows written anew. A table stands between
 * `<!-- table:NAME -->` and `<!-- /table:NAME -->`; a document without one of them is refused.
 */
export function withTables(document: string): string {
  let result = document
  for (const [name, table] of Object.entries(TABLES)) {
    const [open, close] = [`<!-- table:${name} -->`, `<!-- /table:${name} -->`]
    const start = result.indexOf(open)
    const end = result.indexOf(close)
    if (start === -1 || end < start)
      throw new Error(`The document has no place for a table: ${open} … ${close}`)
    result = `${result.slice(0, start + open.length)}\n\n${table().trim()}\n\n${result.slice(end)}`
  }
  return result
}
