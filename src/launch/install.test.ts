import { expect, it } from 'vitest'
import { mismatch } from './install.mjs'

const manifest = { dependencies: { a: '1.0.0' } }
const other = process.platform === 'win32' ? 'linux' : 'win32'
const wanted = {
  packages: {
    '': { dependencies: { a: '1.0.0' } },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/b': { version: '2.0.0', optional: true, os: [other] },
  },
}
const a = { version: '1.0.0', integrity: 'sha512-a' }

it.each([
  ['nothing is installed', manifest, undefined, 'the packages are not installed'],
  ['all is there but an optional one', manifest, { 'node_modules/a': a }, undefined],
  ['one is missing', manifest, {}, 'node_modules/a is missing'],
  [
    'one has another version',
    manifest,
    { 'node_modules/a': { ...a, version: '1.0.1' } },
    'node_modules/a is outdated',
  ],
  [
    'the same version has other content',
    manifest,
    { 'node_modules/a': { ...a, integrity: 'sha512-b' } },
    'node_modules/a is outdated',
  ],
  [
    'one belongs to another system',
    manifest,
    { 'node_modules/a': a, 'node_modules/b': { version: '2.0.0' } },
    'node_modules/b belongs to another platform',
  ],
  [
    'package.json was edited alone',
    { dependencies: { a: '1.0.0', c: '1.0.0' } },
    { 'node_modules/a': a },
    'package.json and package-lock.json differ',
  ],
])('when %s', (_, wishes, packages, reason) => {
  expect(mismatch(wishes, wanted, packages && { packages })).toBe(reason)
})
