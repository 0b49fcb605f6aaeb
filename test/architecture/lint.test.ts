import { join } from 'node:path'
import { ESLint } from 'eslint'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from './repository.ts'

/**
 * The text is linted as if it were the named file, which must exist: the typed rules look it up in
 * its TypeScript project.
 */
const samples: { rule: string; as: string; text: string }[] = [
  {
    rule: '@typescript-eslint/no-floating-promises',
    as: 'src/contract/connector.ts',
    text: 'const late = async (): Promise<number> => 1\nexport const a = (): void => { late() }\n',
  },
  {
    rule: '@typescript-eslint/no-misused-promises',
    as: 'src/contract/connector.ts',
    text: 'const late = async (): Promise<boolean> => true\nexport const a = (): number => { if (late()) return 1; return 2 }\n',
  },
  {
    rule: '@typescript-eslint/await-thenable',
    as: 'src/contract/connector.ts',
    text: 'export const a = async (): Promise<number> => { await 1; return 1 }\n',
  },
  {
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    as: 'src/domain/ids.ts',
    text: "export const a = (x: 'on' | 'off'): number => { switch (x) { case 'on': return 1 } return 2 }\n",
  },
  {
    rule: '@typescript-eslint/no-explicit-any',
    as: 'src/domain/ids.ts',
    text: 'export const a = (x: string): unknown => x as any\n',
  },
  {
    rule: '@typescript-eslint/consistent-type-imports',
    as: 'src/contract/connector.ts',
    text: "import { Readable } from 'node:stream'\nexport type A = Readable\n",
  },
  { rule: 'no-restricted-syntax', as: 'src/contract/connector.ts', text: 'export default 1\n' },
  { rule: 'no-restricted-syntax', as: 'src/contract/connector.ts', text: 'export enum A { On }\n' },
  {
    rule: 'no-restricted-syntax',
    as: 'src/contract/connector.ts',
    text: 'class A {}\nexport class B extends A {}\n',
  },
  {
    rule: 'no-restricted-syntax',
    as: 'test/architecture/lint.test.ts',
    text: "import { it } from 'vitest'\nit.skip('x', () => {})\n",
  },
  {
    rule: 'no-restricted-syntax',
    as: 'src/domain/ids.ts',
    text: 'export const a = (): Date => new Date()\n',
  },
  {
    rule: 'no-restricted-syntax',
    as: 'src/domain/ids.ts',
    text: 'export const a = (): number => Date.now()\n',
  },
  {
    rule: 'no-restricted-syntax',
    as: 'src/domain/ids.ts',
    text: 'export const a = (): number => Math.random()\n',
  },
  { rule: 'no-console', as: 'src/contract/connector.ts', text: "console.log('x')\nexport const a = 1\n" },
]

const clean = `import type { Readable } from 'node:stream'
export class GoneError extends Error {}
export async function read(source: Readable, kind: 'text' | 'bytes'): Promise<number> {
  switch (kind) {
    case 'text':
      return (await source.toArray()).length
    case 'bytes':
      return new Date(0).getTime()
  }
}
`

describe('the linter', () => {
  let linter: ESLint

  const rulesBroken = async (as: string, text: string) => {
    const [result] = await linter.lintText(text, { filePath: join(ROOT, as) })
    return (result?.messages ?? []).map((message) => message.ruleId ?? message.message)
  }

  beforeAll(() => {
    // With CI=true the parser would take the texts of the files on disk for the samples.
    const parserOptions = { disallowAutomaticSingleRunInference: true }
    linter = new ESLint({ cwd: ROOT, overrideConfig: { languageOptions: { parserOptions } } })
  })

  it.each(samples)('notices in $as: $text ($rule)', async ({ rule, as, text }) => {
    expect(await rulesBroken(as, text)).toContain(rule)
  })

  it('lets clean code pass', async () => {
    expect(await rulesBroken('src/contract/connector.ts', clean)).toEqual([])
  })

  it('cannot be silenced by a comment', async () => {
    const text = `/* ${'eslint-'}${'disable'} */\nexport default 1\n`
    expect(await rulesBroken('src/contract/connector.ts', text)).toContain('no-restricted-syntax')
  })
})
