import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { registry } from './index.ts'
import { withSettingsTables } from './settings-table.ts'

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')

describe.each(registry.all)('$type', ({ type }) => {
  it('has a place for its settings in the README', () => {
    expect(readme).toContain(`<!-- settings:${type} -->\n`)
  })
})

describe('the README', () => {
  it('has all settings word for word (npm run docs writes them)', () => {
    expect(readme).toBe(withSettingsTables(readme))
  })

  it('shows the very script of the custom channel that a test runs', () => {
    const script = readFileSync(new URL('custom/example.sh', import.meta.url), 'utf8')
    expect(readme).toContain(`\`\`\`sh\n${script.trimEnd()}\n\`\`\``)
  })
})
