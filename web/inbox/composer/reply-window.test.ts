import { describe, expect, it } from 'vitest'
import { replyWindowOf } from './reply-window.ts'

const WROTE_AT = '2026-11-23T12:00:00.000Z'
const at = (clock: string, lastInboundAt: string | undefined = WROTE_AT) =>
  replyWindowOf(
    { replyWindowHours: 24 },
    lastInboundAt ? { lastInboundAt: lastInboundAt as never } : {},
    Date.parse(clock),
  )

describe('the reply window', () => {
  it('counts from the customer’s last message, and warns in its last hour', () => {
    expect(at('2026-11-23T13:00:00.000Z')).toMatchObject({ kind: 'open', leftMs: 23 * 3_600_000 })
    expect(at('2026-11-24T11:00:00.000Z')).toMatchObject({ kind: 'open', leftMs: 3_600_000 })
    expect(at('2026-11-24T11:00:00.001Z')).toMatchObject({ kind: 'closing' })
    expect(at('2026-11-24T11:59:59.999Z')).toMatchObject({ kind: 'closing', leftMs: 1 })
  })

  it('is closed at the very instant it ends, and where the customer never wrote', () => {
    const closedAtMs = Date.parse('2026-11-24T12:00:00.000Z')
    expect(at('2026-11-24T12:00:00.000Z')).toEqual({ kind: 'closed', hours: 24, closedAtMs })
    expect(replyWindowOf({ replyWindowHours: 24 }, {}, 0)).toEqual({ kind: 'closed', hours: 24 })
  })

  it('is not there where the channel has none', () => {
    expect(replyWindowOf({}, { lastInboundAt: WROTE_AT as never }, 0)).toEqual({ kind: 'none' })
  })
})
