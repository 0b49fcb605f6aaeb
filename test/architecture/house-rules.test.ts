import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { brokenRules, houseRules, MAX_LINES, rootFaults } from './house-rules.ts'
import type { SourceFile } from './repository.ts'
import { connectorNames, ROOT, readText, readTree } from './repository.ts'

const files = readTree()
const rules = houseRules([...connectorNames(), 'pigeon-post'])

/** For each rule, by its place in the list, files that must break it and files that must not. */
const samples: { bad: SourceFile[]; good: SourceFile[] }[] = [
  {
    bad: [{ path: 'src/long.ts', text: 'a\n'.repeat(MAX_LINES + 1) }],
    good: [{ path: 'src/right.ts', text: 'a\n'.repeat(MAX_LINES) }],
  },
  {
    bad: [
      { path: 'src/http/sendReply.ts', text: '' },
      { path: 'web/inbox/Thread/list.tsx', text: '' },
      { path: 'src/snake_case.ts', text: '' },
    ],
    good: [{ path: 'src/http/send-reply.test.ts', text: '' }],
  },
  {
    bad: [
      { path: 'src/http/utils.ts', text: '' },
      { path: 'src/session-manager.ts', text: '' },
      { path: 'connectors/shared/base.ts', text: '' },
      { path: 'src/common/ids.ts', text: '' },
      { path: 'src/base-model.ts', text: '' },
    ],
    good: [
      { path: 'src/store/database.ts', text: '' },
      { path: 'src/domain/base64-url.ts', text: '' },
    ],
  },
  {
    bad: [
      { path: 'src/a.ts', text: `export ${'default'} function a() {}` },
      { path: 'src/b.ts', text: `export { a ${'as'} default }` },
    ],
    good: [
      { path: 'vitest.config.ts', text: `export ${'default'} {}` },
      { path: 'web/inbox/vite.config.ts', text: `export ${'default'} {}` },
      { path: 'src/c.ts', text: "import { default as x } from 'y'" },
    ],
  },
  {
    bad: [{ path: 'src/a.ts', text: `// ${'TO'}${'DO'}: later` }],
    good: [{ path: 'src/a.ts', text: 'const todoList = 1' }],
  },
  {
    bad: [
      { path: 'src/a.ts', text: `// ${'eslint-'}${'disable'}-next-line` },
      { path: 'web/shared/a.ts', text: `// ${'@ts-'}${'ignore'}` },
    ],
    good: [{ path: 'src/a.ts', text: '// eslint would complain' }],
  },
  {
    bad: [
      { path: 'src/a.ts', text: `const path = '/${'home'}/ann/tributary'` },
      { path: 'README.md', text: `see /${'Users'}/ann/tributary` },
    ],
    good: [
      {
        path: 'src/a.ts',
        text: `fetch('/api/v1/users/me'); import('./${'work'}/a.ts'); open('/homework/x')`,
      },
    ],
  },
  {
    bad: [
      { path: 'src/a.ts', text: "if (channel.type === 'web-chat') {}" },
      { path: 'src/a.ts', text: 'const webChat = 1' },
      { path: 'src/a.ts', text: 'function sendSmsNow() {}' },
      { path: 'src/a.ts', text: '// as Telegram does' },
      { path: 'src/a.ts', text: 'const isWhatsApp = true' },
      { path: 'web/inbox/a.tsx', text: "channelType === 'email'" },
      { path: 'src/a.ts', text: "connector.type !== 'custom'" },
      { path: 'src/a.ts', text: 'type PigeonPostSettings = object' },
    ],
    good: [
      { path: 'src/a.ts', text: "const field = { kind: 'email' }; transmission(); imaplike" },
      { path: 'web/inbox/a.tsx', text: '<input type="email" name="email" />' },
      { path: 'web/inbox/a.tsx', text: "const [custom, setCustom] = useState('custom')" },
      { path: 'connectors/telegram/a.ts', text: 'telegram' },
      { path: 'web/widget/a.ts', text: 'web-chat' },
    ],
  },
]

describe('the house', () => {
  it('sees the files it judges', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(files.map((file) => file.path)).toContain('src/domain/ids.ts')
    expect(files.map((file) => file.path)).toContain('package.json')
  })

  it('has a sample for each rule', () => {
    expect(samples).toHaveLength(rules.length)
  })

  describe.each(rules.map((rule, index) => ({ rule, name: rule.name, sample: samples[index] })))(
    '$name',
    ({ rule, sample }) => {
      it('is kept', () => {
        expect(brokenRules(files, rule)).toEqual([])
      })

      it('is noticed when broken, and only then', () => {
        for (const file of sample?.bad ?? []) expect(rule.check(file), file.text || file.path).not.toEqual([])
        for (const file of sample?.good ?? []) expect(rule.check(file), file.text || file.path).toEqual([])
      })
    },
  )

  it('has exactly the agreed entries in the root', () => {
    expect(rootFaults(readdirSync(ROOT))).toEqual([])
  })

  it('notices a foreign or missing entry in the root', () => {
    const entries = readdirSync(ROOT)
    expect(rootFaults([...entries, 'docs'])).toContain('docs does not belong in the root')
    expect(rootFaults(entries.filter((name) => name !== 'src'))).toContain('src is missing')
  })

  it('pins every dependency exactly', () => {
    const manifest = JSON.parse(readText('package.json')) as Record<string, unknown>
    const ranges = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((group) =>
      Object.entries((manifest[group] ?? {}) as Record<string, string>).filter(
        ([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range),
      ),
    )
    expect(ranges).toEqual([])
  })

  it('has a lockfile that points at the public registry or nowhere', () => {
    const lock = JSON.parse(readText('package-lock.json')) as {
      packages: Record<string, { resolved?: string }>
    }
    const foreign = Object.entries(lock.packages).filter(
      ([, entry]) =>
        entry.resolved !== undefined && !entry.resolved.startsWith('https://registry.npmjs.org/'),
    )
    expect(foreign).toEqual([])
  })
})
