import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { laterStatus, MESSAGE_STATUSES, PREVIEW_LENGTH, previewOf, statusesBelow } from './message.ts'

const status = fc.constantFrom(...MESSAGE_STATUSES)
const permutations = <T>(items: readonly T[]): T[][] =>
  items.length <= 1
    ? [[...items]]
    : items.flatMap((item, index) =>
        permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
      )

describe('receipts', () => {
  it('end in the same status in every order, for every set of up to five', () => {
    for (const set of [
      ['sent', 'delivered', 'read', 'failed'],
      ['sent', 'failed'],
      ['failed', 'delivered', 'sent', 'sent', 'delivered'],
      ['sending', 'sent', 'failed', 'queued', 'read'],
    ] as const) {
      const ends = permutations(set).map((order) => order.reduce(laterStatus, 'queued' as const))
      expect(new Set(ends).size).toBe(1)
    }
  })

  it('never lower a status, whatever comes and however often', () => {
    fc.assert(
      fc.property(status, fc.array(status), (start, receipts) => {
        let now = start
        for (const receipt of receipts) {
          const next = laterStatus(now, receipt)
          expect(next === now || statusesBelow(next).includes(now)).toBe(true)
          now = next
        }
        expect(receipts.reduceRight((a, b) => laterStatus(a, b), start)).toBe(now)
      }),
    )
  })

  it('let a receipt of having it beat a failure, and a failure beat being sent', () => {
    expect(laterStatus('failed', 'delivered')).toBe('delivered')
    expect(laterStatus('read', 'failed')).toBe('read')
    expect(laterStatus('sent', 'failed')).toBe('failed')
  })

  it('rank every status differently', () => {
    const counts = MESSAGE_STATUSES.map((one) => statusesBelow(one).length)
    expect(new Set(counts).size).toBe(MESSAGE_STATUSES.length)
    expect(statusesBelow('queued')).toEqual([])
  })
})

describe('previewOf', () => {
  it('is one line within the limit, cut between characters and marked as cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const preview = previewOf(text)
        expect(preview).not.toMatch(/[\n\r\t]/)
        expect(Array.from(preview).length).toBeLessThanOrEqual(PREVIEW_LENGTH)
        expect(preview.isWellFormed()).toBe(true)
        const line = text.replace(/\s+/gu, ' ').trim()
        if (preview !== line) expect(line.startsWith(preview.slice(0, -1))).toBe(true)
      }),
    )
  })

  it('is empty for a message without words', () => {
    expect(previewOf(' \n ')).toBe('')
  })
})
