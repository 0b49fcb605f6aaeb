import { describe, expect, it } from 'vitest'
import { countExports, undocumentedExports } from './doc-comments.ts'
import { isCode, readTree } from './repository.ts'

const promised = readTree().filter(
  (file) =>
    /^src\/(domain|contract)\//.test(file.path) && isCode(file.path) && !file.path.endsWith('.test.ts'),
)

describe('doc comments of domain and contract', () => {
  it('stand on every export', () => {
    expect(promised.flatMap(undocumentedExports)).toEqual([])
  })

  it('are looked for in both folders', () => {
    for (const folder of ['src/domain/', 'src/contract/']) {
      const files = promised.filter((file) => file.path.startsWith(folder))
      expect(
        files.map(countExports).reduce((sum, count) => sum + count, 0),
        folder,
      ).toBeGreaterThan(10)
    }
  })

  it('are missed when they are missing', () => {
    const text = [
      'export const bare = 1',
      '/** Says what it promises. */',
      'export const told = 1',
      '// a comment for the reader of the code only',
      'export interface Plain {}',
      '/** Short */',
      'export type Terse = string',
      'const inner = 1',
      '/** The sum of two numbers. */',
      'export function add(a: number): number',
      'export function add(a: string): string',
    ].join('\n')
    expect(undocumentedExports({ path: 'x.ts', text })).toEqual(['x.ts: bare', 'x.ts: Plain', 'x.ts: Terse'])
    expect(countExports({ path: 'x.ts', text })).toBe(5)
  })
})
