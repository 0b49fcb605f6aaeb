import type { ConfigField } from '../src/contract/config-field.ts'
import { registry } from './index.ts'

const PLACE = /<!-- settings:([\w-]+) -->\n[^]*?<!-- \/settings -->/g

/** The text of the README with the table of each connector's settings in its place. */
export const withSettingsTables = (readme: string): string =>
  readme.replace(PLACE, (place, type: string) => {
    const connector = registry.all.find((one) => one.type === type)
    if (!connector) return place
    return `<!-- settings:${type} -->\n${settingsTable(connector.configFields)}\n<!-- /settings -->`
  })

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
