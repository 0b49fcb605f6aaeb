import { describe, expect, it } from 'vitest'
import { reasonToInstall } from './packages.mjs'

const wanted = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/fsevents': { version: '2.3.3', optional: true },
  },
}

describe('the reason to install packages', () => {
  it('is none when everything wanted is there, but for what belongs to another platform', () => {
    expect(
      reasonToInstall(wanted, { packages: { 'node_modules/zod': { version: '4.6.7' } } }),
    ).toBeUndefined()
  })

  it.each([
    ['nothing is installed', undefined, 'node_modules is missing'],
    ['a package is missing', { packages: {} }, 'node_modules/zod is missing'],
    [
      'a package is old',
      { packages: { 'node_modules/zod': { version: '4.0.0' } } },
      'node_modules/zod is 4.0.0, wanted 4.6.7',
    ],
    [
      'an optional package is old',
      {
        packages: { 'node_modules/zod': { version: '4.6.7' }, 'node_modules/fsevents': { version: '1.0.0' } },
      },
      'node_modules/fsevents is 1.0.0, wanted 2.3.3',
    ],
    [
      'a package is no longer wanted',
      {
        packages: { 'node_modules/zod': { version: '4.6.7' }, 'node_modules/left-pad': { version: '1.3.0' } },
      },
      'node_modules/left-pad is no longer wanted',
    ],
  ])('is told when %s', (_, installed, reason) => {
    expect(reasonToInstall(wanted, installed)).toBe(reason)
  })
})
