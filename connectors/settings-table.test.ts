import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ConfigField } from '../src/contract/config-field.ts'
import { registry } from './index.ts'

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')

/** The rows that the README must have for a connector, made from its `configFields`. */
function settingsTable(fields: readonly ConfigField[]): string {
  const rows = fields.map(
    ({ key, label, kind, help = '', default: initial, generated, required, options }) => {
      const start = generated
        ? 'generated'
        : initial === undefined
          ? required
            ? 'required'
            : ''
          : `\`${JSON.stringify(initial)}\``
      const choice = options ? ` (${options.map(({ value }) => `\`${value}\``).join(', ')})` : ''
      const meaning = [label, help].filter((text) => text !== '').join('. ')
      return `| \`${key}\` | ${kind}${choice} | ${start} | ${meaning.replaceAll('|', '\\|')} |`
    },
  )
  return ['| Setting | Kind | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n')
}

describe.each(registry.all)('$type', ({ type, configFields }) => {
  it('has its settings in the README, word for word', () => {
    const [, table = ''] = readme.split(`<!-- settings:${type} -->\n`)
    expect(table.split('\n<!-- /settings -->')[0]).toBe(settingsTable(configFields))
  })
})
