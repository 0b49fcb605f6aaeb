import { describe, expect, it } from 'vitest'
import { ConnectorError, MOST_RETRY_AFTER_MS } from './connector-error.ts'

const waitOf = (retryAfterMs: number): number | undefined =>
  new ConnectorError({ code: 'rate-limited', retry: 'later', delivery: 'not-sent', retryAfterMs }).facts
    .retryAfterMs

describe('what a platform asks to wait', () => {
  it('is believed up to an hour', () => {
    expect([0, 7_000, MOST_RETRY_AFTER_MS].map(waitOf)).toEqual([0, 7_000, 3_600_000])
  })

  it.each([
    ['a year', 365 * 86_400_000, MOST_RETRY_AFTER_MS],
    ['for ever', Number.POSITIVE_INFINITY, MOST_RETRY_AFTER_MS],
    ['less than nothing', -5_000, 0],
    ['nonsense', Number.NaN, 0],
  ])('is no more than that where it says %s', (_, asked, believed) => {
    expect(waitOf(asked)).toBe(believed)
  })

  it('is not there where nothing was asked', () => {
    const { facts } = new ConnectorError({ code: 'no', retry: 'never', delivery: 'not-sent' })
    expect('retryAfterMs' in facts).toBe(false)
  })
})
