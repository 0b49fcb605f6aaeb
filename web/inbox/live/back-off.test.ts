import { expect, it } from 'vitest'
import { backOffMs } from './back-off.ts'

it('waits longer at each failure in a row, up to half a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 1_000].map((failures) => backOffMs(failures, 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ])
})

it('spreads the tries over half of that', () => {
  expect([0, 0.5, 1].map((random) => backOffMs(3, random))).toEqual([4_000, 6_000, 8_000])
})
