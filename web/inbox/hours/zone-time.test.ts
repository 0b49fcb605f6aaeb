import { describe, expect, it } from 'vitest'
import { fromLocalField, isTimeZone, toLocalField } from './zone-time.ts'

describe('clocks of other zones', () => {
  it.each([
    ['2026-11-23T14:05', 'Europe/Madrid', '2026-11-23T13:05:00.000Z'],
    ['2026-07-01T00:00', 'Europe/Madrid', '2026-06-30T22:00:00.000Z'],
    ['2026-07-01T09:30', 'Asia/Kolkata', '2026-07-01T04:00:00.000Z'],
    ['2026-01-01T00:15', 'America/St_Johns', '2026-01-01T03:45:00.000Z'],
    ['2026-03-29T12:00', 'Europe/Berlin', '2026-03-29T10:00:00.000Z'],
  ])('%s in %s', (field, zone, instant) => {
    const ms = fromLocalField(field, zone)
    expect(new Date(ms ?? 0).toISOString()).toBe(instant)
    expect(toLocalField(ms ?? 0, zone)).toBe(field)
  })

  it('writes years of one figure with four, as a field takes them', () => {
    expect(toLocalField(Date.parse('0002-05-06T07:08:00Z'), 'UTC')).toBe('0002-05-06T07:08')
  })

  it('takes a time that a clock skips for one beside it, and nonsense for none', () => {
    const ms = fromLocalField('2026-03-29T02:30', 'Europe/Berlin') ?? 0
    expect(Math.abs(ms - Date.parse('2026-03-29T01:00:00Z'))).toBeLessThanOrEqual(3_600_000)
    expect(fromLocalField('soon', 'Europe/Berlin')).toBeUndefined()
  })

  it('knows which zones there are', () => {
    expect(isTimeZone('Europe/Madrid')).toBe(true)
    expect(isTimeZone('Mars/Olympus')).toBe(false)
  })
})
