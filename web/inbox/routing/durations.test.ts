import { describe, expect, it } from 'vitest'
import { clockOf, joinDuration, shortDuration, splitDuration } from './durations.ts'

describe('durations', () => {
  it.each([
    [0, 0, 'minutes'],
    [90_000, 90, 'seconds'],
    [300_000, 5, 'minutes'],
    [7_200_000, 2, 'hours'],
    [172_800_000, 2, 'days'],
  ] as const)('says %i ms as %i %s, and back', (ms, amount, unit) => {
    expect(splitDuration(ms)).toEqual({ amount, unit })
    expect(joinDuration({ amount, unit })).toBe(ms)
  })

  it.each([
    [400, '0 s'],
    [41_000, '41 s'],
    [300_000, '5 min'],
    [3_900_000, '1 h 5 min'],
    [7_200_000, '2 h'],
    [90_000_000, '1 d 1 h'],
  ])('shortens %i ms to %s', (ms, words) => {
    expect(shortDuration(ms)).toBe(words)
  })

  it.each([
    [-5, '0:00'],
    [42_900, '0:42'],
    [725_000, '12:05'],
    [11_220_000, '3:07:00'],
  ])('counts %i ms up as %s', (ms, words) => {
    expect(clockOf(ms)).toBe(words)
  })
})
