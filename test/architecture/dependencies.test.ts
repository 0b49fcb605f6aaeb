import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser'
import { cruise } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CRUISED } from '../run/checks.mjs'
import type { Planting } from './planted-violations.ts'
import { ALLOWED, PLANTINGS } from './planted-violations.ts'
import { isCode, listPaths, ROOT } from './repository.ts'

interface Cruise {
  modules: { source: string; dependencies: unknown[] }[]
  summary: { violations: { from: string; to: string; rule: { name: string } }[] }
}

const CONFIG = join(ROOT, '.dependency-cruiser.cjs')
const settings = createRequire(import.meta.url)(CONFIG) as {
  forbidden: IForbiddenRuleType[]
  options: ICruiseOptions
}

async function cruiseTree(folder: string, targets: readonly string[]): Promise<Cruise> {
  const options = {
    ...settings.options,
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden: settings.forbidden },
  }
  const { output } = await cruise([...targets], options)
  return output as Cruise
}

/** Packages that the planted files import, in the shape that a resolver wants to see. */
const PACKAGES = {
  dependencies: ['mongoose', 'mongodb', 'express', 'socket.io', 'zod'],
  devDependencies: ['vitest'],
  undeclared: ['undeclared'],
}

function write(path: string, text: string) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

describe('the dependency rules', () => {
  let folder = ''
  /** A tree of its own for each planting: the tool remembers what it resolved. */
  const reports = new Map<Planting, string[]>()

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tributary-rules-'))
    const pins = (names: string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']))
    const manifest = JSON.stringify({
      name: 'planted',
      type: 'module',
      dependencies: pins(PACKAGES.dependencies),
      devDependencies: pins(PACKAGES.devDependencies),
    })
    for (const [index, planting] of [...PLANTINGS, ...ALLOWED].entries()) {
      const tree = join(folder, String(index))
      write(join(tree, 'package.json'), manifest)
      for (const name of Object.values(PACKAGES).flat()) {
        const home = join(tree, 'node_modules', name)
        write(join(home, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
        write(join(home, 'index.js'), 'exports.x = 1\n')
      }
      for (const [path, text] of Object.entries(planting.files)) write(join(tree, path), text)
      const targets = CRUISED.filter((name) =>
        Object.keys(planting.files).some((path) => path.startsWith(`${name}/`)),
      )
      const { summary } = await cruiseTree(tree, targets)
      reports.set(
        planting,
        summary.violations.map((violation) => violation.rule.name),
      )
    }
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const title = (planting: Planting) =>
    Object.entries(planting.files)[0]?.join(': ').replaceAll('\n', ' ') ?? ''

  it.each(PLANTINGS.map((planting) => ({ planting, rule: planting.rule, title: title(planting) })))(
    '$rule is broken by $title',
    ({ planting, rule }) => expect(reports.get(planting)).toContain(rule),
  )

  it.each(ALLOWED.map((planting) => ({ planting, title: title(planting) })))(
    'allowed: $title',
    ({ planting }) => expect(reports.get(planting)).toEqual([]),
  )

  it('are each proven by a planted violation', () => {
    const proven = new Set(PLANTINGS.map((planting) => planting.rule))
    expect(settings.forbidden.map((rule) => rule.name ?? '').filter((name) => !proven.has(name))).toEqual([])
  })

  it('are judged on every module of the repository', async () => {
    const files = CRUISED.flatMap((name) => listPaths(name)).filter(
      (path) => isCode(path) && !path.endsWith('.css'),
    )
    const { modules } = await cruiseTree(ROOT, CRUISED)
    const seen = new Set(modules.map((module) => module.source))
    expect(files.length).toBeGreaterThan(50)
    expect(files.filter((path) => !seen.has(path))).toEqual([])
    expect(modules.some((module) => module.dependencies.length > 0)).toBe(true)
  })
})
